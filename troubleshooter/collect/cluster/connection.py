"""One API server, with somebody's credentials.

Decides: how one request is made, how long it may take, and when it is tried again. The `kubernetes` package gives
credentials (also of exec plugins and OIDC), TLS, proxies and transport; its models are not used, since they take
tens of times as long for the same bytes. Must not know what is asked for.

Nothing here waits for ever: connecting, silence and the whole of a request have limits, the API server's wish to be
left alone is granted up to one, and `stop` ends everything at the next piece of an answer.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from troubleshooter.collect.cluster.failures import PASSING, ClusterError, Why, of_answer

CONNECT_SECONDS = 5.0
DEFAULT_TIMEOUT = 30.0
"""So long the API server may be silent."""
MAX_REQUEST_SECONDS = 120.0
MAX_WAIT = 10.0
"""So long it is left alone at most, whatever its Retry-After says."""
TRIES = 4
MAX_BODY = 512 << 20
PIECE = 1 << 18
JSON = "application/json"
_GOOD = range(200, 300)

Query = Mapping[str, str]


class Answer(NamedTuple):
    """The body of an answer, and when the server says it was given (seconds since 1970, None if it does not)."""

    body: bytes
    date: int | None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What ends a request: seconds of silence, seconds in all, and `stop`. `rest` sleeps unless it is stopped."""

    silence: float = DEFAULT_TIMEOUT
    whole: float = MAX_REQUEST_SECONDS
    stop: threading.Event = field(default_factory=threading.Event)

    def rest(self, seconds: float) -> None:
        if self.stop.wait(min(seconds, MAX_WAIT)):
            raise ClusterError(Why.STOPPED)


