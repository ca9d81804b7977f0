"""A look at what runs: the page of a proxy or of istiod, or a log.

Decides: which way to a page is taken, the first that is allowed and works, and how much of it is read. There is no way
to any other page, nor with any other method than GET. Must not know what a page tells.

Ways: a port-forward reaches what listens on the loopback of a pod, as exec does; a page for Prometheus is had through
the API server too. istiod answers `/debug` to its own pod alone, or to identities of the mesh.
Sources: pilot/cmd/pilot-agent/app/request.go, pilot/cmd/pilot-discovery/app/request.go, pilot/pkg/xds/debug.go in
Istio; https://istio.io/latest/docs/ops/deployment/application-requirements/ for the ports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.cluster.executing import Container, printed
from troubleshooter.collect.cluster.failures import MAX_WORDS, PASSING, ClusterError, Why
from troubleshooter.collect.cluster.forwarding import Forward
from troubleshooter.collect.cluster.rights import Rights, granting, rights_in
from troubleshooter.model import Exhibit, NotChecked, RuntimePage, Sight
from troubleshooter.model.plain import plain
from troubleshooter.model.sights import LOG_LINES

LONGEST = 64 << 20
"""Bytes of a page. A proxy of a very big mesh has a config_dump of about this size."""
LONGEST_LOG = 8 << 20
ADMIN, ISTIOD, MERGED = 15000, 15014, 15020
"""The ports of a proxy's pages, of istiod's, and of the counters that Prometheus reads."""
NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
"""What may be called so in Kubernetes. A file may hold anything, and names are part of the paths that are asked for."""
VERBS = ("get", "create")
"""What a websocket takes: the first, and since Kubernetes 1.35 the second too."""
FINAL = frozenset({Why.STOPPED, Why.UNAUTHORIZED, Why.MISSING, Why.TIMED_OUT})
"""What another way would not mend: credentials, a pod that is gone, one that does not answer."""


class Looked(NamedTuple):
    """What a look showed, a text of each pod, and of which pods it showed nothing."""

    exhibits: tuple[Exhibit, ...]
    missing: tuple[NotChecked, ...] = ()


class Looker:
    """Looks into the pods of some clusters. What was seen once is not fetched again; close it when done."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._clusters = {one.name: one for one in connections}
        self._rights: dict[tuple[str, str], Rights] = {}
        self._forwards: dict[tuple[str, str, str, int], Forward] = {}
        self._seen: dict[Sight, Looked] = {}

    def look(self, sight: Sight) -> Looked:
        """What it shows.

        Raises:
            ClusterError: it shows nothing of any of its pods.
        """
        if sight not in self._seen:
            self._seen[sight] = self._looked(sight)
        return self._seen[sight]

    def close(self) -> None:
        """Give all connections up."""
        for forward in self._forwards.values():
            forward.close()
        self._forwards.clear()

    def _looked(self, sight: Sight) -> Looked:
        strange = [one for one in (sight.namespace, sight.container, *sight.pods) if NAME.fullmatch(one) is None]
        if strange:
            raise ClusterError(Why.MISSING, f"{plain(strange[0])[:MAX_WORDS]} is no name of Kubernetes")
        if sight.cluster not in self._clusters:
            raise ClusterError(Why.MISSING, f"no context leads to {sight.cluster}")
        found: list[Exhibit] = []
        failed: list[tuple[str, ClusterError]] = []
        for pod in sight.pods:
            try:
                found.append(_exhibit(sight, pod, self._page(sight, pod)))
            except ClusterError as error:
                if error.why is Why.STOPPED:
                    raise
                failed.append((pod, error))
        if not found:
            raise failed[0][1]
        missing = tuple(
            NotChecked(what=_name(sight, pod), why=str(error), unlock=self.unlock(sight, error))
            for pod, error in failed
        )
        return Looked(tuple(found), missing)

    def unlock(self, sight: Sight, error: ClusterError) -> str:
        """What would let one look, after that failure; "" where nothing that could be done here."""
        if error.why is not Why.FORBIDDEN or sight.cluster not in self._clusters:
            return _UNLOCK.get(error.why, "")
        resources, verbs = (("pods/log",), ("get",)) if sight.page.is_log else (ROLE, VERBS)
        return granting(self._clusters[sight.cluster], verbs, resources, [sight.namespace])

    def _page(self, sight: Sight, pod: str) -> bytes:
        """The page of one pod, by the first way that is open; a way that fails in passing is tried twice."""
        wrong = ClusterError(Why.FORBIDDEN)
        for resource, way in self._ways(sight, pod):
            if not any(self._rights_at(sight).may(verb, "", resource) for verb in VERBS):
                continue
            try:
                return self._tried(sight, way)
            except ClusterError as error:
                if error.why in FINAL:
                    raise
                wrong = error
        raise wrong

    def _rights_at(self, sight: Sight) -> Rights:
        """What may be done in its namespace, asked once."""
        key = (sight.cluster, sight.namespace)
        if key not in self._rights:
            self._rights[key] = rights_in(self._clusters[sight.cluster], sight.namespace)
        return self._rights[key]

    def _tried(self, sight: Sight, way: Callable[[], bytes]) -> bytes:
        try:
            return way()
        except ClusterError as error:
            if error.why not in PASSING or error.why in FINAL:
                raise
            self._clusters[sight.cluster].limits.rest(error.wait or 0.2)
        return way()

    def _ways(self, sight: Sight, pod: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
        """The ways to a page, best first, each with the resource that it takes the right to."""
        cluster, page = self._clusters[sight.cluster], sight.page
        path = f"/api/v1/namespaces/{sight.namespace}/pods/{pod}"
        if page.is_log:
            yield "pods/log", lambda: cluster.get(f"{path}/log", _of_log(sight)).body
            return
        port = ISTIOD if page.of_istiod else ADMIN  # ztunnel's too
        yield "pods/portforward", lambda: self._forward(sight, pod, port).get(page.path, LONGEST)
        if page is RuntimePage.ZTUNNEL:
            return
        command = (*_CLIENTS[page.of_istiod], page.path if page.of_istiod else page.path.lstrip("/"))
        container = Container(sight.namespace, pod, sight.container)
        yield "pods/exec", lambda: _served(printed(cluster, container, command, LONGEST))
        if page is RuntimePage.STATS:
            yield "pods/proxy", lambda: cluster.get(f"{path}:{MERGED}/proxy/stats/prometheus", most=LONGEST).body

    def _forward(self, sight: Sight, pod: str, port: int) -> Forward:
        key = (sight.cluster, sight.namespace, pod, port)
        if key not in self._forwards:
            self._forwards[key] = Forward(self._clusters[sight.cluster], sight.namespace, pod, port)
        return self._forwards[key]


ROLE = ("pods/portforward", "pods/exec")
"""Either is enough."""
_UNLOCK = {Why.TIMED_OUT: "Try again, with more time: --request-timeout 120"}
_CLIENTS = {False: ("pilot-agent", "request", "GET"), True: ("pilot-discovery", "request", "GET")}
"""Whether it is istiod's page, and the program in the container that asks for it."""


_NOT_FOUND = (b"invalid path", b"404 page not found")
"""How Envoy and istiod begin a 404."""


def _served(body: bytes) -> bytes:
    """The page that an Istio command printed: with a line feed of its own at the end, and a 404 like any page.

    Source: `Do` in istio/istio pilot/pkg/request/command.go.
    """
    if body.startswith(_NOT_FOUND):
        raise ClusterError(Why.NOT_GIVEN, "the command prints a 404")
    return body.removesuffix(b"\n")


def _of_log(sight: Sight) -> dict[str, str]:
    return {
        "container": sight.container,
        "sinceSeconds": str(sight.minutes * 60),
        "tailLines": str(LOG_LINES),
        "limitBytes": str(LONGEST_LOG),
    }


def _name(sight: Sight, pod: str) -> str:
    return f"{sight.namespace}/{pod}: {sight.page.path.lstrip('/')}"


def _exhibit(sight: Sight, pod: str, body: bytes) -> Exhibit:
    whose = f"{sight.namespace}/{pod}"
    return Exhibit(name=_name(sight, pod), text=body.decode(errors="replace"), origin=whose, pod=whose)
