"""Where a failed request died, as far as its log line names it.

Decides: the stage and the hop that an entry's flag and details point at, from a table of what each word proves, which
is handed in (the knowledge base keeps it, and this package must not know the knowledge base). Must not know: meshes, so
that which proxy wrote the line is known only if the caller says so.

Most particular first: what the place of the words in the line adds to their meaning; why connecting failed; the
details; the flags. A word that may mean several stages names none; `also` then lists them, likeliest first.

Transport is judged once a connection, at the hop that sends, also where the receiver wrote the line. What a target's
own proxy meets on the way to its application is the stage `application`, whatever it would be at a sender.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from http import HTTPStatus
from typing import TypeAlias

from troubleshooter.evidence.access.details import DetailsKey, TransportFailure, classify_transport_failure, details_key
from troubleshooter.evidence.access.entry import CLIENT_LEFT_FLAGS, AccessLogEntry, Side, parse_cluster
from troubleshooter.evidence.ambient.errors import ZtunnelError, ztunnel_error
from troubleshooter.model import STAGES, HopKind, Stage

Words: TypeAlias = Mapping[str, Stage | None]
"""Every flag and every detail with the stage at which a request with it dies, None where it does not say."""

EAST_WEST_PORT = "15443"
"""The port of east-west gateways (Istio: multicluster installation on different networks)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStage:
    """`stage` is where the request died (None: the line does not say), `hop` at which kind of hop (None: not known; a
    sender may be a gateway), `by` the word of the line that says so, `also` other stages that the line leaves open."""

    stage: Stage | None = None
    hop: HopKind | None = None
    by: str = ""
    also: tuple[Stage, ...] = ()


class _At(Enum):
    """Where a reading places the failure, seen from the proxy that wrote the line."""

    HERE = "here"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    stage: Stage | None
    by: str
    at: _At = _At.HERE
    also: tuple[Stage, ...] = ()


_S = Stage
_CONNECTING: Mapping[TransportFailure, tuple[Stage | None, tuple[Stage, ...]]] = {
    TransportFailure.CONNECTION_REFUSED: (_S.APPLICATION, (_S.ENDPOINT,)),
    TransportFailure.CONNECTION_TIMEOUT: (_S.ENDPOINT, (_S.TRANSPORT,)),
    TransportFailure.HOST_UNREACHABLE: (_S.ENDPOINT, ()),
    TransportFailure.TLS_WRONG_VERSION: (_S.TRANSPORT, ()),
    TransportFailure.TLS_CERTIFICATE_VERIFY_FAILED: (_S.TRANSPORT, ()),
    TransportFailure.TLS_CERTIFICATE_EXPIRED: (_S.TRANSPORT, ()),
    TransportFailure.TLS_CERTIFICATE_TOO_EARLY: (_S.TRANSPORT, ()),
    TransportFailure.TLS_UNKNOWN_CA: (_S.TRANSPORT, ()),
    TransportFailure.TLS_PROTOCOL_VERSION: (_S.TRANSPORT, ()),
    TransportFailure.TLS_ALERT: (_S.TRANSPORT, ()),
    TransportFailure.SECRET_NOT_SUPPLIED: (_S.TRANSPORT, ()),
    TransportFailure.CONNECTION_RESET: (None, (_S.TRANSPORT, _S.APPLICATION)),
}
"""What a failed connection attempt proves, and what it leaves open. A refusal comes from the host, so the endpoint was
reached, though it may be the wrong one. A TLS handshake that is never answered runs into the same timeout as a packet
that is dropped."""

_OF_ZTUNNEL: Mapping[ZtunnelError, tuple[Stage | None, tuple[Stage, ...]]] = {
    ZtunnelError.HBONE_TIMEOUT: (_S.ENDPOINT, ()),
    ZtunnelError.PLAINTEXT: (_S.TRANSPORT, ()),
    ZtunnelError.DENIED: (_S.AUTHORIZATION, ()),
    ZtunnelError.NOT_ALLOWED: (_S.AUTHORIZATION, ()),
    ZtunnelError.POLICY: (_S.AUTHORIZATION, ()),
    ZtunnelError.REFUSED: (_S.ENDPOINT, (_S.APPLICATION,)),
    ZtunnelError.NO_ENDPOINT: (_S.ENDPOINT, ()),
    ZtunnelError.NO_WAYPOINT: (_S.CLUSTER, ()),
    ZtunnelError.TLS: (_S.TRANSPORT, ()),
    ZtunnelError.OTHER: (None, (_S.TRANSPORT, _S.APPLICATION, _S.ENDPOINT)),
}
"""Where a connection through ztunnels dies, by its error, and what that leaves open."""

