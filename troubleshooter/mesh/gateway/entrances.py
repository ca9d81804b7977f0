"""The ways in to gateway pods: which port of a Service or of a node leads to which container port.

Decides where a server of a Gateway listens, and how a client gets there from outside. Must not know Gateways or routes.
Sources: https://istio.io/latest/docs/reference/config/networking/gateway/#Port; `resolvePorts` in istio/istio
pilot/pkg/model/gateway.go; https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.service.registry import Registry
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import as_list, as_map

OUTWARD = ("LoadBalancer", "NodePort")
UNTRANSLATED = "experimental.istio.io/disable-gateway-port-translation"
"""A label of a Service: a Gateway's port number is never taken for one of its own."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Entrance:
    """A way in from outside: a Service's port, under `node_port` (0 if it has none) on every node too, that leads to
    container port `target`."""

    service: Service
    port: Port
    target: int
    node_port: int = 0

    @property
    def outward(self) -> bool:
        """Whether its Service is made for clients outside the Kubernetes cluster."""
        return self.service.object.spec.get("type") in OUTWARD

    def dialled(self, port: int) -> bool:
        """Whether a client that dials this port comes in here."""
        return port in (self.port.number, self.node_port)


def entrances_of(registry: Registry, workload: Workload) -> list[Entrance]:
    """Every port of the Services in front of a workload that leads to its pods."""
    pod = workload.representative
    found = []
    for service in registry.selecting(workload):
        written = {n: as_map(p) for n, p in enumerate(as_list(service.object.spec.get("ports")))}
        node_ports = {f"spec.ports[{n}]": p.get("nodePort") for n, p in written.items()}
        for port in service.ports:
            target = port.target if isinstance(port.target, int) else pod.port_named(port.target)
            if target is not None:
                number = node_ports.get(port.path)
                on_node = number if is_number(number) else 0
                found.append(Entrance(service=service, port=port, target=target, node_port=on_node))
    return found


def listening(entrances: Iterable[Entrance], number: int) -> int:
    """The container port on which a server of port `number` is opened: the targetPort of the first Service port with
    that number, else the number itself."""
    translated = (e for e in entrances if UNTRANSLATED not in e.service.object.labels)
    return next((e.target for e in translated if e.port.number == number), number)


def on_node(pod: Pod, port: int) -> int | None:
    """The container port that a client reaches who dials this port of a pod's node, None if it leads to none."""
    if pod.host_network:
        return port
    held = (as_map(p) for c in as_list(pod.spec.get("containers")) for p in as_list(as_map(c).get("ports")))
    inside = (p.get("containerPort") for p in held if p.get("hostPort") == port)
    return next((p for p in inside if is_number(p)), None)


def opened_on_node(pod: Pod, target: int) -> bool:
    """Whether some port of its node leads to a container port."""
    held = (as_map(p) for c in as_list(pod.spec.get("containers")) for p in as_list(as_map(c).get("ports")))
    return pod.host_network or any(p.get("hostPort") and p.get("containerPort") == target for p in held)
