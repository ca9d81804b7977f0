"""What makes the inbound listener of a pod's port: a Service that leads there, or the Sidecar in force.

A Sidecar with ingress listeners makes those alone; connections to other ports are passed on to the application as they
are, whatever Services say. Must not know who connects.
Sources: https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioIngressListener;
`buildInboundChainConfigs` in istio/istio pilot/pkg/networking/core/listener_inbound.go;
`buildInboundClustersFromSidecar` in cluster.go there.
"""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.service.protocols import of_server
from troubleshooter.mesh.service.registry import Registry
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.sidecar.sidecars import Sidecars
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Object, Resource, as_list, as_map


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """The port that an inbound listener is made for, and whose port it is: that of a Service, or (`service` None) of an
    ingress listener. `hands_to` is where such a one sends what comes, "" for the very address that was dialled;
    `doubt` is a field of it that is not modelled."""

    port: Port
    owner: Object
    service: Service | None = None
    hands_to: str = ""
    doubt: str = ""

    @property
    def place(self) -> Resource:
        """The field that says which protocol the port speaks."""
        return self.owner.at(f"{self.port.path}.{self.port.declared_by or 'name'}")


class InboundListeners:
    """The inbound listeners of every pod."""

    def __init__(self, registry: Registry, sidecars: Sidecars) -> None:
        self._registry, self._sidecars = registry, sidecars

    def ingress_of(self, pod: Pod) -> Object | None:
        """The Sidecar whose ingress listeners are a pod's only ones; None where Services make them."""
        own = self._sidecars.in_force(pod.namespace, pod.labels)
        return own if own is not None and as_list(own.spec.get("ingress")) else None

    def led_to(self, workload: Workload | None, pod: Pod, number: int) -> Led | None:
        """What makes the listener of a port; None for one that is passed on as it is."""
        own = self.ingress_of(pod)
        if own is not None:
            return _ingress(own, number)
        found = self._registry.serving(workload, pod, number) if workload is not None else None
        return Led(port=found[1], owner=found[0].object, service=found[0]) if found else None


def _ingress(own: Object, number: int) -> Led | None:
    for n, listener in enumerate(map(as_map, as_list(own.spec.get("ingress")))):
        raw = as_map(listener.get("port"))
        if raw.get("number") != number or not is_number(number):
            continue
        path = f"spec.ingress[{n}].port"
        protocol = of_server(str(raw.get("protocol") or ""))
        port = Port(
            number=number, name=str(raw.get("name") or ""), protocol=protocol, target=number, path=path,
            declared_by="protocol",
        )  # fmt: skip
        doubt = "tls" if listener.get("tls") else "captureMode" if listener.get("captureMode") == "NONE" else ""
        return Led(port=port, owner=own, hands_to=str(listener.get("defaultEndpoint") or ""), doubt=doubt)
    return None