_OPEN: Mapping[str, tuple[Stage, ...]] = {
    "connection_failure": (_S.APPLICATION, _S.TRANSPORT, _S.ENDPOINT),
    "remote_connection_failure": (_S.TRANSPORT, _S.APPLICATION),
    "local_connection_failure": (_S.TRANSPORT, _S.ENDPOINT),
    "connection_timeout": (_S.TRANSPORT,),
    "connection_termination": (_S.APPLICATION, _S.TRANSPORT),
    "local_reset": (_S.APPLICATION, _S.TRANSPORT),
    "LR": (_S.APPLICATION, _S.TRANSPORT),
    "UF": (_S.APPLICATION, _S.TRANSPORT, _S.ENDPOINT),
    "UC": (_S.APPLICATION, _S.TRANSPORT),
}
"""Stages that a reset reason or a flag leaves open."""

_ANSWERED_BY_NEXT_PROXY: Mapping[int, tuple[Stage, ...]] = {401: (_S.AUTHENTICATION,), 403: (_S.AUTHORIZATION,)}
"""Statuses that the target's proxy gives as often as its application; a sender logs both as `via_upstream`."""

_LAST = ("URX", "DI")
"""Flags that say nothing of their own beside another."""


def stage_named_by(entry: AccessLogEntry, words: Words, *, proxy: HopKind | None = None) -> NamedStage:
    """The stage and hop at which `entry` died; a NamedStage without `by` if it did not fail or no word of it is known.

    `proxy` is the kind of the proxy that wrote it, if the caller could join its address or pod with one.
    """
    if not entry.failed:
        return NamedStage()
    key = details_key(entry.details or entry.connection_termination_details)
    reading = next((reading for reading in _readings(entry, key, words) if reading), None)
    return _placed(reading, entry, proxy) if reading else NamedStage()


def _readings(entry: AccessLogEntry, key: DetailsKey, words: Words) -> Iterator[_Reading | None]:
    """What the line may mean, the most particular first."""
    yield _of_ztunnel(entry)
    yield _of_blackhole(entry)
    yield _of_filter_chain(entry, key)
    yield _of_delay(entry, key)
    yield _of_departure(entry)
    yield _of_missing_cluster(entry, key)
    yield _of_slow_client(entry, key)
    yield _of_next_hop(entry, key)
    yield _of_connecting(entry, key)
    yield _of_words(key.names, key.reason, words)
    flags = sorted(entry.flags, key=_LAST.__contains__)
    yield _of_words(tuple(flags), flags[0] if flags else "", words)
    yield _of_own_answer(entry, key)


def _of_ztunnel(entry: AccessLogEntry) -> _Reading | None:
    """A line of ztunnel has no flags; the text of its error tells. What the ztunnel before the application cannot
    connect to is the application."""
    error = ztunnel_error(entry.connection_termination_details) if entry.is_tcp and not entry.flags else None
    if error is None:
        return None
    by = entry.connection_termination_details
    if error is ZtunnelError.REFUSED and entry.side is not Side.OUTBOUND:
        return _Reading(stage=_S.APPLICATION, by=by)
    stage, also = _OF_ZTUNNEL[error]
    before = error is ZtunnelError.PLAINTEXT and entry.side is not Side.OUTBOUND
    at = _At.AFTER if stage is _S.AUTHORIZATION else _At.BEFORE if before else _At.HERE
    return _Reading(stage=stage, by=by, also=also, at=at)


def _of_blackhole(entry: AccessLogEntry) -> _Reading | None:
    """REGISTRY_ONLY: a host that the proxy does not know falls to the route `block_all`, an address to a listener that
    leads nowhere."""
    if entry.side is not Side.BLACKHOLE:
        return None
    stage = _S.LISTENER if entry.upstream_cluster else _S.ROUTE
    return _Reading(stage=stage, by=entry.upstream_cluster or entry.route_name)


def _of_filter_chain(entry: AccessLogEntry, key: DetailsKey) -> _Reading | None:
    """No filter chain fits what the client began with. At a sidecar that is plaintext where mutual TLS is demanded (no
    SNI), or mutual TLS where none is accepted (an SNI that a proxy made). With another SNI, or at a gateway, it is the
    gateway's servers that do not fit."""
    before_details = entry.is_tcp and not key.base and "NR" in entry.flags
    if key.base != "filter_chain_not_found" and not before_details:
        return None
    by = key.base or "NR"
    sent_by_proxy = parse_cluster(entry.sni) is not None
    if _at_east_west_gateway(entry) or (entry.sni and not sent_by_proxy):
        return _Reading(stage=_S.LISTENER, by=by)
    return _Reading(stage=_S.TRANSPORT, by=by, at=_At.BEFORE, also=(_S.LISTENER,))


def _of_delay(entry: AccessLogEntry, key: DetailsKey) -> _Reading | None:
    """A client that left while a fault delayed its request, which no host had got yet."""
    if "DI" not in entry.flags or entry.upstream_host or key.base != "downstream_remote_disconnect":
        return None
    return _Reading(stage=_S.ROUTE, by="DI")


