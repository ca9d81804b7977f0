"""What can go wrong on the way, on demand: each fault for a pattern of paths and a number of times.

Decides which request is hit, and what replaces its answer. How bytes are then held back or cut is `http_server`'s.

A pattern has `*` and `?` as in file names and is tried on the path, and on the path with its query. The first fault
that fits and is not used up takes the request: `silent("/api/v1/pods*")`, `refused("*", 429, seconds=2, times=3)`.
"""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal

from tests.kube_api import listing
from tests.kube_api.messages import REASONS, Call, Reply, encoded, status

Doing = Literal["answer", "expire", "silent", "drop", "half", "slow", "garbage", "mistype", "skew", "cut"]

ALWAYS = math.inf

_MESSAGES = {
    401: "Unauthorized",
    403: "Forbidden by a fault of the test",
    404: "the server could not find the requested resource",
    409: "Operation cannot be fulfilled: the object has been modified",
    429: "Too many requests, please try again later.",
    500: "Internal error occurred: etcdserver: leader changed",
    502: "bad gateway",
    503: "apiserver is shutting down",
    504: "Timeout: request did not complete within the allotted timeout",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. It lets `after` requests pass and then hits `times`. `amount` is what `does` needs: a number of bytes
    per second, of bytes before the end, or of seconds that the clock is wrong."""

    path: str
    does: Doing
    reply: Reply | None = None
    amount: float = 0
    times: float = 1
    after: int = 0
    method: str = "*"

    def fits(self, call: Call) -> bool:
        paths = (call.path, call.url)
        return self.method in ("*", call.method) and any(fnmatch.fnmatchcase(p, self.path) for p in paths)


def refused(
    path: str, code: int, *, times: float = 1, after: int = 0, method: str = "*", seconds: int | None = None
) -> Fault:
    """A `Status` of a code. `seconds`: with Retry-After, as 429 and 503 have it."""
    details = {"retryAfterSeconds": seconds} if seconds is not None else None
    body = encoded(status(code, _MESSAGES.get(code, f"status {code}"), REASONS.get(code, ""), details))
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    reply = Reply(status=code, body=body, headers=headers)
    return Fault(path=path, does="answer", reply=reply, times=times, after=after, method=method)


def answered(path: str, reply: Reply, *, times: float = 1, after: int = 0, method: str = "*") -> Fault:
    """Any answer whatever."""
    return Fault(path=path, does="answer", reply=reply, times=times, after=after, method=method)


def expired(path: str, *, times: float = 1, after: int = 0) -> Fault:
    """410 for a page that is not the first, with the token to go on inconsistently. Requests without a `continue` token
    pass and do not count."""
    return Fault(path=path, does="expire", times=times, after=after)


def silent(path: str, *, times: float = 1, after: int = 0) -> Fault:
    """The request is taken and never answered."""
    return Fault(path=path, does="silent", times=times, after=after)


def dropped(path: str, *, times: float = 1, after: int = 0) -> Fault:
    """The connection is reset instead of an answer."""
    return Fault(path=path, does="drop", times=times, after=after)


def half(path: str, *, times: float = 1, after: int = 0) -> Fault:
    """The head is whole, and the connection ends in the middle of the body."""
    return Fault(path=path, does="half", times=times, after=after)


def slow(path: str, rate: float, *, times: float = 1, after: int = 0) -> Fault:
    """The body comes with so many bytes per second."""
    return Fault(path=path, does="slow", amount=rate, times=times, after=after)


def garbage(path: str, *, times: float = 1, after: int = 0) -> Fault:
    """The right head, and a body of that length that is no JSON."""
    return Fault(path=path, does="garbage", times=times, after=after)


def mistyped(path: str, *, times: float = 1, after: int = 0) -> Fault:
    """The page of some gateway on the way: 200, HTML."""
    return Fault(path=path, does="mistype", times=times, after=after)


def skewed(path: str, seconds: float, *, times: float = ALWAYS, after: int = 0) -> Fault:
    """The Date header is so many seconds ahead of the clock here."""
    return Fault(path=path, does="skew", amount=seconds, times=times, after=after)


def cut(path: str, after_bytes: int = 0, *, times: float = 1, after: int = 0) -> Fault:
    """A websocket ends, without a word, when so many bytes were sent over it."""
    return Fault(path=path, does="cut", amount=after_bytes, times=times, after=after)


class Faults:
    """Which faults are still to come. Safe to ask from many threads."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._lock = Lock()
        self._all = list(faults)
        self._seen: dict[int, int] = {}

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._all.append(fault)

    def take(self, call: Call) -> Fault | None:
        """The fault that hits a request."""
        with self._lock:
            for number, fault in enumerate(self._all):
                if not fault.fits(call) or (fault.does == "expire" and not call.first("continue")):
                    continue
                seen = self._seen[number] = self._seen.get(number, 0) + 1
                if fault.after < seen <= fault.after + fault.times:
                    return fault
        return None


def instead(fault: Fault, call: Call) -> Reply | None:
    """What is answered in place of the truth; None where the truth is answered, in whatever way. Raises
    Refused."""
    if fault.does == "expire":
        raise listing.expired(call.first("continue"))
    if fault.does == "mistype":
        return Reply(body=b"<html><body>Please log in.</body></html>", kind="text/html; charset=utf-8")
    return fault.reply


def spoilt(fault: Fault | None, reply: Reply) -> Reply:
    """The answer with its body made unreadable, where the fault says so."""
    if fault is None or fault.does != "garbage":
        return reply
    kept = len(reply.body) // 2
    return replace(reply, body=reply.body[:kept] + b"\x00" * (len(reply.body) - kept))
