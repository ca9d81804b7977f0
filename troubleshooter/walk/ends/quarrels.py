"""Two ends of a connection that do not agree: why, and what the client gets.

Decides what a refusal looks like by how the sending end reads the connection. Must not know who refuses.
Sources: seen on a real Envoy; `onUpstreamEvent` in envoyproxy/envoy source/common/tcp_proxy/tcp_proxy.cc (what is no
HTTP gets a flag only where the connection is not made at all).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troubleshooter.model import Connection, Outcome, Resource
from troubleshooter.walk.basis.decisions import Trail, dropped, http

OF_CONNECTIONS: Mapping[str, tuple[str, ...]] = {"UF": ("UF", "URX")}
"""The flags of a connection that is no HTTP, where a request would have this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarrel:
    """Why the ends do not agree: the sentence, what the client gets, and the field that decided."""

    said: str
    outcome: Outcome
    place: Resource | None


def refusal(trail: Trail, flag: str, details: str) -> Outcome:
    """What the client gets where the sending proxy is refused; behind a gateway that passes connections on unopened it
    is the proxy before that one that knows what they hold."""
    reads = trail.peer if trail.hop.passes_on and trail.peer else trail.hop
    if reads.family == "http":
        return http(503, flag, details=details)
    return dropped(Connection.RESET, *OF_CONNECTIONS.get(flag, ()))
