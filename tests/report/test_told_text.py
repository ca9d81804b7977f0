"""The page of what answers alone come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.report import report_examples as examples
from troubleshooter.model import Diagnosis, Source
from troubleshooter.report import Screen, told_to_text

SAID = Source(said=True)
ROOT = replace(
    examples.NO_MATCH,
    title="No route of <virtual_service> takes <request.path>",
    resource=None,
    because=tuple(fact._replace(sources=(SAID,)) for fact in examples.NO_MATCH.because),
    fixes=(replace(examples.CHANGE_CALLER, verified=False),),
)


def test_page_of_a_cause(golden: Callable[[str, str], None]) -> None:
    """What was said is the evidence, and nothing is proved."""
    golden("told.txt", told_to_text(Diagnosis(findings=(ROOT,), engine="durable-rules")) + "\n")


def test_page_without_a_cause(golden: Callable[[str, str], None]) -> None:
    """Nothing is called fine: what is still possible and what would settle it is said."""
    diagnosis = Diagnosis(possible=examples.POSSIBLE, questions=examples.QUESTIONS, engine="durable-rules")

    golden("told-open.txt", told_to_text(diagnosis) + "\n")


def test_hostile_texts_are_safe() -> None:
    """No escape sequence leaves."""
    hostile = Diagnosis(findings=(replace(ROOT, title="a\x1b[31mb"),))

    assert "\x1b" not in told_to_text(hostile, Screen(color=False))
