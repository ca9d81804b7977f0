"""Access log formats that somebody chose."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.log_texts import DATA, log_line
from troubleshooter.evidence import AccessLogEntry, SkippedLine, parse_line
from troubleshooter.evidence.access.chosen_formats import formats_in
from troubleshooter.evidence.access.formats import compile_format
from troubleshooter.evidence.access.operators import FormatError
from troubleshooter.evidence.access.times import time_form

ISTIO = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" '
    '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" '
    '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% '
    "%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% "
    "%ROUTE_NAME%\n"
)
CAPTURED = [
    line
    for file in sorted(DATA.glob("*.log"))
    for line in file.read_text(encoding="utf-8").splitlines()
    if line.startswith("[")
]
OWN = (
    "%START_TIME(%Y/%m/%d %H:%M:%S.%3f)%|%RESPONSE_CODE%|%RESPONSE_FLAGS%|%REQ(:METHOD)% %REQ(:AUTHORITY)%"
    "%REQ(:PATH)%|%REQ(COOKIE)%|%UPSTREAM_CLUSTER%"
)


def read(line: str, *formats: str) -> AccessLogEntry | None:
    """The entry of a line in one of these formats, or in Istio's."""
    found = parse_line(line, file="a.log", number=2, formats=[compile_format(form) for form in formats])
    return found if isinstance(found, AccessLogEntry) else None


@pytest.mark.parametrize("line", CAPTURED)
def test_istios_own_format_as_a_chosen_one(line: str) -> None:
    """Istio's format, compiled, reads what Envoy wrote just as the built-in reader does."""
    (values,) = [compile_format(ISTIO).values(line)]  # type: ignore[arg-type] # it is a format in text

    assert values is not None
    assert parse_line(line, file="a.log", number=2) == read(line, ISTIO)


def test_a_format_of_ones_own() -> None:
    """Operators are found by what stands around them; those that are not known are passed over."""
    form = (
        "%START_TIME% %RESPONSE_CODE% %RESPONSE_FLAGS% (%DYNAMIC_METADATA(a:b)%) %REQ(:METHOD)% %REQ(X?:PATH):30% end"
    )
    entry = read("2026-11-21T10:00:00.000Z 503 UF,URX (x (y)) GET /a?b=1 end", form)

    assert entry is not None
    assert (entry.response_code, entry.flags, entry.method, entry.path) == (503, ("UF", "URX"), "GET", "/a?b=1")
    assert (entry.start_time, entry.file, entry.line) == ("2026-11-21T10:00:00.000Z", "a.log", 2)


@pytest.mark.parametrize(
    "prefix",
    ["", "[pod/web-1/istio-proxy] ", "shop web-1 istio-proxy ", "2026-11-21T10:00:00.000Z stdout F "],
    ids=["none", "kubectl", "stern", "containerd"],
)
def test_prefixes_before_a_chosen_format(prefix: str) -> None:
    """What log readers put before a line is no part of it, also where the format begins with a time itself."""
    entry = read(f"{prefix}2026-11-21T10:00:00.000Z 404 NR", "%START_TIME% %RESPONSE_CODE% %RESPONSE_FLAGS%")

    assert entry is not None
    assert (entry.response_code, entry.pod) == (404, "web-1" if "web-1" in prefix else "")


def test_absent_values() -> None:
    """A hyphen is no value, and so is nothing (omitEmptyValues)."""
    for line in ("- - - -", "  - "):
        entry = read(line, "%RESPONSE_CODE% %RESPONSE_FLAGS% %DURATION% %ROUTE_NAME%")
        assert entry is not None
        assert (entry.response_code, entry.flags, entry.duration_ms, entry.route_name) == (None, (), None, "")


def test_operators_with_nothing_between_them_are_not_read() -> None:
    """Where one value ends and the next begins cannot be told."""
    entry = read("503abc /x", "%RESPONSE_CODE%%ROUTE_NAME% %REQ(:PATH)% %RESPONSE_FLAGS%")
    other = read("503abc /x UF", "%RESPONSE_CODE%%ROUTE_NAME% %REQ(:PATH)% %RESPONSE_FLAGS%")

    assert entry is None
    assert other is not None
    assert (other.response_code, other.path, other.flags) == (None, "/x", ("UF",))