def _of_departure(entry: AccessLogEntry) -> _Reading | None:
    """A client that left before any answer began. Where the proxy was connected, the request was with the endpoint;
    else it was connecting still, or waited for somebody else."""
    if not entry.client_left:
        return None
    by = next(flag for flag in entry.flags if flag in CLIENT_LEFT_FLAGS)
    if entry.connected:
        return _Reading(stage=_S.APPLICATION, by=by, also=(_S.TRANSPORT, _S.ENDPOINT))
    return _Reading(stage=None, by=by, also=(_S.ENDPOINT, _S.TRANSPORT, _S.AUTHORIZATION))


def _of_missing_cluster(entry: AccessLogEntry, key: DetailsKey) -> _Reading | None:
    """Before Istio 1.5, 503 NR meant what NC means since."""
    if entry.response_code == HTTPStatus.SERVICE_UNAVAILABLE and "NR" in entry.flags and not key.base:
        return _Reading(stage=_S.CLUSTER, by="NR")
    return None


def _of_slow_client(entry: AccessLogEntry, key: DetailsKey) -> _Reading | None:
    """An idle stream is answered with 408 only while the request is not complete: then the client is the silent end."""
    if entry.response_code == HTTPStatus.REQUEST_TIMEOUT and key.base == "stream_idle_timeout":
        return _Reading(stage=_S.LISTENER, by=key.base)
    return None


def _of_next_hop(entry: AccessLogEntry, key: DetailsKey) -> _Reading | None:
    """The answer came from further on: the application's, or that of a proxy before it."""
    if key.base != "via_upstream":
        return None
    also = () if entry.side is Side.INBOUND else _ANSWERED_BY_NEXT_PROXY.get(entry.response_code or 0, ())
    return _Reading(stage=_S.APPLICATION, by=key.base, at=_At.AFTER, also=also)


def _of_connecting(entry: AccessLogEntry, key: DetailsKey) -> _Reading | None:
    text = entry.transport_failure or key.transport_failure
    failure = classify_transport_failure(text)
    if "UF" not in entry.flags or failure not in _CONNECTING:
        return None
    stage, also = _CONNECTING[failure]
    return _Reading(stage=stage, by=text, also=also)


def _of_own_answer(entry: AccessLogEntry, key: DetailsKey) -> _Reading | None:
    """An error that came from nowhere else, with details that nobody knows here: a filter of the proxy gave it."""
    by = key.base or next(iter(entry.flags), "")
    return _Reading(stage=_S.LISTENER, by=by) if entry.response_code and by else None


def _of_words(names: tuple[str, ...], reason: str, words: Words) -> _Reading | None:
    """What the first known of `names` says; one that says nothing counts only if it leaves stages open."""
    by = next((name for name in names if name in words), "")
    stage, also = words.get(by), _OPEN.get(reason, ())
    return _Reading(stage=stage, by=by, also=also) if stage or (by and also) else None


def _placed(reading: _Reading, entry: AccessLogEntry, proxy: HopKind | None) -> NamedStage:
    """The reading as seen from the request: which hop it was, and which stage that hop calls it."""
    named = NamedStage(stage=reading.stage, by=reading.by, also=reading.also)
    if reading.at is _At.BEFORE:
        return _before(named, proxy)
    if reading.at is _At.AFTER or reading.stage is _S.APPLICATION:
        return replace(named, hop=HopKind.TARGET)
    if reading.stage is None and entry.side is not Side.INBOUND:
        return named
    here = proxy or _writer(entry, reading.stage)
    if here is not HopKind.TARGET or reading.stage in STAGES[here]:
        return replace(named, hop=here)
    if entry.side is Side.INBOUND:
        return NamedStage(stage=_S.APPLICATION, hop=here, by=reading.by)
    # A target's proxy that has no such stage was the sender in this request: a sidecar is both.
    return replace(named, hop=HopKind.SENDER)


def _before(named: NamedStage, proxy: HopKind | None) -> NamedStage:
    """What the hop before did wrong: its transport, if a target complains; at a gateway, and at a sender, whose client
    is no proxy, it is the listener's business."""
    if proxy in (HopKind.GATEWAY, HopKind.SENDER):
        return NamedStage(stage=_S.LISTENER, hop=proxy, by=named.by)
    return replace(named, hop=HopKind.SENDER, also=() if proxy else named.also)


def _at_east_west_gateway(entry: AccessLogEntry) -> bool:
    return entry.downstream_local.endswith(f":{EAST_WEST_PORT}")


def _writer(entry: AccessLogEntry, stage: Stage | None) -> HopKind | None:
    """The kind of proxy that wrote the line, as far as the line tells. Of those that send on, only gateways and
    waypoints check credentials; what no cluster was chosen for may have died at any of them."""
    if _at_east_west_gateway(entry):
        return HopKind.GATEWAY
    if entry.side is Side.INBOUND or (entry.side is Side.UNKNOWN and parse_cluster(entry.sni)):
        return HopKind.TARGET
    if stage in (_S.AUTHENTICATION, _S.AUTHORIZATION):
        return None if entry.side is Side.UNKNOWN else HopKind.GATEWAY
    return None if entry.side is Side.UNKNOWN and stage is _S.LISTENER else HopKind.SENDER
