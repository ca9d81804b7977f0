"""What the proxies at the other end logged of requests that failed on their way there.

Decides: whether the log of the proxy at the address to which a request was sent is there too, over the time in
question, and has it: by the request id, which Envoy hands on. A request that one proxy sent and the next never logged
broke off between the two, or in the handshake, of which no proxy writes a line. Must not know what a failure means.

Memory is bounded: of more than MAX_IDS requests or MAX_ADDRESSES addresses nothing is told. A log without requests that
succeeded may be filtered, and one with connections that broke before any HTTP may have them among these.

Sources: Envoy, docs: http/http_conn_man/headers.rst (x-request-id), and for TLS with a certificate that is refused
configuration/listeners/stats (ssl.fail_verify_*).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

from troubleshooter.evidence.access.entry import AccessLogEntry, Side
from troubleshooter.evidence.access.time_pattern import Times

MAX_IDS = 200_000
MAX_ADDRESSES = 1_000
MAX_SAMPLE = 16
"""So many requests of one failure are looked up: those with the first ids in the order of letters, which is chance and
does not depend on the order of lines."""

INBOUND = ("inbound|", "inbound_", "Inbound")
"""How the names of clusters begin that lead into the proxy's own pod."""


@dataclass(slots=True)
class Sample:
    """Some requests of one failure: their ids."""

    ids: list[str] = field(default_factory=list)

    def add(self, entry: AccessLogEntry) -> None:
        """One failed line; only what was sent to another pod counts."""
        if entry.request_id and entry.side is Side.OUTBOUND:
            self._take(entry.request_id)

    def take(self, other: Sample) -> None:
        """All of another."""
        for one in other.ids:
            self._take(one)

    def _take(self, one: str) -> None:
        if one in self.ids or (len(self.ids) == MAX_SAMPLE and one > self.ids[-1]):
            return
        insort(self.ids, one)
        del self.ids[MAX_SAMPLE:]


class FarLogs:
    """The lines that proxies beside applications wrote."""

    def __init__(self) -> None:
        self._ids: set[int] | None = set()
        self._passed: dict[str, tuple[int, int]] | None = {}
        self._broken: set[str] = set()

    def add(self, entry: AccessLogEntry, second: int | None) -> None:
        """One line; those of other proxies are passed over."""
        if not entry.upstream_cluster.startswith(INBOUND):
            if not entry.authority and not entry.upstream_cluster and self._passed is not None:
                self._broken.add(entry.downstream_local)
                self._bound()
            return
        if self._ids is not None:
            self._ids.add(hash(entry.request_id))
        if self._passed is None or entry.failed or second is None:
            return
        first, last = self._passed.get(entry.downstream_local, (second, second))
        self._passed[entry.downstream_local] = (min(first, second), max(last, second))
        self._bound()

    def _bound(self) -> None:
        if self._ids is not None and len(self._ids) > MAX_IDS:
            self._ids = None
        if self._passed is not None and max(len(self._passed), len(self._broken)) > MAX_ADDRESSES:
            self._passed = None

    def told(self, sample: Sample, addresses: Iterable[str], times: Times) -> str:
        """Whether the proxies at these addresses logged the requests of a failure: "silent" where none, "logged" where
        all; "" where their logs are not there, or do not tell."""
        if self._ids is None or self._passed is None or not sample.ids or not times.total:
            return ""
        spans = [() if one in self._broken else self._passed.get(one, ()) for one in addresses]
        if not spans or not all(span and span[0] <= times.first and times.last <= span[1] for span in spans):
            return ""
        known = sum(hash(one) in self._ids for one in sample.ids)
        return {0: "silent", len(sample.ids): "logged"}.get(known, "")
