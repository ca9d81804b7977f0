"""Failures that look like the health checks of a load balancer which does not speak TLS to a port that takes TLS only.

Decides: no HTTP and no server name was read, no filter chain took the connection, and they come in step from a few
addresses, at an address at which others speak TLS to a gateway. Must not know what follows from it.

They are *in step* where at most MAX_CALLERS sources, each at an interval of its own, would do so: through STEPS spans
of time that are alike, each span has as many as the others, but for one of each source. Where requests come by chance,
EACH of them a span on average, that is seen once in a thousand times.

Source: https://istio.io/latest/docs/tasks/traffic-management/ingress/ingress-control/ (gateways have a port of their
own for health checks, 15021); Envoy logs `filter_chain_not_found` where no chain of a listener fits.
"""

from __future__ import annotations

from troubleshooter.evidence.access.entry import AccessLogEntry, parse_cluster
from troubleshooter.evidence.access.few import Few
from troubleshooter.evidence.access.time_pattern import Times

MAX_ADDRESSES = 100
STEPS = 8
EACH = 4
NO_CHAIN = "filter_chain_not_found"


class TlsPorts:
    """The addresses of gateways at which clients named a server in TLS and HTTP was read: no caller in the mesh has
    such a name. Of more than MAX_ADDRESSES nothing is told."""

    def __init__(self) -> None:
        self._addresses = Few(MAX_ADDRESSES)

    def add(self, entry: AccessLogEntry) -> None:
        """One line."""
        if entry.sni and entry.authority and parse_cluster(entry.sni) is None:
            self._addresses.add(entry.downstream_local)

    def __contains__(self, address: str) -> bool:
        return self._addresses.words is not None and address in self._addresses.words


def looks_like_checks(entry: AccessLogEntry, times: Times, callers: Few, ports: TlsPorts) -> bool:
    """Whether lines like this one, at these times and from these addresses, may be health checks."""
    unread = entry.is_tcp and not entry.sni and entry.details == NO_CHAIN
    known = bool(callers.words) and "" not in (callers.words or {})
    return unread and known and entry.downstream_local in ports and in_step(times, len(callers.words or ()))


def in_step(times: Times, sources: int) -> bool:
    """Whether so many sources, each at an interval that stays the same, would come so. The first and the last span of
    time are left out: they are not whole."""
    shift = times.shift
    while True:
        first, last = times.first >> shift, times.last >> shift
        spans = last - first - 1
        if spans < STEPS:
            return False
        counts = [count for at, count in times.at_shift(shift).items() if first < at < last]
        if sum(counts) >= EACH * sources * spans:
            return len(counts) == spans and max(counts) - min(counts) <= sources
        shift += 1
