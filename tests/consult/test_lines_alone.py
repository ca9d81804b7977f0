"""A failed line of a log and nothing else: what it may be comes in the order in which it helps, and nothing untrue is
said of it."""

from __future__ import annotations

from functools import cache

import pytest

from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.consult import Consultation, LogLine
from troubleshooter.evidence import AccessLogEntry, parse_line
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Diagnosis
from troubleshooter.report import to_text
from troubleshooter.walk import parse_request

OUT = "outbound|8080||payments.shop.svc.cluster.local"


@cache
def _diagnosis(said: str) -> Diagnosis:
    """What is known of a line with this status, these flags and details."""
    text = (
        f'[2026-03-01T10:00:00.000Z] "GET /a HTTP/1.1" {said} - "-" 0 0 9 - "-" "c" "i" "payments.shop:8080" '
        f'"10.0.0.9:8080" {OUT} 10.0.0.4:5 10.96.0.5:8080 10.0.0.4:4 - default'
    )
    entry = parse_line(text, file="access.log", number=1)
    assert isinstance(entry, AccessLogEntry)
    line = LogLine(request=parse_request("http://payments.shop:8080/a"), entry=entry)
    return Consultation(read_rulebook(()), PlainEvaluator(), line).diagnosis()


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("503 UO upstream_reset_before_response_started{overflow}", "circuit-breaker-overflow"),
        ("503 NC cluster_not_found", "dr-subset-not-defined"),
        ("502 UPE upstream_reset_before_response_started{protocol_error}", "h2c-to-http1-backend"),
    ],
)
def test_what_shows_so_comes_first(said: str, cause: str) -> None:
    """Of all causes that may be it, the one for which such a line is typical stands at the top."""
    assert cause == _diagnosis(said).possible[0].cause


def test_an_answer_from_further_on_has_arrived_somewhere() -> None:
    """Of a 404 that was only passed along nobody says that the request did not arrive."""
    page = to_text(_diagnosis("404 - via_upstream"))

    assert "The request is answered with 404." in page
    assert "does not arrive" not in page


def test_an_answer_from_further_on_may_be_the_applications() -> None:
    """Who may have given the answer is said in place of where the request died."""
    (finding,) = _diagnosis("404 - via_upstream").findings

    assert finding.title.startswith("404 is the answer of the application, or of a proxy before it")