def test_a_client_cannot_write_another_field() -> None:
    """Quotes in a client's header stay in it."""
    line = log_line(agent='x" "y" "z" 503 UF "', status="404 NR")
    entry = read(line, ISTIO)

    assert entry == parse_line(line, file="a.log", number=2)
    assert entry is not None
    assert (entry.user_agent, entry.authority) == ('x" "y" "z" 503 UF "', "reviews:8080")


def test_flags_in_a_list_with_commas() -> None:
    """Several flags are told from the fields around them, though commas part both."""
    entry = read("503,URX,UF,GET,/a", "%RESPONSE_CODE%,%RESPONSE_FLAGS%,%REQ(:METHOD)%,%REQ(:PATH)%")

    assert entry is not None
    assert (entry.flags, entry.path) == (("URX", "UF"), "/a")


def test_the_better_of_two_operators_for_one_field() -> None:
    """UPSTREAM_HOST outranks UPSTREAM_REMOTE_ADDRESS, whichever comes first."""
    entry = read("503 10.0.0.1:1 10.0.0.2:2", "%RESPONSE_CODE% %UPSTREAM_REMOTE_ADDRESS% %UPSTREAM_HOST%")

    assert entry is not None
    assert entry.upstream_host == "10.0.0.2:2"


JSON_FORM = {
    "when": "%START_TIME%",
    "http": {"status": "%RESPONSE_CODE%", "what": "%REQ(:METHOD)% %REQ(:PATH)%"},
    "flags": "%RESPONSE_FLAGS%",
    "app": "shop",
    "cluster": "%UPSTREAM_CLUSTER%",
}


def test_a_format_in_json() -> None:
    """Keys may nest, a value may hold several operators, and numbers may be numbers or texts."""
    for status in (503, "503", 503.0):
        record = {"http": {"status": status, "what": "GET /a"}, "flags": "UF", "app": "shop", "cluster": None}
        entry = read(json.dumps(record), json.dumps(JSON_FORM))
        assert entry is not None
        assert (entry.response_code, entry.flags, entry.method, entry.path) == (503, ("UF",), "GET", "/a")
        assert entry.upstream_cluster == ""


def test_json_in_another_format() -> None:
    """An object with few of the keys is another log's; Istio's own keys are read as ever."""
    form = compile_format(json.dumps(JSON_FORM))

    assert isinstance(parse_line('{"http": {"status": 503}, "msg": "x"}', formats=[form]), SkippedLine)
    assert isinstance(parse_line('{"response_code": 503}', formats=[form]), AccessLogEntry)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("%RESPONSE_CODE", "is no operator"),
        ("100% sure", "is no operator"),
        ("%START_TIME% %REQ(:PATH)%", "neither"),
        ("", "neither"),
        ("{nothing", "no JSON object"),
        ('{"a": 1}', "neither"),
        ("%RESPONSE_CODE%" + " " * 20_000, "characters"),
    ],
)
def test_what_is_no_format(form: str, why: str) -> None:
    """A text that is no format, or in which no failure would show, is refused with the reason."""
    with pytest.raises(FormatError, match=why):
        compile_format(form)


def test_formats_of_a_mesh_config() -> None:
    """The mesh's own format counts in its encoding, and the formats of providers beside it; damaged ones do not."""
    text = {"envoyFileAccessLog": {"logFormat": {"text": "%RESPONSE_CODE%"}}}
    labels = {"envoyFileAccessLog": {"logFormat": {"labels": JSON_FORM}}}
    config: dict[str, Any] = {"accessLogFormat": "%RESPONSE_CODE% x", "extensionProviders": [text, labels, text, "x"]}

    assert 3 == len(formats_in(config))
    assert 2 == len(formats_in({**config, "accessLogEncoding": "JSON"}))
    assert () == formats_in({"accessLogFormat": "%", "extensionProviders": {}})
    assert 1 == len(formats_in({"accessLogFormat": json.dumps(JSON_FORM), "accessLogEncoding": "JSON"}))


