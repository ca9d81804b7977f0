"""A page that is pasted in place of an answer."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.terminal.talks import KNOWLEDGE, Held, hold, setting
from troubleshooter.rulebook import Rulebook, parse
from troubleshooter.terminal.dialogue import Dialogue

PAGED = KNOWLEDGE | {
    "causes/endpoints/nobody/cause.yaml": """
id: nobody
title: Nobody is behind it
stage: endpoint
cases: [walk]
severity: error
prevalence: common
status: draft
symptoms: [503-uh]
when: [{failure.flag: uh}, {failure.hop: outbound}]
explain: [{text: There is no endpoint.}]
fixes: [{do: Look at it, risk: None., applicability: manual, run: [kubectl get pods]}]
references: ["https://istio.io/latest/docs/concepts/security/"]
""",
    "questions.yaml": KNOWLEDGE["questions.yaml"]
    + """
failure.hop:
  question: Which side wrote it?
  why: The sender chooses.
  how: kubectl logs POD
  cost: command
  page: access-log
  answers: {outbound: the sender, inbound: the target}
failure.flag:
  question: Which flag has the line?
  why: It tells most.
  how: kubectl logs POD
  cost: person
  answers: {uh: UH, nr: NR}
""",
    "flags.yaml": (
        "flags: {UH: {long_name: No, meaning: None., stage: endpoint, proves: It., does_not_prove: Why.,"
        ' references: ["https://www.envoyproxy.io/"]}}\n'
        "details: {no_healthy_upstream: {meaning: None., stage: endpoint, proves: It., does_not_prove: Why.,"
        ' references: ["https://www.envoyproxy.io/"]}}'
    ),
}
LINE = (
    '[2026-03-01T10:00:00.000Z] "GET /pay HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 0 0 - "-" "curl/8" "a" '
    '"payments.shop:8080" "-" {cluster} - 10.0.0.5:8080 10.0.0.4:40000 - -'
)
OUTBOUND = LINE.format(cluster="outbound|8080||payments.shop.svc.cluster.local")
TO_THE_QUESTION = ("503-uh", "uh")
HINT = "Type a number, or paste what the command under ? prints."
SIDE = "Which side wrote it?"


@cache
def book() -> Rulebook:
    """One more cause, and a question whose answer stands on a page."""
    found, mistakes = parse(PAGED)
    assert () == mistakes
    return found


def talked(*typed: str, **more: Any) -> Held:
    """Without a mesh, by answers, up to these lines."""
    return hold(setting(rulebook=book(), **more), typed)


def test_a_page_is_offered_where_the_answer_stands_on_one() -> None:
    """And nowhere else."""
    before, _, last = talked(*TO_THE_QUESTION).screen.partition(SIDE)

    assert (0, 1) == (before.count(HINT), last.count(HINT))


def test_a_page_answers_its_question_and_all_else_that_it_tells() -> None:
    """A line of the log says which proxy wrote it, and which flag it has."""
    end = talked(*TO_THE_QUESTION, OUTBOUND)

    assert end.diagnosis is not None
    assert end.diagnosis.root is not None
    assert ("nobody", True) == (end.diagnosis.root.cause, "I take this for an access log line" in end.flat)


def test_a_page_is_taken_back_as_a_whole() -> None:
    """`back` asks the question again, and nothing that the page told is known."""
    dialogue = Dialogue(setting(rulebook=book()))
    dialogue.start()
    for line in (*TO_THE_QUESTION, OUTBOUND, "back"):
        dialogue.hear(line)

    assert SIDE == dialogue.inquiry.question
    assert dialogue.by_answers
    assert dialogue.consultation is not None
    assert dialogue.consultation.situation is None


def test_a_page_that_does_not_tell_is_not_kept() -> None:
    """The question stays."""
    end = talked(*TO_THE_QUESTION, LINE.format(cluster="-"))

    assert SIDE == end.questions[-1]
    assert "The answer to this question is not in it." in end.flat


def test_what_is_no_page_is_no_answer() -> None:
    """It is said what would be one."""
    assert "This is no answer, and no page that I know." in talked(*TO_THE_QUESTION, "the sender did").flat


def test_kept_for_another_session_is_what_the_page_told() -> None:
    """Not the page: that may be long, and hold what is nobody's business."""
    dialogue = Dialogue(setting(rulebook=book()))
    dialogue.start()
    for line in (*TO_THE_QUESTION, OUTBOUND):
        dialogue.hear(line)

    assert ("failure.hop", ("outbound",), "the sender") == (
        dialogue.given[-1].about,
        dialogue.given[-1].typed,
        dialogue.given[-1].meant,
    )


@settings(max_examples=50)
@given(text=st.text(max_size=300) | st.integers(0, len(OUTBOUND)).map(lambda n: OUTBOUND[:n]))
def test_nothing_that_is_pasted_raises(text: str) -> None:
    """Whatever it is."""
    dialogue = Dialogue(setting(rulebook=book()))
    dialogue.start()
    for line in TO_THE_QUESTION:
        dialogue.hear(line)

    assert dialogue.hear(text) is not None
