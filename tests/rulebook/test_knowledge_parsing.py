"""What is written is what is meant: values of a knowledge base in which nothing is wrong."""

from __future__ import annotations

import pytest

from tests.rulebook.knowledge_texts import CAUSE, OTHER, TEXTS, changed, content, parse_mistakes
from troubleshooter.model import Applicability, CaseKind, Prevalence, Severity, Stage
from troubleshooter.rulebook import (
    AnyOf,
    BecauseOf,
    Cause,
    Condition,
    Derivation,
    Edit,
    Example,
    FalsePositive,
    LogWord,
    Paragraph,
    PeerCode,
    PeerName,
    QuestionText,
    Symptom,
    When,
    parse,
)

BOOK = parse(TEXTS)[0]
STRICT = BOOK.causes["strict-plaintext"]


def is_(fact: str, *words: str) -> Condition:
    """A condition as it should come out."""
    return Condition(fact=fact, words=words)


def when_of(text: str) -> When:
    """The `when` of a cause in which it is written as `text`."""
    book, mistakes = parse(changed(OTHER, "  - caller.proxy: absent\n", text))
    assert () == mistakes

    return book.causes["not-injected"].when


def edits_of(text: str) -> tuple[Edit, ...]:
    """The edits of a fix in which they are written as `text`."""
    book, mistakes = parse(changed(OTHER, "applicability: manual", f"applicability: manual\n    edits: {text}"))
    assert () == mistakes

    return book.causes["not-injected"].fixes[0].edits


def test_the_texts_have_no_mistakes() -> None:
    """The knowledge base that these tests change is right."""
    assert [] == parse_mistakes(TEXTS)


def test_a_cause_knows_its_folder() -> None:
    """Id and area of a cause are those of its folder."""
    assert ("strict-plaintext", "mtls") == (STRICT.id, STRICT.area)


def test_the_words_of_a_cause_are_enums() -> None:
    """Stage, kinds of cases, severity and prevalence come out as the model's words."""
    assert ((Stage.TRANSPORT,), (CaseKind.WALK, CaseKind.PIECE), Severity.ERROR, Prevalence.COMMON) == (
        STRICT.stages,
        STRICT.cases,
        STRICT.severity,
        STRICT.prevalence,
    )


def test_several_stages_keep_their_order() -> None:
    """The first stage of a list is the usual one."""
    assert (Stage.CAPTURE, Stage.TRANSPORT) == BOOK.causes["not-injected"].stages


def test_conditions_are_read() -> None:
    """`when`, `unless` and `supports` hold facts with their words."""
    assert (
        (is_("target.mtls_mode", "strict"), is_("connection.client", "plaintext")),
        (is_("target.port_mtls_mode", "permissive", "disable"),),
        (is_("evidence.chain", "not-found"),),
    ) == (STRICT.when, STRICT.unless, STRICT.supports)


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "true", "null", "404", "1.20", "~"])
def test_a_word_is_always_text(word: str) -> None:
    """What YAML would make a boolean, a number or nothing is a word in a condition."""
    assert (is_("a.b", word),) == when_of(f"  - a.b: {word}\n")


def test_several_keys_are_a_conjunction() -> None:
    """A map with two facts asks for both."""
    assert (is_("a.b", "x"), is_("c.d", "y")) == when_of("  - {a.b: x, c.d: y}\n")


def test_one_map_may_stand_for_a_list() -> None:
    """`when` may be a map itself."""
    assert (is_("a.b", "x"), is_("c.d", "y")) == when_of("  a.b: x\n  c.d: y\n")


def test_a_word_twice_is_one() -> None:
    """A list of words is a set in the order of the text."""
    assert (is_("a.b", "x", "y"),) == when_of("  - a.b: [x, y, x]\n")


def test_alternatives_are_maps_or_lists() -> None:
    """`any` holds a list of alternatives, each a map or a list of maps."""
    expected = AnyOf(alternatives=((is_("a.b", "x"), is_("c.d", "y")), (is_("e.f", "z"), is_("g.h", "w"))))

    assert (expected,) == when_of("  - any:\n      - {a.b: x, c.d: y}\n      - [{e.f: z}, {g.h: w}]\n")


