"""The JSON form of the access log."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.evidence.log_texts import DATA, captured, entry
from troubleshooter.evidence import SkippedLine, SkipReason, parse_line

TWINS = sorted(path.name.removesuffix(".json") for path in DATA.glob("*.json"))
KEYS = {
    "start_time": "2026-11-21T00:18:17.797Z",
    "response_code": 503,
    "response_flags": "UF",
    "upstream_cluster": "outbound|8080||reviews.default.svc.cluster.local",
}


@pytest.mark.parametrize("name", TWINS)
def test_both_forms_give_the_same_entry(name: str) -> None:
    """What an Envoy wrote about one request in text and in JSON is read as the same values."""
    lines = (DATA / f"{name}.json").read_text(encoding="utf-8").splitlines()

    from_json = [replace(entry(line), text="", file="", line=0) for line in lines]
    assert [replace(found, text="", file="", line=0) for found in captured(name)] == from_json


@pytest.mark.parametrize("absent", [None, "-"])
def test_absent_values_are_null_or_a_dash(absent: str | None) -> None:
    """New proxies write null where old ones wrote "-"."""
    found = entry(json.dumps(KEYS | {"authority": absent, "duration": absent}))

    assert ("", None) == (found.authority, found.duration_ms)


@pytest.mark.parametrize("number", [503, "503", 503.0])
def test_numbers_may_be_texts(number: float | str) -> None:
    """Old proxies wrote numbers as texts."""
    assert 503 == entry(json.dumps(KEYS | {"response_code": number})).response_code


@pytest.mark.parametrize("number", ["many", "-5", "²", True, [], {}, 1e400, 10**30, "9" * 5000])
def test_what_is_no_number_is_absent(number: object) -> None:
    """A value of another shape is not known, and nothing raises."""
    assert None is entry(json.dumps(KEYS | {"bytes_sent": number})).bytes_sent


def test_other_keys_are_ignored_and_keys_may_be_missing() -> None:
    """A log format of one's own may have more keys and fewer."""
    found = entry(json.dumps({"response_code": 404, "my_header": {"a": [1]}}))

    assert (404, "", ()) == (found.response_code, found.details, found.flags)


def test_escapes_that_json_hides_are_taken_out() -> None:
    """A terminal's control characters do not survive, though JSON wrote them harmlessly."""
    found = entry(json.dumps(KEYS | {"user_agent": "a\x1b[31mb\x00c\u202ed"}))

    assert "abcd" == found.user_agent


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"level":"info","msg":"connected"}', SkipReason.OTHER),
        ("{}", SkipReason.OTHER),
        ('{"response_code": 503, "response_', SkipReason.DAMAGED),
        ("{" * 100_000, SkipReason.DAMAGED),
        ('{"response_code":' * 5_000, SkipReason.DAMAGED),
    ],
    ids=["own-log", "empty", "cut-off", "braces", "nested"],
)
def test_other_objects_are_skipped_with_the_reason(line: str, why: SkipReason) -> None:
    """A JSON object without the keys of an access log is something else; one that cannot be read is damaged."""
    found = parse_line(line)

    assert isinstance(found, SkippedLine)
    assert why == found.why


@pytest.mark.parametrize(("value", "text"), [(42, "42"), (["a"], ""), ({"a": 1}, ""), (None, "")])
def test_what_is_no_text_is_written_out_or_absent(value: object, text: str) -> None:
    """A number where a text is usual is kept as it would be printed; a list or an object is not."""
    assert text == entry(json.dumps(KEYS | {"request_id": value})).request_id


@pytest.mark.parametrize(("logged", "expected"), [(3, 3), ("3", 3), (0, 0), (None, None), ("-", None)])
def test_the_number_of_tries_is_read_under_envoys_own_name(logged: object, expected: int | None) -> None:
    """Istio's format does not have it; who adds it calls it so."""
    assert expected == entry(json.dumps(KEYS | {"upstream_request_attempt_count": logged})).attempts
