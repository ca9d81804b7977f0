"""How a failure comes again: when, over connections that were idle for how long, and at which endpoints.

Decides: what the lines of one failure have in common, beside the requests that did not fail. Must not know what failed.

A failure comes *after idle* where the log tells of half of its lines at least for how long the connection had been
unused, and it was IDLE or more for each. It comes at one endpoint where no other failed, this one answered nothing
since it did, for longer than a burst lasts, and others answered ENOUGH requests to the same cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from troubleshooter.evidence.access.checks import TlsPorts, looks_like_checks
from troubleshooter.evidence.access.entry import AccessLogEntry
from troubleshooter.evidence.access.far_logs import FarLogs, Sample
from troubleshooter.evidence.access.few import Few
from troubleshooter.evidence.access.lengths import Lengths
from troubleshooter.evidence.access.passed import Answers, Lane, Passed
from troubleshooter.evidence.access.places import Place
from troubleshooter.evidence.access.time_pattern import BURST, ENOUGH, Times, pattern_of

IDLE = 1.0
"""From how many seconds without a request on a connection is said to have been idle. The shortest time after which
servers in wide use close one by default is 2 s (gunicorn)."""

RARE = 10
"""A failure is rare where so many such requests, or more, did not fail for each that did."""

MAX_METHODS = 8
MAX_CALLERS = 4
MAX_ENDPOINTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """`pattern` is "always", "share", "bursts", "after-idle", "since-change", "outage" or, where the log does not tell,
    ""; `since` the time at which failures began, where they came with a change or an outage and others succeeded
    before; `until` the time of the last one of an outage; `idle` the shortest time in seconds for which a connection
    had been idle before one of them, None where the log tells of none; `callers` the addresses from which such requests
    always fail while from others they do not, where that is so; `endpoint` the address at which alone they fail though
    others of the same cluster answer, "" where that is not so or not known; `far_log` whether the proxies to which they
    were sent logged them: "silent", "logged", or "" where these logs are not there; `lasted` after how many
    milliseconds most of them ended, where that is nearly the same, else None; `lengths` the shortest and the longest of
    them, None where only few are known; `last` the second (Unix time) of the last of them, None where the time of one
    is not known; `recovered` that each endpoint at which they failed has answered since that last one;
    `rare` that nearly all such requests did not fail; `checks` that they look like the health checks of a load balancer
    which does not speak TLS (`checks`)."""

    pattern: str = ""
    since: str = ""
    until: str = ""
    idle: float | None = None
    callers: tuple[str, ...] = ()
    endpoint: str = ""
    far_log: str = ""
    lasted: int | None = None
    lengths: tuple[int, int] | None = None
    last: int | None = None
    recovered: bool = False
    rare: bool = False
    checks: bool = False


ONCE = Recurrence()
"""Of a failure of which one line is known, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What the lines of one failure have in common: their place and cluster; whether the proxy beside the application
    logged them (None: that is not known); the `address` at which they came in, where no HTTP was read of them; the
    times of the first and the last; and one of them."""

    place: Place
    cluster: str
    inbound: bool | None
    address: str
    first: str
    last: str
    example: AccessLogEntry


@dataclass(frozen=True, slots=True)
class Others:
    """What failures are held against: the requests that did not fail, the logs of the proxies further on, and where
    gateways took TLS."""

    passed: Passed = field(default_factory=Passed)
    far_logs: FarLogs = field(default_factory=FarLogs)
    tls_ports: TlsPorts = field(default_factory=TlsPorts)


@dataclass(slots=True)
class Repeats:
    """What is kept of the lines of one failure."""

    count: int = 0
    times: Times = field(default_factory=Times)
    methods: Few = field(default_factory=lambda: Few(MAX_METHODS))
    callers: Few = field(default_factory=lambda: Few(MAX_CALLERS))
    endpoints: Few = field(default_factory=lambda: Few(MAX_ENDPOINTS))
    sample: Sample = field(default_factory=Sample)
    lengths: Lengths = field(default_factory=Lengths)
    idle: float | None = None
    idle_known: int = 0

    def add(self, entry: AccessLogEntry, second: int | None, idle: float | None) -> None:
        """One line, the second at which it began, and for how long its connection had been idle."""
        self.count += 1
        if second is not None:
            self.times.add(second)
        self.methods.add(entry.method)
        self.callers.add(entry.downstream_remote.rpartition(":")[0])
        self.endpoints.add(entry.upstream_host)
        self.sample.add(entry)
        if entry.duration_ms is not None:
            self.lengths.add(entry.duration_ms)
        if idle is not None:
            self.idle_known += 1
            self.idle = idle if self.idle is None else min(idle, self.idle)

    def take(self, other: Repeats) -> None:
        """All lines of another."""
        self.count += other.count
        self.times.take(other.times)
        self.methods.take(other.methods)
        self.callers.take(other.callers)
        self.endpoints.take(other.endpoints)
        self.sample.take(other.sample)
        self.lengths.take(other.lengths)
        self.idle_known += other.idle_known
        self.idle = min((idle for idle in (self.idle, other.idle) if idle is not None), default=None)


def recurrence_of(repeats: Repeats, others: Others, common: Common) -> Recurrence:
    """How a failure comes again, beside what did not fail, and what other proxies logged."""
    passed = others.passed
    alike = passed.like(common.place, inbound=common.inbound, methods=repeats.methods, address=common.address)
    callers = _only_from(repeats, alike) if alike is not None else ()
    found = pattern_of(
        _all_times(repeats),
        Times() if callers or alike is None else alike.times,
        passes_logged=passed.any and alike is not None,
    )
    lengths = repeats.lengths
    idle = found.word not in ("always", "since-change", "outage") and _after_idle(repeats)
    endpoints = passed.endpoints(common.cluster)
    return Recurrence(
        pattern="after-idle" if idle else found.word,
        since=common.first if found.since is not None else "",
        until=common.last if found.until is not None else "",
        callers=callers,
        idle=repeats.idle,
        endpoint=_one_endpoint(repeats, endpoints),
        far_log=others.far_logs.told(repeats.sample, repeats.endpoints.words or (), repeats.times),
        lasted=lengths.common(),
        lengths=lengths.bounds(),
        rare=RARE * repeats.count <= passed.answered(common.place, inbound=common.inbound, methods=repeats.methods),
        last=_last(repeats),
        recovered=_recovered(repeats, endpoints or {}),
        checks=looks_like_checks(common.example, _all_times(repeats), repeats.callers, others.tls_ports),
    )


def _all_times(repeats: Repeats) -> Times:
    """When they came; nothing where the time of one is not known."""
    return repeats.times if repeats.times.total == repeats.count else Times()


def _only_from(repeats: Repeats, alike: Lane) -> tuple[str, ...]:
    """The addresses from which alone such requests fail: from each of them again and again, and none did not."""
    bad, good = repeats.callers.words, alike.callers.words
    if not bad or not good or "" in bad or "" in good or not good.keys().isdisjoint(bad):
        return ()
    return tuple(sorted(bad)) if min(bad.values()) >= ENOUGH else ()


def _after_idle(repeats: Repeats) -> bool:
    return repeats.idle is not None and repeats.idle >= IDLE and 2 * repeats.idle_known >= repeats.count


def _one_endpoint(repeats: Repeats, good: Mapping[str, Answers] | None) -> str:
    """The endpoint that alone fails."""
    bad = repeats.endpoints.words
    lasting = repeats.count >= ENOUGH and repeats.times.last - repeats.times.first > BURST
    if bad is None or good is None or len(bad) != 1 or not lasting:
        return ""
    (endpoint,) = bad
    own = good.get(endpoint)
    worked = own is not None and (own.last is None or not repeats.times.total or own.last >= repeats.times.first)
    others = sum(answers.count for name, answers in good.items() if name not in ("", endpoint))
    return "" if worked or others < ENOUGH else endpoint


def _last(repeats: Repeats) -> int | None:
    """The second of the last line, if all times are known."""
    return repeats.times.last if repeats.times.total == repeats.count else None


def _recovered(repeats: Repeats, good: Mapping[str, Answers]) -> bool:
    """Whether all endpoints that failed have answered since the last failure."""
    bad, last = repeats.endpoints.words, _last(repeats)
    if not bad or "" in bad or last is None:
        return False
    since = (good[name].last if name in good else None for name in bad)
    return all(second is not None and second > last for second in since)
