"""The text form of the access log, in every format that Istio has had."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence.log_texts import DATA, captured, entry, log_line
from troubleshooter.evidence import AccessLogEntry, SkippedLine, parse_lines

REFUSED = "delayed_connect_error:_Connection_refused"
TAIL = (
    '0 98 3 2 "10.0.0.1" "curl/7.64" "d6f061b5" "reviews:8080" "10.244.0.7:8080" '
    "outbound|8080|v1|reviews.default.svc.cluster.local 10.244.0.5:40010 10.96.12.34:8080 10.244.0.5:41129 "
    "a.example.com"
)
START = '[2026-11-21T00:18:17.797Z] "GET /a?b=c HTTP/1.1" 503 UF '


def test_every_field_of_a_line_is_read() -> None:
    """A line of Istio 1.9 or later gives all of its 24 fields, and its place."""
    line = START + f'upstream_reset{{x|y}} term "{REFUSED}" {TAIL} default'

    expected = AccessLogEntry(
        start_time="2026-11-21T00:18:17.797Z",
        method="GET",
        path="/a?b=c",
        protocol="HTTP/1.1",
        response_code=503,
        flags=("UF",),
        details="upstream_reset{x|y}",
        connection_termination_details="term",
        transport_failure=REFUSED,
        bytes_received=0,
        bytes_sent=98,
        duration_ms=3,
        upstream_service_time_ms=2,
        forwarded_for="10.0.0.1",
        user_agent="curl/7.64",
        request_id="d6f061b5",
        authority="reviews:8080",
        upstream_host="10.244.0.7:8080",
        upstream_cluster="outbound|8080|v1|reviews.default.svc.cluster.local",
        upstream_local="10.244.0.5:40010",
        downstream_local="10.96.12.34:8080",
        downstream_remote="10.244.0.5:41129",
        sni="a.example.com",
        route_name="default",
        file="access.log",
        line=1,
        text=line,
    )

    assert expected == entry(line)


@pytest.mark.parametrize("path", sorted(DATA.glob("*.log")), ids=lambda path: path.stem)
def test_every_captured_line_is_read(path: Path) -> None:
    """No line that an Envoy wrote is skipped."""
    with path.open(encoding="utf-8") as lines:
        assert [] == [line for line in parse_lines(lines) if isinstance(line, SkippedLine)]


@pytest.mark.parametrize(
    ("middle", "route", "transport_failure"),
    [
        (f'"-" "{REFUSED}" ', " default", REFUSED),
        (f'"-" "{REFUSED}" ', "", REFUSED),
        ('"-" ', "", ""),
        ("", "", ""),
    ],
    ids=["1.3-1.8", "1.2", "1.1-mixer", "1.1"],
)
def test_formats_before_1_9_are_read(middle: str, route: str, transport_failure: str) -> None:
    """Older lines have no details, perhaps a transport failure, and perhaps no route; all other fields keep their
    places."""
    found = entry(START + middle + TAIL + route)

    assert (found.details, found.transport_failure, found.route_name) == ("", transport_failure, route.strip())
    assert (found.bytes_sent, found.authority, found.sni) == (98, "reviews:8080", "a.example.com")


def test_empty_details_do_not_shift_the_fields() -> None:
    """Details that are empty leave two blanks in the line; what follows keeps its place."""
    found = entry(log_line(status="500 NFCF", details=""))

    assert (("NFCF",), "", "reviews:8080") == (found.flags, found.details, found.authority)


def test_omitted_empty_values_do_not_shift_the_fields() -> None:
    """With `omitEmptyValues` nothing stands where "-" would."""
    found = entry(log_line(request="  ", status="0 NR", agent="", authority="", host="", cluster="", route=""))

    assert (("NR",), "10.96.12.34:8080", "") == (found.flags, found.downstream_local, found.route_name)


@pytest.mark.parametrize("flags", ["URX,UF", "UF,URX"])
def test_flags_keep_their_order(flags: str) -> None:
    """Several flags are read in the order in which they were logged."""
    assert tuple(flags.split(",")) == entry(log_line(status=f"503 {flags}")).flags


def test_details_may_hold_any_punctuation() -> None:
    """Bars, colons, brackets, braces and quotes belong to the details."""
    (found, *_) = captured("mtls-san-mismatch")

    assert found.details.endswith("SANs_are_[spiffe://cluster.local/ns/default/sa/bookinfo-reviews]:TLS_error_end}")
    assert (
        found.details
        == f"upstream_reset_before_response_started{{remote_connection_failure|{found.transport_failure}}}"
    )


def test_details_of_old_proxies_may_hold_blanks_in_braces() -> None:
    """Envoy before 1.17 wrote reset reasons with blanks."""
    found = entry(log_line(details="upstream_reset_before_response_started{connection termination}"))

    assert "upstream_reset_before_response_started{connection termination}" == found.details


def test_termination_details_may_hold_blanks() -> None:
    """Termination details are written as they are."""
    found = entry(log_line(termination="transport socket timeout was reached"))

    assert "transport socket timeout was reached" == found.connection_termination_details


@pytest.mark.parametrize("agent", ['say "hi" twice', 'a" "b', '"', "Mozilla/5.0 (X11; Linux)"])
def test_quotes_in_a_clients_header_do_not_shift_the_fields(agent: str) -> None:
    """Envoy does not escape quotes; what a client put into its user agent stays there."""
    found = entry(log_line(agent=agent))

    assert (agent, "reviews:8080", "default") == (found.user_agent, found.authority, found.route_name)


def test_quotes_in_a_path_do_not_shift_the_fields() -> None:
    """A quote in the path belongs to the path."""
    found = entry(log_line(request='GET /a"b HTTP/1.1'))

    assert ('/a"b', "HTTP/1.1", 503) == (found.path, found.protocol, found.response_code)


def test_a_client_cannot_forge_fields_with_quotes() -> None:
    """A user agent that imitates the rest of a line does not replace the rest of the line."""
    forged = 'x" "id" "evil:80" "6.6.6.6:80" outbound|80||evil.example - - - - -'

    assert ("reviews:8080", "10.244.0.7:8080") == (
        entry(log_line(agent=forged)).authority,
        entry(log_line(agent=forged)).upstream_host,
    )


def test_a_request_that_was_not_parsed_has_no_method_and_no_path() -> None:
    """`"- - HTTP/1.1"` is HTTP of which nothing could be read."""
    (found, *_) = captured("dpe-tls-to-http")

    assert ("", "", "HTTP/1.1", False) == (found.method, found.path, found.protocol, found.is_tcp)


def test_a_tcp_connection_has_status_zero() -> None:
    """`"- - -" 0` is a connection without HTTP; its status is kept as logged."""
    (found, *_) = captured("tcp-refused")

    assert (True, 0, ("UF", "URX"), REFUSED) == (
        found.is_tcp,
        found.response_code,
        found.flags,
        found.transport_failure,
    )


def test_a_waypoint_address_may_be_any_word() -> None:
    """In ambient mode addresses are names of internal listeners."""
    found = entry(
        log_line(host="envoy://connect_originate/10.244.0.10:8080", cluster="inbound-vip|8080|http|reviews.default")
    )

    assert "envoy://connect_originate/10.244.0.10:8080" == found.upstream_host
