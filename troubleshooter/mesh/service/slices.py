"""What EndpointSlices, and the Endpoints objects before them, say of a Service: addresses, ports, readiness, places.

Decides from these objects, and looks up the pods behind the addresses. Must not know selectors.
Sources: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/; `updateEndpointCacheForSlice` in
istio/istio pilot/pkg/serviceregistry/kube/controller/endpointslice.go; `BuildClusterLoadAssignment` in
pilot/pkg/xds/endpoints/endpoint_builder.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.mesh.basis.index import CORE, DISCOVERY, Index
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.service.services import Endpoint, Port, Service
from troubleshooter.mesh.workload.workloads import Pod, Workload, Workloads
from troubleshooter.model import Object, Raw, as_list, as_map

NAMES = "FQDN"
"""The addressType of slices with names, over which Istio passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """An address as a slice names it: its zone, the pod that it says it is, and the Kubernetes cluster it is in."""

    address: str
    cluster: str
    zone: str = ""
    pod: tuple[Workload, Pod] | None = None


def slices_of(index: Index, thing: Object) -> list[Object]:
    """The EndpointSlices (or, without any, the Endpoints) that belong to a Service, in its own Kubernetes cluster."""
    label = "kubernetes.io/service-name"
    held = index.labelled(DISCOVERY, "EndpointSlice", thing.namespace, label=label, value=thing.name)
    slices = [each for each in held if each.cluster == thing.cluster]
    endpoints = index.beside(thing, CORE, "Endpoints", thing.namespace, thing.name)
    return slices or ([endpoints] if endpoints else [])


def in_slice(workloads: Workloads, thing: Object, port: Port) -> Iterable[Endpoint]:
    """The endpoints of an EndpointSlice, or of an Endpoints object with its subsets, for one port of the Service."""
    raw, cluster = thing.raw, thing.cluster
    for part in as_list(raw.get("subsets")):
        subset = as_map(part)
        numbers = _numbers(subset, port)
        for ready, key in ((True, "addresses"), (False, "notReadyAddresses")):
            for item in map(as_map, as_list(subset.get(key))):
                address, pod = str(item.get("ip") or ""), _named(workloads, thing, item)
                yield from _at(workloads, _Place(address=address, cluster=cluster, pod=pod), numbers, ready=ready)
    if raw.get("addressType") == NAMES:
        return
    numbers = _numbers(raw, port)
    for endpoint in map(as_map, as_list(raw.get("endpoints"))):
        ready = as_map(endpoint.get("conditions")).get("ready") is not False
        zone, pod = str(endpoint.get("zone") or ""), _named(workloads, thing, endpoint)
        for address in as_list(endpoint.get("addresses")):  # kube-proxy uses the first alone, Istio every one
            place = _Place(address=str(address), cluster=cluster, zone=zone, pod=pod)
            yield from _at(workloads, place, numbers, ready=ready)


def unknown_ports(thing: Object, service: Service) -> list[tuple[str, str, object]]:
    """The ports of a slice (or of Endpoints) of which the Service has none of the name: field, name and number."""
    known = {port.name for port in service.ports}
    parts = [(f"subsets[{n}].", as_map(part)) for n, part in enumerate(as_list(thing.raw.get("subsets")))]
    return [
        (f"{path}ports[{n}]", str(port.get("name") or ""), port.get("port"))
        for path, holder in [("", thing.raw), *parts]
        for n, port in enumerate(map(as_map, as_list(holder.get("ports"))))
        if str(port.get("name") or "") not in known
    ]


def has_address(thing: Object) -> bool:
    """Whether a slice (or Endpoints) holds an address that is ready and that Istio reads, whatever its port."""
    if any(as_list(as_map(part).get("addresses")) for part in as_list(thing.raw.get("subsets"))):
        return True
    held = map(as_map, as_list(thing.raw.get("endpoints"))) if thing.raw.get("addressType") != NAMES else ()
    return any(e.get("addresses") and as_map(e.get("conditions")).get("ready") is not False for e in held)


def _numbers(holder: Raw, port: Port) -> list[int]:
    """The numbers of the ports of the Service port's name: a port without a name is one of its own."""
    ports = (as_map(p) for p in as_list(holder.get("ports")))
    return [n for p in ports if str(p.get("name") or "") == port.name and is_number(n := p.get("port"))]


def _named(workloads: Workloads, thing: Object, item: Raw) -> tuple[Workload, Pod] | None:
    """The pod that an address refers to by name: pods of the host network share their address with others."""
    target = as_map(item.get("targetRef"))
    name = str(target.get("name") or "") if target.get("kind") == "Pod" else ""
    return workloads.pod(thing.namespace, name, thing.cluster)


def _at(workloads: Workloads, place: _Place, numbers: list[int], *, ready: bool) -> Iterable[Endpoint]:
    address, zone = place.address, place.zone
    workload, pod = place.pod or workloads.at_address(address, place.cluster) or (None, None)
    locality = pod.locality if pod and pod.locality else (f"/{zone}" if zone else "")
    for number in numbers:
        yield Endpoint(
            address=address, port=number, workload=workload, pod=pod, locality=locality, healthy=ready,
            cluster=place.cluster,
        )  # fmt: skip
