"""Why the API server did not answer, in one closed list.

Decides: which answers are failures, which of them are worth another try, and how each is said. Must not know what was
asked for.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/ (410 and continue tokens, 429 with Retry-After),
`Status` in k8s.io/apimachinery pkg/apis/meta/v1/types.go.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from troubleshooter.model import as_map
from troubleshooter.model.plain import plain

MAX_WORDS = 300


class Why(Enum):
    """Why there is no answer; the value is how it is said."""

    FORBIDDEN = "forbidden"
    UNAUTHORIZED = "the cluster does not accept these credentials"
    MISSING = "there is no such thing"
    CONFLICT = "somebody else has changed it"
    INVALID = "the cluster refuses it"
    NOT_GIVEN = "the pod does not give it"
    EXPIRED = "the list has changed too much meanwhile"
    BUSY = "the API server has too much to do"
    BROKEN = "the API server failed"
    TIMED_OUT = "timed out"
    UNREACHABLE = "there is no connection to the API server"
    DAMAGED = "the answer is damaged or cut off"
    STOPPED = "interrupted"


PASSING = frozenset({Why.BUSY, Why.BROKEN, Why.TIMED_OUT, Why.UNREACHABLE, Why.DAMAGED})
"""What may be over when the same is asked again."""

_BY_STATUS = {
    401: Why.UNAUTHORIZED,
    403: Why.FORBIDDEN,
    404: Why.MISSING,
    409: Why.CONFLICT,
    410: Why.EXPIRED,
    429: Why.BUSY,
    504: Why.TIMED_OUT,
}
_SERVER_ERROR = 500


class ClusterError(Exception):
    """A request that was not answered. `said` are the server's own words, safe to print, "" if there are none; `wait`
    is how many seconds it asks to be left alone; `go_on` continues a list whose token has expired."""

    def __init__(self, why: Why, said: str = "", *, wait: float = 0.0, go_on: str = "") -> None:
        super().__init__(f"{why.value} ({said})" if said else why.value)
        self.why, self.said, self.wait, self.go_on = why, said, wait, go_on


def of_answer(status: int, headers: Mapping[str, str], body: bytes) -> ClusterError:
    """The failure in an answer that is none of success."""
    why = _BY_STATUS.get(status, Why.BROKEN if status >= _SERVER_ERROR else Why.INVALID)
    told = _status(body)
    words = told.get("message") if told else body[:MAX_WORDS].decode(errors="replace").strip()
    wait = headers.get("Retry-After", "")
    return ClusterError(
        why,
        plain(str(words or f"status {status}"))[:MAX_WORDS],
        wait=float(wait) if wait.isdecimal() else 0.0,
        go_on=str(as_map(told.get("metadata")).get("continue") or ""),
    )


def _status(body: bytes) -> Mapping[str, Any]:
    """The `Status` object in an answer, if that is what it is."""
    try:
        return as_map(json.loads(body))
    except (ValueError, RecursionError):
        return {}