class Connection:
    """`name` is what objects of this cluster say that they are of; "" where there is only one. `context` is what the
    kubeconfig calls it, `namespace` the one that it names for it, `server` its address."""

    def __init__(
        self, client: Any, *, name: str = "", context: str = "", namespace: str = "", limits: Limits | None = None
    ) -> None:
        self.name, self.context, self.namespace, self.client = name, context, namespace, client
        self.server = str(client.configuration.host).rstrip("/")
        self.limits = limits or Limits()
        self._refreshing = threading.Lock()

    def get(self, path: str, query: Query | None = None, *, accept: str = JSON, most: int = MAX_BODY) -> Answer:
        """The answer to a GET, tried again where that may help.

        Raises:
            ClusterError: there is none.
        """
        return self._tried(lambda: self._once("GET", path, query, headers={"Accept": accept}, most=most))

    def send(self, method: str, path: str, body: Any, query: Query | None = None, *, media: str = JSON) -> Answer:
        """The answer to a request with a body; asked once only, since it may change something.

        Raises:
            ClusterError: there is none, or it is a refusal.
        """
        headers = {"Accept": JSON, "Content-Type": media}
        return self._once(method, path, query, headers=headers, body=json.dumps(body).encode())

    def review(self, kind: str, spec: Mapping[str, Any]) -> Answer:
        """The answer to a review of access. It changes nothing, and so is tried again.

        Raises:
            ClusterError: there is none.
        """
        return self._reviewed("authorization.k8s.io/v1", kind, {"spec": spec})

    def who(self) -> Answer:
        """Who the cluster takes this for: a SelfSubjectReview (since Kubernetes 1.28).

        Raises:
            ClusterError: it does not tell.
        """
        return self._reviewed("authentication.k8s.io/v1", "SelfSubjectReview", {})

    def _reviewed(self, version: str, kind: str, body: Mapping[str, Any]) -> Answer:
        whole = {"apiVersion": version, "kind": kind, **body}
        return self._tried(lambda: self.send("POST", f"/apis/{version}/{kind.lower()}s", whole))

    def headers(self) -> dict[str, str]:
        """Who asks, and with which credentials; those that have expired are made anew."""
        with self._refreshing:
            settings = self.client.configuration.auth_settings()
        found = {"User-Agent": "troubleshoot"}
        return found | {one["key"]: one["value"] for one in settings.values() if one["in"] == "header" and one["value"]}

    def _tried(self, ask: Callable[[], Answer]) -> Answer:
        for left in range(TRIES - 1, -1, -1):
            try:
                return ask()
            except ClusterError as error:
                if error.why not in PASSING or not left:
                    raise
                self.limits.rest(error.wait or _pause(TRIES - 1 - left))
        raise AssertionError("unreachable")

    def _once(
        self,
        method: str,
        path: str,
        query: Query | None,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        most: int = MAX_BODY,
    ) -> Answer:
        import urllib3

        if self.limits.stop.is_set():
            raise ClusterError(Why.STOPPED)
        try:
            response = self.client.rest_client.pool_manager.request(
                method,
                self.url(path, query),
                headers={**self.headers(), **self._packing(), **headers},
                body=body,
                preload_content=False,
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=self.limits.silence),
            )
            return self._read(response, most)
        except urllib3.exceptions.HTTPError as error:
            raise _of_transport(error) from None
        except OSError as error:  # a certificate or key that the kubeconfig names, and that is not there
            raise ClusterError(Why.UNREACHABLE, str(error)) from None

    def _read(self, response: Any, most: int) -> Answer:
        """The whole answer, piece by piece: between two of them there is time to stop."""
        end, size = time.monotonic() + self.limits.whole, 0
        pieces: list[bytes] = []
        try:
            while piece := response.read(PIECE):
                pieces.append(piece)
                size += len(piece)
                self._hold_to_limits(size, most, end)
        except BaseException:
            response.close()
            raise
        response.release_conn()
        body = b"".join(pieces)
        if response.status not in _GOOD:
            raise of_answer(response.status, response.headers, body)
        return Answer(body, _seconds(response.headers.get("Date", "")))

    def _hold_to_limits(self, size: int, most: int, end: float) -> None:
        if self.limits.stop.is_set():
            raise ClusterError(Why.STOPPED)
        if size > most:
            raise ClusterError(Why.DAMAGED, f"it is longer than {most >> 20} MiB")
        if time.monotonic() > end:
            raise ClusterError(Why.TIMED_OUT, f"after {self.limits.whole:.0f} s")

    def url(self, path: str, query: Query | None = None) -> str:
        """The whole address of a path."""
        return f"{self.server}{quote(path, safe='/:=,@')}" + (f"?{urlencode(query)}" if query else "")

    def _packing(self) -> dict[str, str]:
        """Packed answers are smaller, and take longer to make than they save where the server is this machine."""
        near = self.server.split("://")[-1].startswith(("127.", "localhost", "[::1]"))
        return {} if near else {"Accept-Encoding": "gzip"}


def _pause(tried: int) -> float:
    """Seconds before the next try: longer each time, and never the same for all who were refused together."""
    return random.uniform(0.1, 0.4) * (1 << tried)  # noqa: S311 - no secret


def _of_transport(error: Any) -> ClusterError:
    import urllib3.exceptions as known

    cause = getattr(error, "reason", None) or getattr(error, "original_error", None) or error
    if isinstance(error, known.ConnectTimeoutError) and not isinstance(error, known.NewConnectionError):
        return ClusterError(Why.UNREACHABLE, f"it does not answer within {CONNECT_SECONDS:.0f} s")
    if isinstance(error, known.ReadTimeoutError):
        return ClusterError(Why.TIMED_OUT)
    if isinstance(error, known.SSLError):
        return ClusterError(Why.UNREACHABLE, f"TLS: {cause}")
    if isinstance(error, known.IncompleteRead | known.InvalidChunkLength | known.DecodeError):
        return ClusterError(Why.DAMAGED)
    return ClusterError(Why.UNREACHABLE, str(cause).rpartition(": ")[2])


def _seconds(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (TypeError, ValueError, OverflowError):
        return None