def test_several_codes_are_several_names() -> None:
    """An entry of `known_as` with a list of codes stands for one of each."""
    strict = (is_("target.mtls_mode", "strict"),)

    assert (
        PeerName(code="KIA0001", on="destination_rule", when=strict),
        PeerName(code="KIA0002", on="destination_rule", when=strict),
    ) == STRICT.known_as


def test_a_code_with_several_meanings() -> None:
    """`says` is what stands in the message of a code where it means the cause."""
    texts = changed(CAUSE, "on: destination_rule, when", 'says: "not found", on: destination_rule, when')

    assert ["not found", "not found"] == [name.says for name in parse(texts)[0].causes["strict-plaintext"].known_as]


def test_paragraphs_may_have_conditions() -> None:
    """A paragraph of the explanation carries its `when`."""
    assert (
        Paragraph(text="Its port is ${target.port}.", when=(is_("target.port_mtls_mode", "unset"),))
        == STRICT.explain[1]
    )


def test_links_between_causes_are_read() -> None:
    """`because_of` names the other cause and both roles."""
    assert (BecauseOf(cause="not-injected", its="workload", our="caller"),) == STRICT.because_of


def test_an_example_is_read() -> None:
    """What is left out of an example has the value that most examples have."""
    expected = Example(
        source="legacy/deployment/batch",
        to="http://payments.shop:8080/pay",
        evidence=("proxy.log",),
        plaintext=True,
        method="GET",
        verdict="unreachable",
        stage="",
    )

    assert expected == STRICT.example


def test_false_positives_are_read() -> None:
    """A false positive names its fixture."""
    expected = FalsePositive(text="The port is open to plaintext", near="near-open-port.yaml")

    assert (expected,) == STRICT.false_positives


def test_where_a_cause_applies_is_read() -> None:
    """`applies_to` holds words and a range."""
    assert {"dataplane": ("sidecar",), "istio": ">=1.20"} == STRICT.applies_to


def test_fixes_are_read() -> None:
    """A fix says what it does, its risk, who may apply it, commands and how to confirm it."""
    fix = STRICT.fixes[1]

    assert (
        "Start the pods anew",
        "they are away for a moment",
        Applicability.MACHINE,
        ("kubectl rollout status deploy/${target.name}",),
        "",
    ) == (fix.do, fix.risk, fix.applicability, fix.run, fix.confirm)


def test_placeholders_wait_in_edits() -> None:
    """What is created is a parsed object with its placeholders in it."""
    assert {
        "selector": {"matchLabels": "${target.labels}"},
        "portLevelMtls": {"${target.port}": {"mode": "PERMISSIVE"}},
    } == STRICT.fixes[0].edits[0].value["spec"]


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("[{object: sidecar, at: spec.x, set: 1}]", Edit(verb="set", role="sidecar", at="spec.x", value=1)),
        ("[{object: sidecar, at: spec.x, remove: a}]", Edit(verb="remove", role="sidecar", at="spec.x", value="a")),
        ("[{object: sidecar, at: spec.x, insert: [a]}]", Edit(verb="insert", role="sidecar", at="spec.x", value=["a"])),
        ("[{delete: sidecar}]", Edit(verb="delete", role="sidecar")),
        ("[{restart: caller}]", Edit(verb="restart", role="caller")),
    ],
)
def test_edits_are_read(text: str, edit: Edit) -> None:
    """Each form of an edit has its verb."""
    assert (edit,) == edits_of(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("no", "no"),
        ("On", "On"),
        ('"true"', "true"),
        ("12", 12),
        ("-1", -1),
        ('"12"', "12"),
        ("0644", "0644"),
        ("12:30", "12:30"),
        ("1.5", 1.5),
        ("1.2.3", "1.2.3"),
        ("1e3", "1e3"),
        ("9" * 30, "9" * 30),
        ("2024-01-01", "2024-01-01"),
        ("null", None),
        ("~", None),
        ("", None),
        ('""', ""),
        ("{a: [1, {b: no}]}", {"a": [1, {"b": "no"}]}),
    ],
)
def test_a_value_of_an_edit_has_a_type(text: str, value: object) -> None:
    """Kubernetes needs booleans, numbers and null: `true` and `false` are the only booleans, quoted is text."""
    found = edits_of(f"[{{object: sidecar, at: spec.x, set: {text}}}]")[0].value

    assert (type(value), value) == (type(found), found)


