"""The requests of a log that did not fail, as far as failures are held against them.

Decides: which requests could have failed as others did: those of the same way, which is authority, method and path on
the same side of a proxy, or, where no HTTP was read, name and address; when they came and from whom; and which
endpoints of a cluster answered. Must not know failures.

Memory is bounded, and what is kept does not depend on the order of lines. The ways of a host with more than MAX_WAYS
are no longer told apart; of more than MAX_HOSTS hosts nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from troubleshooter.evidence.access.entry import AccessLogEntry, Side
from troubleshooter.evidence.access.few import Few
from troubleshooter.evidence.access.places import Place, place_of
from troubleshooter.evidence.access.time_pattern import Times

MAX_HOSTS = 200
MAX_WAYS = 40
MAX_CLUSTERS = 200
MAX_ENDPOINTS = 32
MAX_CALLERS = 8
MAX_ADDRESSES = 1_000
MAX_SHORTCUTS = 4_096


class Way(NamedTuple):
    """What is asked of a host, and whether the proxy beside the application logged it."""

    inbound: bool
    method: str
    path: str


@dataclass(slots=True)
class Lane:
    """Requests that are alike: how many, when they came, from which addresses."""

    count: int = 0
    times: Times = field(default_factory=Times)
    callers: Few = field(default_factory=lambda: Few(MAX_CALLERS))

    def add(self, second: int | None, caller: str) -> None:
        """One request."""
        self.count += 1
        self.callers.add(caller)
        if second is not None:
            self.times.add(second)

    def take(self, other: Lane) -> None:
        """All requests of another."""
        self.count += other.count
        self.times.take(other.times)
        self.callers.take(other.callers)


@dataclass(slots=True)
class Answers:
    """The requests that one endpoint answered: how many, and the second of the last whose time is known."""

    count: int = 0
    last: int | None = None

    def add(self, second: int | None) -> None:
        """One request."""
        self.count += 1
        if second is not None and (self.last is None or second > self.last):
            self.last = second


class Endpoints:
    """Those of one cluster; `by_address` is None where there were more than MAX_ENDPOINTS."""

    __slots__ = ("by_address",)

    def __init__(self) -> None:
        self.by_address: dict[str, Answers] | None = {}

    def add(self, address: str, second: int | None) -> None:
        """One request that this endpoint answered."""
        if self.by_address is None:
            return
        found = self.by_address.get(address)
        if found is None:
            found = self.by_address[address] = Answers()
        found.add(second)
        if len(self.by_address) > MAX_ENDPOINTS:
            self.by_address = None


class Passed:
    """All requests that did not fail."""

    def __init__(self) -> None:
        self.any = False
        self._hosts: dict[str, dict[Way, Lane]] | None = {}
        self._mixed: dict[str, Lane] = {}
        self._clusters: dict[str, Endpoints] | None = {}
        self._read_at = Few(MAX_ADDRESSES)
        self._known: dict[tuple[str, ...], tuple[Lane, Endpoints]] = {}

    def add(self, entry: AccessLogEntry, second: int | None) -> None:
        """One request, and the second at which it began."""
        key = (entry.authority, entry.method, entry.path, entry.upstream_cluster, entry.downstream_local)
        found = self._known.get(key)
        if found is None:
            found = self._place(entry)
            self._known[key] = found
            if len(self._known) > MAX_SHORTCUTS:
                self._known.clear()
        found[0].add(second, entry.downstream_remote.rpartition(":")[0])
        found[1].add(entry.upstream_host, second)

    def _place(self, entry: AccessLogEntry) -> tuple[Lane, Endpoints]:
        """Where such a request is counted."""
        self.any = True
        if entry.authority:
            self._read_at.add(entry.downstream_local)
        return self._lane(entry), self._endpoints(entry.upstream_cluster)

    def _lane(self, entry: AccessLogEntry) -> Lane:
        if self._hosts is None:
            return Lane()
        host, path = place_of(entry)
        if host in self._mixed:
            return self._mixed[host]
        ways = self._hosts.setdefault(host, {})
        lane = ways.setdefault(Way(entry.side is Side.INBOUND, entry.method, path), Lane())
        if len(self._hosts) > MAX_HOSTS:
            self._hosts = None
            self._known.clear()
        elif len(ways) > MAX_WAYS:
            self._mixed[host] = lane = _together(ways.values())
            ways.clear()
            self._known.clear()
        return lane

    def _endpoints(self, cluster: str) -> Endpoints:
        if self._clusters is None:
            return Endpoints()
        found = self._clusters.setdefault(cluster, Endpoints())
        if len(self._clusters) > MAX_CLUSTERS:
            self._clusters = None
        return found

    def like(self, place: Place, *, inbound: bool | None, methods: Few, address: str) -> Lane | None:
        """The requests to `place` by one of these methods that did not fail, on one side of a proxy (None: on any);
        None where that cannot be told. A `place` without a path is the whole host. `address` is that at which failures
        came in before any HTTP was read: where it was read of others, nobody knows what these were to be."""
        if self._hosts is None or methods.words is None or not place.authority:
            return None
        if address and (self._read_at.words is None or address in self._read_at.words):
            return None
        if place.authority in self._mixed:
            return None if place.path else self._mixed[place.authority]
        ways = self._hosts.get(place.authority, {}).items()
        return _together(
            lane
            for way, lane in ways
            if inbound in (None, way.inbound)
            and (not place.path or (way.path == place.path and way.method in methods.words))
        )

    def answered(self, place: Place, *, inbound: bool | None, methods: Few) -> int:
        """How many requests to `place` by one of these methods did not fail; of its whole host, where the ways of the
        host are not told apart; 0 where that cannot be told."""
        if place.authority in self._mixed:
            return self._mixed[place.authority].count
        found = self.like(place, inbound=inbound, methods=methods, address="")
        return found.count if found else 0

    def endpoints(self, cluster: str) -> Mapping[str, Answers] | None:
        """What each endpoint of a cluster answered; None where there are too many to tell."""
        if self._clusters is None:
            return None
        return self._clusters[cluster].by_address if cluster in self._clusters else {}


def _together(lanes: Iterable[Lane]) -> Lane:
    found = Lane()
    for lane in lanes:
        found.take(lane)
    return found