@pytest.mark.parametrize(
    ("argument", "text", "meant"),
    [
        ("", "2026-11-21T10:00:00.123Z", "2026-11-21T10:00:00.123Z"),
        ("%s", "1795255200", "2026-11-21T10:00:00Z"),
        ("%s.%3f", "1795255200.123", "2026-11-21T10:00:00.123Z"),
        ("%Y/%m/%dT%H:%M:%S%z", "2026/11/21T10:00:00+0000", "2026-11-21T10:00:00Z"),
        ("%d/%b/%Y:%H:%M:%S %z", "21/Nov/2026:11:00:00 +0100", "2026-11-21T11:00:00+0100"),
        ("%F %T", "2026-11-21 10:00:00", "2026-11-21T10:00:00Z"),
        ("%H:%M", "10:00", ""),
        ("%s", "999999999999", ""),
    ],
)
def test_times(argument: str, text: str, meant: str) -> None:
    """A time in any form comes out as Envoy's own, and as nothing where it names no day."""
    form = time_form(argument)

    assert form is not None
    assert meant == form.meant(text)


def test_times_in_unknown_forms() -> None:
    """A specifier that is not known, or one that stands twice, makes a form that is not understood."""
    assert time_form("%Q") is None
    assert time_form("%H %H") is None


@pytest.mark.parametrize("end", ["", " x", '" "' * 20_000, " " * 60_000, '"' * 60_000])
@pytest.mark.parametrize("begin", ["", CAPTURED[0], log_line(agent='" "' * 20_000)])
def test_hostile_lines_take_no_longer_than_their_length(begin: str, end: str) -> None:
    """However a line is made, it is read or refused at once."""
    start = time.perf_counter()
    parse_line(begin + end, formats=[compile_format(ISTIO), compile_format(OWN)])

    assert time.perf_counter() - start < 2


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_as_a_format(text: str) -> None:
    """Any text is a format or is refused, and as a format it reads any line without raising."""
    try:
        form = compile_format(text + "%RESPONSE_CODE%")
    except FormatError:
        return
    parse_line(text, formats=[form])
    parse_line(text + "503", formats=[form])


@given(st.integers(0, 400), st.text(max_size=40), st.sampled_from(CAPTURED))
def test_damaged_lines_in_a_chosen_format(at: int, put: str, line: str) -> None:
    """A line with something put into it is read or refused, and what comes out is printable."""
    for damaged in (line[:at], line[:at] + put + line[at:]):
        entry = read(damaged, ISTIO, OWN)
        assert entry is None or all(text.isprintable() for text in (entry.user_agent, entry.path, entry.text))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.dictionaries(st.text(), x)))
def test_any_json_in_a_chosen_format(value: object) -> None:
    """Values of any type under the format's keys are read or left out."""
    entry = read(json.dumps({"http": value, "flags": value, "app": value, "when": value}), json.dumps(JSON_FORM))

    assert entry is None or entry.text.isprintable()


@pytest.mark.parametrize(
    ("operator", "expected"), [("%UPSTREAM_REQUEST_ATTEMPT_COUNT%", 3), ("%REQUEST_HEADER(X)%", None)]
)
def test_the_number_of_tries_is_read(operator: str, expected: int | None) -> None:
    """The operator for it counts the first try too."""
    found = read("503|URX|3", f"%RESPONSE_CODE%|%RESPONSE_FLAGS%|{operator}")

    assert found is not None
    assert expected == found.attempts


def test_headers_have_long_names_too() -> None:
    """Envoy 1.37 gave the operators for headers a second name."""
    form = "%RESPONSE_CODE% %REQUEST_HEADER(:METHOD)% %RESPONSE_HEADER(X-ENVOY-UPSTREAM-SERVICE-TIME)%"
    found = read("503 GET 12", form)

    assert found is not None
    assert ("GET", 12) == (found.method, found.upstream_service_time_ms)
