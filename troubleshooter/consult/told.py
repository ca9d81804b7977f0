"""A mesh that nobody can see: known by answers alone, or by one line of an access log and answers.

Decides: what stands for such a mesh. That the request fails is given (somebody says so, or the line does), so the first
conclusion is its root. Must not know questions.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from troubleshooter.consult.origins import with_origins
from troubleshooter.evidence import ONCE, AccessLogEntry, Evidence, Recurrence, Side, details_key
from troubleshooter.facts import Observation, observe
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.observe import about_failure
from troubleshooter.facts.of_evidence import Scene, about_evidence
from troubleshooter.facts.of_tokens import token_seen
from troubleshooter.inference import Conclusion, Engine, conclude, judge
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.tokens import Token
from troubleshooter.model import Case, CaseKind, Fact, Inventory, Request, Severity, Source, Stage, StageVerdict
from troubleshooter.remedy import Examined
from troubleshooter.remedy.restage import meant_stage
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import Walked, walk

TOLD = "told"
UNKNOWN = "unknown"
"""The answer of somebody who does not know."""
NOTHING_ALLOWED = "rbac_access_denied_matched_policy[none]"
"""Envoy's word for: ALLOW policies apply, and none of them allows it. Source: rbac_filter.cc in Envoy."""
REFUSED: Mapping[str, Token] = {
    "Jwt_issuer_is_not_configured": Token.ISSUER_UNKNOWN,
    "Audiences_in_Jwt_are_not_allowed": Token.AUDIENCE_WRONG,
}
"""What else a log says of a token, where no rule was seen that it could be held against. Source:
source/common/jwt/status.cc in Envoy."""
NO_HTTP = "http1.codec_error"
"""Envoy's word for what cannot be read as HTTP/1. Source: source/common/http/http1/codec_impl.cc."""
BAD_CUSTOM = "CUSTOM-action"
"""How the name of a rule ends that stands for an authorizer which cannot be asked. Source: extauthz.go in Istio,
pilot/pkg/security/authz/builder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """All that was seen of a mesh: one failed line of an access log, the request that it is about, how its failure
    comes again, and what else was put in evidence."""

    request: Request
    entry: AccessLogEntry
    recurrence: Recurrence = ONCE
    evidence: Evidence = field(default_factory=Evidence)


def said_facts(answers: Iterable[tuple[str, str]]) -> dict[str, Fact]:
    """The facts that answers come to, the last of a name counting."""
    known = ((name, word) for name, word in answers if word != UNKNOWN)
    return {name: Fact(name=name, word=word, sources=(Source(said=True),)) for name, word in known}


def examine_told(
    rulebook: Rulebook, facts: Mapping[str, Fact], engine: Engine, among: Container[str] | None
) -> Examined:
    """What follows from answers. `among` are the causes that the symptom leaves."""
    return _examined(rulebook, Case(id=TOLD, kind=CaseKind.WALK, facts=facts), engine, among)


def examine_line(
    rulebook: Rulebook,
    line: LogLine,
    facts: Mapping[str, Fact],
    engine: Engine,
    among: Container[str] | None,
    *,
    meant: Stage | None = None,
) -> Examined:
    """What follows from a log line and answers. Of the walk only the step at which the request died is left, because
    nothing else of it was seen; nothing at all is if the line does not name the stage. `meant` is the stage where what
    follows has settled which of several it is."""
    stages = {name: word.stage for name, word in (*rulebook.flags.items(), *rulebook.details.items())}
    foretold = _blank(walk(Mesh(Inventory()), line.request))
    walked, observation = observe(foretold, line.entry, stages, recurrence=line.recurrence, meant=meant, unseen=True)
    if observation is None:
        return examine_told(rulebook, facts, engine, among)
    seen = _only_the_failure(walked)
    failed = seen.walk.branches[0].failed
    case = _case(line, observation, facts, failed.stage if failed else None)
    found = _examined(rulebook, case, engine, among)
    other = meant_stage(rulebook, found.judgement, found.cases, observation)
    if other is not None:
        return examine_line(rulebook, line, facts, engine, among, meant=other)
    return replace(found, walked=seen, observation=observation)


def _examined(rulebook: Rulebook, case: Case, engine: Engine, among: Container[str] | None) -> Examined:
    judgement = judge(rulebook, [case], engine)
    concluded = conclude(rulebook, judgement, [case])
    left = [c for c in concluded if among is None or c.cause in among or c.root]
    return Examined(
        mesh=Mesh(Inventory()),
        walked=None,
        observation=None,
        cases=(case,),
        judgement=judgement,
        conclusions=first_is_root(with_origins(rulebook, concluded, left)),
    )


def first_is_root(conclusions: Iterable[Conclusion]) -> tuple[Conclusion, ...]:
    """The first conclusion is why the request fails: an error, whatever it would be in an audit."""
    known = tuple(conclusions)
    if not known:
        return ()
    root, *others = known
    return (replace(root, root=True, severity=Severity.ERROR), *others)


def _blank(walked: Walked) -> Walked:
    """The same walk with all that it passes or fails forgotten: on an empty mesh that tells nothing."""
    blank = [tuple(replace(s, verdict=StageVerdict.PASS, detail="") for s in b.path) for b in walked.walk.branches]
    branches = tuple(replace(b, path=path) for b, path in zip(walked.walk.branches, blank, strict=True))
    return replace(walked, walk=replace(walked.walk, branches=branches))


def rooted_by_answers(conclusions: tuple[Conclusion, ...]) -> tuple[Conclusion, ...]:
    """Where a walk cannot tell its end and a person could: the first conclusion that rests on what was said, or on what
    something running says, is why the request fails, of which they say that it does."""
    said = [c for c in conclusions if any(map(_was_told, (source for fact in c.because for source in fact.sources)))]
    return first_is_root([*said[:1], *(c for c in conclusions if c not in said[:1])]) if said else conclusions


def _was_told(source: Source) -> bool:
    """Whether no object says it."""
    return source.said or bool(source.file and source.resource is None)


def _only_the_failure(walked: Walked) -> Walked:
    """The worst branch with its failed step alone: the steps before it were decided on an empty mesh."""
    branch = walked.walk.branches[0]
    steps = tuple(replace(step, hop=0) for step in branch.path if step.verdict is StageVerdict.FAIL)
    request = replace(walked.walk.request, assumed=())
    only = replace(branch, path=steps, share=None, by="")
    seen = replace(walked.walk, request=request, branches=(only,), not_checked=())
    return Walked(walk=seen, trails=())


def _about_the_words(case: CaseBuilder, observation: Observation) -> None:
    """What Envoy's words alone prove of a mesh that nobody sees: which questions need not be asked."""
    entry, source = observation.entry, observation.source
    if entry.side is Side.BLACKHOLE:
        case.seen("caller.outbound_policy", "registry-only", source)
        case.seen("caller.capture", "taken", source)
    if NOTHING_ALLOWED in (entry.details, entry.connection_termination_details):
        case.seen("authorization_policy.decision", "no-allow-matched", source)
    _about_denial(case, observation)
    if details_key(entry.details).base == NO_HTTP:
        case.seen("failure.unread", "yes", source)
        case.seen("request.read_as", "unreadable", source)
    token_seen(case, entry, source)
    key = details_key(entry.details)
    if key.base == "jwt_authn_access_denied" and key.reason in REFUSED:
        case.seen("request_authentication.token", REFUSED[key.reason], source)


