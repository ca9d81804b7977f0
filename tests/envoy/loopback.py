"""Where the parties of a mesh live while it is imitated: each on a loopback address of its own.

Decides addresses only. Every address begins with 127, so nothing leaves the machine.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Hashable

from troubleshooter.mesh.service.services import Endpoint, Service
from troubleshooter.mesh.workload.workloads import Pod

OUTBOUND = 15001
"""The port on which a sidecar takes what its application sends, as in Istio."""

_BLOCKS = itertools.count()


def block() -> str:
    """The beginning of the addresses of one trial. Two trials at once, also of two runs, get blocks of their own."""
    return f"127.{1 + os.getpid() % 250}.{next(_BLOCKS) % 256}"


class Places:
    """The addresses of one trial."""

    def __init__(self) -> None:
        self._block = block()
        self._given: dict[Hashable, str] = {}

    def of_pod(self, pod: Pod) -> str:
        """Of a pod: its proxy's where it has one, else its application's."""
        return self._give(("pod", pod.owner.key))

    def of_app(self, pod: Pod) -> str:
        """Where the application listens: behind the proxy, or in its place."""
        behind = pod.proxy and not pod.gateway
        return self._give(("app", pod.owner.key)) if behind else self.of_pod(pod)

    def of_service(self, service: Service) -> str:
        """The virtual IP address of a service; of a name outside, that where it really is."""
        if service.entry and not service.addresses:
            return self.of_host(service.host)
        return self._give(("service", service.object.key, service.host))

    def of_host(self, host: str) -> str:
        """Of a name or an address that nobody in the mesh has."""
        return self._give(("host", host))

    def of_endpoint(self, endpoint: Endpoint) -> str:
        return self.of_pod(endpoint.pod) if endpoint.pod else self.of_host(endpoint.address)

    def _give(self, key: Hashable) -> str:
        return self._given.setdefault(key, f"{self._block}.{len(self._given) + 1}")
