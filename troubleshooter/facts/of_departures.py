"""Facts about a client that went away before it had an answer: when it did, and who it was.

Must not know why it could not wait. Sources: Envoy, docs, configuration/http/http_conn_man/response_code_details
(downstream_remote_disconnect) and substitution_formatter (DC, DR).
"""

from __future__ import annotations

from troubleshooter.evidence import AccessLogEntry, Recurrence, Side, parse_cluster
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.model import Source

SECOND = 1000
LIMITS = (30, 60, 100, 240)
"""Seconds after which what stands in front of a gateway gives up by default: 30 (Google's backend services;
OpenShift's routes), 60 (AWS's application load balancers; nginx), 100 (Cloudflare), 240 (Azure's load balancers). Not
the 350 of AWS's network load balancers: they forget a connection, and reset it only when more is sent on it, so that no
client leaves then. Source: docs.aws.amazon.com, elasticloadbalancing/latest/network/network-load-balancers.html."""
NEAR = 0.01
"""The share of a limit by which what was seen may lie above it."""
EARLY = 5
"""Milliseconds by which it may lie below: what stands in front began to count before the gateway did."""
STREAM = 300 * SECOND
"""From here on a call of gRPC that is ended each time is a stream that its client begins anew."""


def ends_as_meant(entry: AccessLogEntry, recurrence: Recurrence) -> bool:
    """Whether the client left as it liked, which is no failure: a call that may be a stream, or now and then one of
    many requests that were answered. A deadline that passes again and again ends calls after the same time."""
    if not entry.client_left:
        return False
    if entry.looks_like_grpc:
        return recurrence.lasted is None or recurrence.lasted >= STREAM
    return recurrence.rare and recurrence.lasted is None and entry.connected


def about_departure(case: CaseBuilder, entry: AccessLogEntry, recurrence: Recurrence, source: Source) -> None:
    """What the line, and those like it, say of a client that left. What a fault held back is the fault's."""
    if not entry.client_left or ("DI" in entry.flags and not entry.upstream_host):
        return
    place = [case.roles["caller"]] if "caller" in case.roles else []
    case.seen("failure.client_left", _when(entry, recurrence), source, *place)
    case.detail("failure.waited", _waited(entry, recurrence))
    if entry.side in (Side.INBOUND, Side.OUTBOUND) and parse_cluster(entry.sni):
        case.seen("failure.client", "proxy", source)
    elif at_gateway(entry):
        case.seen("failure.client", "outside", source)
    elif entry.side is Side.OUTBOUND:
        case.seen("failure.client", "application", source)


def at_gateway(entry: AccessLogEntry) -> bool:
    """Whether a gateway wrote the line of a client outside the mesh: connections come in at its own address, from which
    it sends them on. At a sidecar on the way out they come in at the address that was dialled, and a proxy of the mesh
    asks a gateway by a server name of its own."""
    own = entry.upstream_local.rpartition(":")[0]
    inside = entry.side is not Side.OUTBOUND or parse_cluster(entry.sni) is not None
    return bool(own) and not inside and own == entry.downstream_local.rpartition(":")[0]


def _when(entry: AccessLogEntry, recurrence: Recurrence) -> str:
    if not entry.connected:
        return "unsent"
    if recurrence.lasted is not None:
        return "front-limit" if at_gateway(entry) and _is_limit(recurrence.lasted) else "alike"
    return "spread" if recurrence.lengths else "once"


def _is_limit(milliseconds: int) -> bool:
    return any(limit * SECOND - EARLY <= milliseconds <= limit * SECOND * (1 + NEAR) for limit in LIMITS)


def _waited(entry: AccessLogEntry, recurrence: Recurrence) -> str:
    if recurrence.lasted is not None:
        return _words(recurrence.lasted)
    if recurrence.lengths:
        shortest, longest = recurrence.lengths
        return f"{_words(shortest)} to {_words(longest)}"
    return _words(entry.duration_ms) if entry.duration_ms is not None else ""


def _words(milliseconds: int) -> str:
    return f"{milliseconds / SECOND:.1f} s" if milliseconds >= SECOND else f"{milliseconds} ms"