def _about_denial(case: CaseBuilder, observation: Observation) -> None:
    """A policy that the line names, or an authorizer that gave no usable answer. What a policy denies since its
    authorizer cannot be asked is named with BAD_CUSTOM."""
    entry, source = observation.entry, observation.source
    key = details_key(entry.details or entry.connection_termination_details)
    if key.base == "rbac_access_denied_matched_policy" and key.reason.startswith("ns["):
        case.seen("authorization_policy.decision", "deny-matched", source)
        case.seen("authorization_policy.action", "custom" if BAD_CUSTOM in key.reason else "deny", source)
        case.detail("authorization_policy.rule_name", key.reason)
    if "UAEX" in entry.flags and key.base == "ext_authz_error":
        case.seen("authorization_policy.action", "custom", source)
        case.seen("authorization_policy.authorizer", "no-answer", source)


def _case(line: LogLine, observation: Observation, facts: Mapping[str, Fact], stage: Stage | None) -> Case:
    """What the line and other evidence say outranks what a person says."""
    case, request = CaseBuilder(TOLD, CaseKind.WALK), line.request
    about_failure(case, observation)
    _about_the_words(case, observation)
    about_evidence(case, Scene(mesh=Mesh(Inventory()), evidence=line.evidence, observation=observation))
    case.detail("request.method", request.method)
    case.detail("request.path", request.path)
    case.detail("request.host", request.host)
    case.detail("request.port", request.port)
    case.detail("request.url", request.to)
    built = case.build(stage)
    return replace(built, facts={**facts, **built.facts})
