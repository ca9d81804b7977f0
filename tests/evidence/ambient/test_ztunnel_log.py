"""ztunnel's access log, in each of its forms."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.evidence.ambient.ztunnel_log import Direction, parse_ztunnel_json, parse_ztunnel_text

FIELDS = (
    'src.addr=10.0.1.5:41234 src.workload="web-1" src.namespace="shop" '
    'src.identity="spiffe://cluster.local/ns/shop/sa/web" dst.addr=10.0.2.7:15008 dst.hbone_addr=10.0.2.7:8080 '
    'dst.service="payments.shop.svc.cluster.local" dst.workload="payments-1" dst.namespace="shop" '
    'dst.identity="spiffe://cluster.local/ns/shop/sa/payments" direction="outbound" bytes_sent=84 bytes_recv=0 '
    'duration="10002ms"'
)
ERROR = (
    'error="connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed (\\"x\\")"'
)
MEANT = 'connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed ("x")'
TIME = "2026-11-21T10:00:00.123456Z"
LINE = f"{TIME} error access connection complete {FIELDS} {ERROR}"


def test_every_field_of_the_plain_form_is_read() -> None:
    """Addresses, names, identities, direction, counts, duration and error come out as logged."""
    entry = parse_ztunnel_text(LINE, file="z.log", number=3, pod="ztunnel-a")

    assert entry is not None
    assert (entry.time, entry.level, entry.event) == (TIME, "error", "complete")
    assert (entry.source, entry.source_workload, entry.source_namespace) == ("10.0.1.5:41234", "web-1", "shop")
    assert (entry.destination, entry.hbone_destination) == ("10.0.2.7:15008", "10.0.2.7:8080")
    assert entry.service == "payments.shop.svc.cluster.local"
    assert (entry.destination_workload, entry.destination_namespace) == ("payments-1", "shop")
    assert entry.source_identity == "spiffe://cluster.local/ns/shop/sa/web"
    assert entry.destination_identity == "spiffe://cluster.local/ns/shop/sa/payments"
    assert (entry.direction, entry.bytes_sent, entry.bytes_received) == (Direction.OUTBOUND, 84, 0)
    assert (entry.duration_ms, entry.error, entry.failed) == (10002, MEANT, True)
    assert (entry.file, entry.line, entry.text, entry.pod) == ("z.log", 3, LINE, "ztunnel-a")


def test_first_plain_form() -> None:
    """The form of the first ztunnels has a colon and capitals."""
    entry = parse_ztunnel_text(f"{TIME}  INFO access: connection complete {FIELDS}")

    assert entry is not None
    assert (entry.level, entry.failed, entry.source_workload) == ("info", False, "web-1")


def test_early_refusal() -> None:
    """A connection that is refused at once has no names, and failed."""
    entry = parse_ztunnel_text(
        f'{TIME} warn access connection failed src.addr=1.2.3.4:5 direction="inbound" error="no"'
    )

    assert entry is not None
    assert (entry.failed, entry.service, entry.direction, entry.bytes_sent) == (True, "", Direction.INBOUND, None)


def test_json_form() -> None:
    """The JSON form has the same fields by the same names."""
    record = {
        "level": "error",
        "time": TIME,
        "scope": "access",
        "message": "connection complete",
        "src.addr": "10.0.1.5:41234",
        "dst.service": "payments.shop.svc.cluster.local",
        "direction": "inbound",
        "bytes_sent": 3,
        "duration": "7ms",
        "error": "http status: 503 Service Unavailable\x1b[2J",
    }
    entry = parse_ztunnel_json(record, json.dumps(record))

    assert entry is not None
    assert (entry.time, entry.level, entry.source) == (TIME, "error", "10.0.1.5:41234")
    assert (entry.direction, entry.bytes_sent, entry.duration_ms) == (Direction.INBOUND, 3, 7)
    assert entry.error == "http status: 503 Service Unavailable"


@pytest.mark.parametrize(
    "line",
    [
        "",
        f"{TIME} info xds:xds connected",
        f"{TIME} info access something else",
        f"{TIME} info proxy connection complete src.addr=1",
    ],
)
def test_other_lines_are_none(line: str) -> None:
    """What else ztunnel writes is no connection."""
    assert parse_ztunnel_text(line) is None


def test_other_json_is_none() -> None:
    """Nor is an object of another scope."""
    assert parse_ztunnel_json({"scope": "xds", "message": "connection complete"}, "{}") is None
    assert parse_ztunnel_json({"scope": "access", "message": ["connection complete"]}, "{}") is None


@given(st.integers(0, len(LINE)), st.text(max_size=20))
def test_no_damage_raises(at: int, put: str) -> None:
    """A line that is cut, or has something put into it, is read or is none; what comes out is printable."""
    for damaged in (LINE[:at], LINE[:at] + put + LINE[at:]):
        entry = parse_ztunnel_text(damaged)
        assert entry is None or entry.error.isprintable() or not damaged.isprintable()


@given(
    st.dictionaries(
        st.sampled_from(["src.addr", "error", "time", "duration", "bytes_sent", "direction"]),
        st.text() | st.lists(st.text()) | st.integers() | st.none(),
    )
)
def test_no_value_raises(values: dict[str, object]) -> None:
    """Fields of any type are read or left out."""
    entry = parse_ztunnel_json({"scope": "access", "message": "connection opened", **values}, "{}")

    assert entry is not None
    assert entry.error.isprintable()
