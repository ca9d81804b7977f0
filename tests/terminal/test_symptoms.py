"""What somebody types that they see, as a symptom, a log line or a request."""

from __future__ import annotations

import pytest

from tests.terminal.talks import rulebook
from troubleshooter.evidence import AccessLogEntry
from troubleshooter.terminal.inquiry import Inquiry
from troubleshooter.terminal.setting import no_objects
from troubleshooter.terminal.symptoms import choices, read

ASKED = Inquiry(about="symptom", question="What do you see?", choices=choices(rulebook()))
LINE = (
    '[2026-03-01T10:00:00.000Z] "GET /a HTTP/1.1" {} - "-" 0 0 0 - "-" "curl" "a" "a:80" "-" - - 10.0.0.5:80 '
    "10.0.0.4:4 - -"
)


def test_symptoms_of_most_causes_come_first() -> None:
    """Those that lead somewhere stand on the first page."""
    assert ["404-envoy", "503-uc", "503-uh"] == [choice.value for choice in ASKED.choices]


@pytest.mark.parametrize(
    ("typed", "symptom"),
    [
        ("404", "404-envoy"),
        ("NR", "404-envoy"),
        ("nr", "404-envoy"),
        ("it says not found", "404-envoy"),
        ("upstream: RESET BEFORE headers", "503-uc"),
        ("503 UC", "503-uc"),
        ("nobody healthy", "503-uh"),
    ],
)
def test_words_of_one_symptom(typed: str, symptom: str) -> None:
    """Flags, statuses, quoted texts and words of the title betray it."""
    assert symptom == read(rulebook(), no_objects, ASKED, typed).symptom


def test_words_of_several_symptoms() -> None:
    """What fits several leads to a question about these."""
    fewer = read(rulebook(), no_objects, ASKED, "503")

    assert isinstance(fewer, Inquiry)
    assert ["503-uc", "503-uh"] == sorted(choice.value for choice in fewer.choices)


@pytest.mark.parametrize("typed", ["the", "xyz", "!"])
def test_words_of_no_symptom(typed: str) -> None:
    """Where nothing fits, that is said; small words alone fit nothing."""
    with pytest.raises(ValueError, match="I know no symptom with these words"):
        read(rulebook(), no_objects, ASKED, typed)


def test_failed_log_line() -> None:
    """A pasted line is an entry; its place is called what it is."""
    entry = read(rulebook(), no_objects, ASKED, LINE.format("503 UH no_healthy_upstream")).entry

    assert isinstance(entry, AccessLogEntry)
    assert ("the line you pasted", ("UH",)) == (entry.file, entry.flags)


def test_log_line_of_a_request_that_did_not_fail() -> None:
    """It is refused, since nothing can be learnt from it."""
    with pytest.raises(ValueError, match="the request did not fail"):
        read(rulebook(), no_objects, ASKED, LINE.format("200 - via_upstream"))