def test_a_symptom_is_read() -> None:
    """A symptom goes by its file's name."""
    expected = Symptom(
        id="503-uc",
        title="503 and the flag UC",
        description="The connection closes before an answer comes.",
        flags=("UC",),
        statuses=(503,),
        texts=("upstream connect error",),
        stages=(Stage.TRANSPORT, Stage.APPLICATION),
    )

    assert {"503-uc": expected} == BOOK.symptoms


def test_a_question_is_read() -> None:
    """A question goes by its fact; most can be answered by a person at once."""
    expected = QuestionText(
        fact="connection.client",
        question="Does the caller speak TLS?",
        why="Plaintext is refused.",
        how="kubectl get pod ${caller.name}",
        answers={"plaintext": "It does not", "mtls": "It does"},
        cost="person",
    )

    assert expected == BOOK.questions["connection.client"]


def test_a_derivation_is_read() -> None:
    """A derivation concludes one fact."""
    expected = Derivation(
        id="no-proxy-speaks-plaintext",
        fact="connection.client",
        word="plaintext",
        when=(is_("caller.proxy", "absent"),),
    )

    assert (expected,) == BOOK.derivations


def test_a_flag_is_read() -> None:
    """A flag goes by its letters."""
    expected = LogWord(
        name="UC",
        long_name="UpstreamConnectionTermination",
        meaning="The upstream closed the connection.",
        stage=Stage.TRANSPORT,
        proves="A connection was made.",
        does_not_prove="Who closed it.",
        references=("source/common/stream_info/utility.h",),
    )

    assert {"UC": expected} == BOOK.flags


def test_a_log_word_may_name_no_stage() -> None:
    """An empty stage says that the word does not tell."""
    assert None is BOOK.details["via_upstream"].stage


def test_a_peers_code_is_read() -> None:
    """A code goes by itself."""
    assert {"KIA9999": PeerCode(code="KIA9999", title="Something else", reason="It is about looks")} == BOOK.peer_codes


def test_a_concept_is_its_text() -> None:
    """A concept is kept as it is written."""
    assert {"mtls": "# Mutual TLS\n"} == BOOK.concepts


def test_other_files_are_passed_over() -> None:
    """Fixtures are no business of the rulebook, whatever they hold."""
    fixtures = {"causes/mtls/strict-plaintext/bad.yaml": "a: ["}

    book, mistakes = parse(TEXTS | fixtures)

    assert (content(BOOK), ()) == (content(book), mistakes)


def test_a_retired_cause_needs_little() -> None:
    """A retired cause keeps its id, its title and the reason."""
    text = "id: gone\ntitle: It was there\nstatus: retired\nexplain: [{text: Istio does this by itself now.}]\n"
    book, mistakes = parse({"causes/mtls/gone/cause.yaml": text})

    assert (("gone", "retired"), ()) == ((book.causes["gone"].id, book.causes["gone"].status), mistakes)


def test_values_know_where_they_stand() -> None:
    """A place is that of the value itself, or of one of its keys."""
    fix = STRICT.fixes[1]

    assert [f"{CAUSE}:41:5", f"{CAUSE}:43:20", f"{CAUSE}:14:5"] == [
        str(fix.place),
        str(fix.place.of("applicability")),
        str(STRICT.when[0].place if isinstance(STRICT.when[0], Condition) else ""),
    ]


def test_places_do_not_count() -> None:
    """The same text in another place is the same cause."""
    moved: Cause = parse(TEXTS | {CAUSE: "\n\n" + TEXTS[CAUSE]})[0].causes["strict-plaintext"]

    assert (True, True) == (moved == STRICT, moved.place != STRICT.place)
