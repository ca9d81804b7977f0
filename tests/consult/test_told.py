"""A mesh that nobody sees: known by answers, or by one log line and answers."""

from __future__ import annotations

import pytest

from tests.consult.test_consultation import KNOWLEDGE
from troubleshooter.consult import Ask, Conclude, Consultation, LogLine
from troubleshooter.evidence import AccessLogEntry, parse_line
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Certainty, Diagnosis, Severity, Stage, StageVerdict, Verdict
from troubleshooter.rulebook import Rulebook, parse
from troubleshooter.walk import parse_request

FLAGS = """
flags:
  NR:
    long_name: NoRouteFound
    meaning: No route.
    stage: route
    proves: That.
    does_not_prove: Why.
    references: ["https://www.envoyproxy.io/"]
details:
  route_not_found:
    meaning: None fits.
    stage: route
    proves: It.
    does_not_prove: More.
    references: ["https://www.envoyproxy.io/"]
"""


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """The causes of the other tests, one of them a mere warning in an audit, and two words of a log."""
    files = {path: text.replace("severity: error", "severity: warning") for path, text in KNOWLEDGE.items()}
    book, mistakes = parse({**files, "flags.yaml": FLAGS})
    assert () == mistakes
    return book


def _line(flags: str = "NR", details: str = "route_not_found", status: int = 404) -> LogLine:
    text = (
        f'[2026-03-01T10:00:00.000Z] "GET /api/x HTTP/1.1" {status} {flags} {details} - "-" 0 0 0 - "-" "c" "a" '
        '"payments.shop:8080" "-" - - 10.0.0.5:8080 10.0.0.4:4 - -'
    )
    entry = parse_line(text, file="access.log", number=7)
    assert isinstance(entry, AccessLogEntry)
    return LogLine(request=parse_request("http://payments.shop:8080/api/x"), entry=entry)


def _asked(consultation: Consultation, answers: dict[str, str]) -> Diagnosis:
    while isinstance(step := consultation.next_step(), Ask):
        consultation.tell(step.question.fact, answers.get(step.question.fact, "unknown"))
    assert isinstance(step, Conclude)
    return step.diagnosis


ROUTE = {"route.match": "none", "route.default": "absent"}


def test_what_answers_lead_to_is_the_root(rulebook: Rulebook) -> None:
    """Somebody says that it fails, so the conclusion is its root and an error."""
    root = _asked(Consultation(rulebook, PlainEvaluator(), symptom="404-envoy"), ROUTE).root

    assert root is not None
    assert ("no-route", Severity.ERROR, Certainty.CONFIRMED) == (root.cause, root.severity, root.certainty)


def test_log_line_alone_shows_where_the_request_dies(rulebook: Rulebook) -> None:
    """Of the way of the request only the failure is left: nothing else was seen."""
    diagnosis = Consultation(rulebook, PlainEvaluator(), _line()).diagnosis()

    assert diagnosis.walk is not None
    assert (Verdict.UNREACHABLE, 404, ("NR",)) == (
        diagnosis.walk.verdict,
        diagnosis.walk.outcome.status,
        diagnosis.walk.outcome.flags,
    )
    assert [(Stage.ROUTE, StageVerdict.FAIL, True)] == [(s.stage, s.verdict, s.observed) for s in diagnosis.walk.path]
    assert ((), ()) == (diagnosis.walk.request.assumed, diagnosis.walk.not_checked)


def test_words_of_an_unexplained_line_are_explained(rulebook: Rulebook) -> None:
    """Where no cause is known yet, the finding says what the flag and the details prove, and what not."""
    root = Consultation(rulebook, PlainEvaluator(), _line()).diagnosis().root

    assert root is not None
    assert "unexplained" == root.cause
    assert root.explanation.split("\n\n") == [
        "NR (NoRouteFound): No route. It proves: That. It does not prove: Why.",
        "route_not_found: None fits. It proves: It. It does not prove: More.",
    ]


def test_only_causes_of_the_stage_are_asked_about(rulebook: Rulebook) -> None:
    """The line names the stage, so other stages are no matter; a line is looked at, not asked for."""
    consultation = Consultation(rulebook, PlainEvaluator(), _line())

    assert {"route.match", "route.default"} == set(consultation.open_questions())


def test_log_line_and_answers_lead_to_the_cause(rulebook: Rulebook) -> None:
    """What the line leaves open, answers settle."""
    root = _asked(Consultation(rulebook, PlainEvaluator(), _line()), ROUTE).root

    assert root is not None
    assert ("no-route", "No route of the VirtualService takes /api/x") == (root.cause, root.title)


def test_line_outranks_what_is_said(rulebook: Rulebook) -> None:
    """The flag in the log counts, whatever somebody remembers."""
    consultation = Consultation(rulebook, PlainEvaluator(), _line())
    known = consultation.how("failure.flag")

    assert known is not None
    assert ("nr", 7) == (known.fact.word, known.fact.sources[0].line)


def test_line_that_names_no_stage(rulebook: Rulebook) -> None:
    """An error that only passed through tells nothing of the mesh; answers alone are left."""
    diagnosis = Consultation(rulebook, PlainEvaluator(), _line("-", "-", 500)).diagnosis()

    assert (None, None) == (diagnosis.walk, diagnosis.root)
