"""What of a running mesh can be looked at: a page or log of a proxy, of ztunnel or of istiod.

Decides: which pages there are, and what somebody would type to see one. Nothing else of a proxy or of istiod is ever
asked for: each of these reads, and none changes anything. Must not know what a page tells, or how it is fetched.

Sources: https://www.envoyproxy.io/docs/envoy/latest/operations/admin; pilot/pkg/xds/debug.go in Istio.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import Enum

PROXY, DISCOVERY = "istio-proxy", "discovery"
"""The containers of a proxy (also of ztunnel) and of istiod."""
LOG_MINUTES = {PROXY: 15, DISCOVERY: 60}
"""So far back the log of a container is read, 15 minutes of any other: what failed before that may be mended. istiod
says what is wrong when a proxy connects, which each does anew within the hour."""
LOG_LINES = 5000


class RuntimePage(Enum):
    """A page that something running serves: its path, and what it is called."""

    CONFIG_DUMP = ("/config_dump?include_eds", "the configuration")
    CLUSTERS = ("/clusters?format=json", "the endpoints")
    STATS = ("/stats", "the counters")
    CERTS = ("/certs", "the certificates")
    ZTUNNEL = ("/config_dump", "the workloads")
    SYNC = ("/debug/syncz", "what proxies have taken")
    SERVICES = ("/debug/registryz", "the services")
    ENDPOINTS = ("/debug/endpointShardz", "the endpoints")
    CONFIG = ("/debug/configz", "the objects")
    REMOTE_CLUSTERS = ("/debug/clusterz", "the other clusters")
    LOG = ("log", "the log")

    @property
    def path(self) -> str:
        """Its path; of a log no path, but a name."""
        return self.value[0]

    @property
    def words(self) -> str:
        return self.value[1]

    @property
    def is_log(self) -> bool:
        return not self.path.startswith("/")

    @property
    def of_istiod(self) -> bool:
        return self.path.startswith("/debug/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A page of the same container of one or several pods; `cluster` is the Kubernetes cluster, "" where there is only
    one. So many `others` are beside these pods, and are not asked."""

    page: RuntimePage
    namespace: str
    pods: tuple[str, ...]
    container: str = PROXY
    cluster: str = ""
    others: int = 0

    @property
    def words(self) -> str:
        """What it is, for people."""
        pods = f"pod{'s' if self.pods[1:] else ''} {', '.join(f'{self.namespace}/{pod}' for pod in self.pods)}"
        whose = "istiod" if self.container == DISCOVERY else "the proxy" if self.container == PROXY else self.container
        return f"{self.page.words} of {whose} ({pods}{f' in {self.cluster}' if self.cluster else ''})"

    @property
    def minutes(self) -> int:
        """How far back a log is read."""
        return LOG_MINUTES.get(self.container, LOG_MINUTES[PROXY])

    @property
    def command(self) -> str:
        """What shows the same, typed at a terminal."""
        return "; ".join(shlex.join(self._typed(pod)) for pod in self.pods)

    def _typed(self, pod: str) -> tuple[str, ...]:
        where = ("--context", self.cluster) if self.cluster else ()
        there = ("-n", self.namespace, pod, "-c", self.container)
        if self.page.is_log:
            return ("kubectl", *where, "logs", *there, f"--since={self.minutes}m", f"--tail={LOG_LINES}")
        if self.page is RuntimePage.ZTUNNEL:  # nothing in its container could ask for the page
            return ("istioctl", *where, "ztunnel-config", "all", f"{pod}.{self.namespace}", "-o", "json")
        client = "pilot-discovery" if self.page.of_istiod else "pilot-agent"
        path = self.page.path if self.page.of_istiod else self.page.path.lstrip("/")
        return ("kubectl", *where, "exec", *there, "--", client, "request", "GET", path)
