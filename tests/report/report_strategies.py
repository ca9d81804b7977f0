"""Diagnoses made by chance: every shape that the contract allows, with texts of any letters."""

from __future__ import annotations

from hypothesis import strategies as st

from troubleshooter.model import (
    PATTERNS,
    Applicability,
    Branch,
    Certainty,
    Connection,
    Considered,
    Diagnosis,
    Fact,
    Finding,
    Fix,
    KnownAs,
    LogGroup,
    NotChecked,
    Outcome,
    PossibleCause,
    Question,
    Request,
    Resource,
    Severity,
    Source,
    Stage,
    StageVerdict,
    Step,
    Verdict,
    Walk,
)

SPITEFUL = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x9b31m",
    "a\nb",
    "\r",
    "\u202e",
    "\ud800",
    "x" * 300,
    "a/" * 90,
    "EOF",
    "é€",
]

texts = st.one_of(st.text(max_size=12), st.sampled_from(SPITEFUL), st.text("ab /.:", max_size=60))
lists = st.lists(texts, max_size=3).map(tuple)
lines = st.none() | st.integers(1, 9999)
shares = st.floats(0, 1)

resources = st.builds(
    Resource,
    kind=texts,
    name=texts,
    namespace=texts,
    group=texts,
    cluster=texts,
    field=texts,
    file=texts,
    position=lines,
)
maybe_resources = st.none() | resources
considered = st.builds(Considered, resource=resources, chosen=st.booleans(), why=texts)


def _step(stage: Stage) -> st.SearchStrategy[Step]:
    """The result must be one of its stage; what is left out is filled in."""
    given = {
        Stage.LISTENER: st.fixed_dictionaries({}, optional={"name": texts, "protocol": texts}),
        Stage.ENDPOINT: st.fixed_dictionaries(
            {"endpoints": st.lists(st.fixed_dictionaries({}, optional={"address": texts, "port": lines}), max_size=2)}
        ),
        Stage.TRANSPORT: st.fixed_dictionaries({"mode": st.sampled_from(["plaintext", "mtls", "tls"])}),
        Stage.AUTHORIZATION: st.fixed_dictionaries({"policies": st.lists(resources, max_size=2)}),
    }.get(stage, st.just({}))
    return st.builds(
        Step,
        hop=st.integers(0, 3),
        stage=st.just(stage),
        verdict=st.sampled_from(StageVerdict),
        proxy=maybe_resources,
        observed=st.booleans(),
        detail=texts,
        assumes=lists,
        resource=maybe_resources,
        result=given,
        considered=st.lists(considered, max_size=2).map(tuple),
    )


steps = st.sampled_from(Stage).flatmap(_step)
outcomes = st.builds(
    Outcome,
    status=st.none() | st.integers(100, 599),
    flags=lists,
    details=texts,
    connection=st.sampled_from(Connection),
)
branches = st.builds(
    Branch,
    path=st.lists(steps, max_size=5).map(tuple),
    verdict=st.sampled_from(Verdict),
    outcome=outcomes,
    by=texts,
    share=st.none() | shares,
)
requests = st.builds(
    Request,
    source=texts,
    to=texts,
    scheme=st.sampled_from(["http", "https", "tcp"]),
    host=texts,
    port=st.integers(1, 65535),
    headers=st.dictionaries(texts, texts, max_size=2),
    expect=texts,
    assumed=lists,
)
not_checked = st.lists(st.builds(NotChecked, what=texts, why=texts, unlock=texts), max_size=3).map(tuple)
walks = st.builds(
    Walk,
    request=requests,
    verdict=st.sampled_from(Verdict),
    outcome=outcomes,
    branches=st.lists(branches, max_size=3).map(tuple),
    not_checked=not_checked,
    dropped=st.integers(0, 3),
)

sources = st.one_of(
    st.builds(lambda place: Source(resource=place), resources),
    st.builds(lambda file, line, text: Source(file=file, line=line, text=text), texts, lines, texts),
    st.just(Source(said=True)),
)
facts = st.builds(Fact, name=texts, word=texts, sources=st.lists(sources, max_size=6).map(tuple))
fixes = st.builds(
    Fix,
    do=texts,
    risk=texts,
    applicability=st.sampled_from(Applicability),
    manifest=texts,
    commands=lists,
    rollback=texts,
    verified=st.booleans(),
    why_not_verified=texts,
    confirm=texts,
)
fingerprints = st.sampled_from(["a", "b", "c"])
findings = st.builds(
    Finding,
    fingerprint=fingerprints,
    cause=texts,
    title=texts,
    certainty=st.sampled_from([Certainty.CONFIRMED, Certainty.LIKELY]),
    severity=st.sampled_from(Severity),
    stage=st.sampled_from(Stage),
    resource=maybe_resources,
    roles=st.just({}),
    case=texts,
    root=st.booleans(),
    related=st.lists(resources, max_size=2).map(tuple),
    known_as=st.lists(st.builds(KnownAs, code=texts, resource=resources), max_size=2).map(tuple),
    explained_by=st.none() | fingerprints,
    explanation=texts,
    because=st.lists(facts, max_size=2).map(tuple),
    fixes=st.lists(fixes, max_size=3).map(tuple),
)
groups = st.builds(
    LogGroup,
    count=st.integers(0, 9999),
    share=shares,
    first=texts,
    last=texts,
    flags=lists,
    arguments=lists,
    pattern=st.sampled_from(("", *PATTERNS)),
    since=st.sampled_from(("", "2026-11-21T10:00:00.000Z")),
    callers=st.lists(texts, max_size=1).map(tuple),
    endpoint=texts,
    far_log=st.sampled_from(("", "silent", "logged")),
    checks=st.booleans(),
)
diagnoses = st.builds(
    Diagnosis,
    walk=st.none() | walks,
    findings=st.lists(findings, max_size=4).map(tuple),
    possible=st.lists(st.builds(PossibleCause, cause=texts, missing=lists), max_size=6).map(tuple),
    questions=st.lists(
        st.builds(Question, fact=texts, question=texts, why=texts, how=texts, answers=st.just(())), max_size=2
    ).map(tuple),
    groups=st.lists(groups, max_size=2).map(tuple),
    not_checked=not_checked,
    engine=texts,
    before=st.none() | walks,
)
