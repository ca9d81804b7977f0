"""The endpoints of a service port: from EndpointSlices where they were seen, else from selectors and ready pods.

Decides: addresses, ports, readiness, localities, priorities. Must not know routes or policies.
Sources: https://kubernetes.io/docs/concepts/services-networking/service/; istio/istio
pilot/pkg/networking/core/loadbalancer/loadbalancer.go (locality weights and priorities).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from troubleshooter.mesh.basis.index import CORE, DISCOVERY, Index, selects
from troubleshooter.mesh.service.entry_endpoints import machines_of, of_entry, of_pod, target_of
from troubleshooter.mesh.service.services import Endpoint, Port, Service
from troubleshooter.mesh.service.slices import has_address, in_slice, slices_of, unknown_ports
from troubleshooter.mesh.workload.workloads import Pod, Workload, Workloads
from troubleshooter.model import Key, Object, Resource


class Absence(StrEnum):
    """Why a service port has no endpoint that is ready."""

    NONE = "none"
    """It has some."""
    SELECTOR = "selector-matches-nothing"
    NOT_READY = "pods-not-ready"
    SCALED_TO_ZERO = "scaled-to-zero"
    NO_PODS = "no-pods"
    PORT_NAME = "port-name-unknown"
    NO_SELECTOR = "no-selector"
    SLICES = "no-ready-address"
    SLICE_PORT = "port-not-in-slice"
    """Addresses are ready, but no port there has the name of the Service's port."""
    NO_ADDRESSES = "no-addresses"
    NOT_SEEN = "not-seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """All endpoints (also those that are not ready), why none is ready, and what was looked at to say so."""

    all: tuple[Endpoint, ...] = ()
    absence: Absence = Absence.NONE
    looked_at: tuple[Resource, ...] = ()
    external: bool = False

    @property
    def ready(self) -> tuple[Endpoint, ...]:
        return tuple(e for e in self.all if e.healthy)


def joined(parts: Iterable[Endpoints]) -> Endpoints:
    """The endpoints of ServiceEntries that count as one: each address once."""
    held = list(parts)
    if len(held) == 1:
        return held[0]
    every = {(e.address, e.port): e for part in reversed(held) for e in reversed(part.all)}
    absence = Absence.NONE if any(e.healthy for e in every.values()) else held[0].absence
    places = tuple(place for part in held for place in part.looked_at)
    external = all(part.external for part in held)
    return Endpoints(all=tuple(reversed(every.values())), absence=absence, looked_at=places, external=external)


def endpoints_of(index: Index, workloads: Workloads, service: Service, port: Port) -> Endpoints:
    """The endpoints behind one port of a service."""
    if service.entry:
        return _of_entry(index, workloads, service, port)
    if service.external_name:
        return Endpoints(all=(Endpoint(address=service.external_name, port=port.number),), external=True)
    machines = tuple(machines_of(index, workloads, service, port)) if service.selector else ()
    found = of_cluster(index, workloads, service, port)
    if not machines:
        return found
    absence = Absence.NONE if any(e.healthy for e in machines) else found.absence
    return replace(found, all=(*found.all, *machines), absence=absence)


def beyond(own: Endpoints, others: Iterable[Endpoints]) -> Endpoints:
    """The endpoints of one service port in several Kubernetes clusters; why none is ready is told of the first."""
    more = [e for other in others for e in other.all]
    if not more:
        return own
    every = (*own.all, *more)
    absence = Absence.NONE if any(e.healthy for e in every) else own.absence
    return replace(own, all=every, absence=absence)


def within(found: Endpoints, cluster: str) -> Endpoints:
    """Those of one Kubernetes cluster."""
    kept = tuple(e for e in found.all if e.cluster == cluster)
    absence = Absence.NONE if any(e.healthy for e in kept) else Absence.NOT_READY if kept else Absence.NO_ADDRESSES
    return replace(found, all=kept, absence=found.absence if len(kept) == len(found.all) else absence)


def without(found: Endpoints, away: frozenset[Key]) -> Endpoints:
    """The same with the pods of some workloads, or some pods, taken for not ready."""
    gone = {id(e) for e in found.all if away & {thing.key for thing in _owners(e)}} if away else set()
    if not gone:
        return found
    every = tuple(replace(e, healthy=False) if id(e) in gone else e for e in found.all)
    left = any(e.healthy for e in every)
    return replace(found, all=every, absence=Absence.NONE if left else Absence.NOT_READY)


def _owners(endpoint: Endpoint) -> Iterable[Object]:
    if endpoint.workload is not None:
        yield endpoint.workload.object
    if endpoint.pod is not None:
        yield endpoint.pod.owner


def of_cluster(index: Index, workloads: Workloads, service: Service, port: Port) -> Endpoints:
    """Those of a Kubernetes Service that its own Kubernetes cluster knows of."""
    if slices_of(index, service.object):
        return _of_slices(index, workloads, service, port)
    if not service.selector:
        known = index.saw_running(CORE, "Endpoints") or index.saw_running(DISCOVERY, "EndpointSlice")
        return Endpoints(absence=Absence.NO_SELECTOR if known else Absence.NOT_SEEN)
    found = _of_selector(workloads, service, port)
    unseen = found.absence is Absence.SELECTOR and _made_unseen(index, service)
    return Endpoints(absence=Absence.NOT_SEEN) if unseen else found


def _made_unseen(index: Index, service: Service) -> bool:
    """Whether the pods that a selector means may be made by an operator: no pods were seen, and a custom resource of
    the namespace has a name, or a group, that stands in the selector (`strimzi.io/cluster: events`)."""
    if index.saw_running(CORE, "Pod", service.namespace):
        return False
    names = set(service.selector.values())
    groups = tuple(key.partition("/")[0] for key in service.selector if "/" in key)
    held = index.custom.get(service.namespace, ())
    return any(thing.name in names or (groups and thing.group.endswith(groups)) for thing in held)


def selected(workloads: Workloads, service: Service) -> list[tuple[Workload, Pod]]:
    """The pods of the service's namespace that its selector matches: of a Kubernetes Service those of its own
    Kubernetes cluster, of a ServiceEntry those of all that istiod reads."""
    found = workloads.selected(service.namespace, service.selector)
    return [(w, p) for w, p in found if service.entry or p.owner.cluster == service.object.cluster]


def _of_selector(workloads: Workloads, service: Service, port: Port) -> Endpoints:
    pods = selected(workloads, service)
    if not pods:
        return Endpoints(absence=_without_pods(workloads, service), looked_at=_places(workloads, service))
    publish = service.object.spec.get("publishNotReadyAddresses") is True
    found, unnamed = [], []
    for workload, pod in pods:
        number = port.target if isinstance(port.target, int) else pod.port_named(port.target)
        if number is None:
            unnamed.append(pod.owner.at())
            continue
        found.append(of_pod(workload, pod, number, ready=pod.ready or publish))
    if not found:
        return Endpoints(absence=Absence.PORT_NAME, looked_at=tuple(unnamed))
    absence = Absence.NONE if any(e.healthy for e in found) else Absence.NOT_READY
    return Endpoints(all=tuple(found), absence=absence, looked_at=tuple(p.owner.at() for _, p in pods))


def _without_pods(workloads: Workloads, service: Service) -> Absence:
    """Which of the reasons for having no pod at all it is."""
    if not workloads.inside(service.namespace):
        return Absence.NOT_SEEN
    held = _beside(workloads, service)
    matching = [w for w in held if selects(service.selector, w.labels)]
    if not matching:
        return Absence.SELECTOR
    return Absence.SCALED_TO_ZERO if all(w.replicas == 0 for w in matching) else Absence.NO_PODS


def _beside(workloads: Workloads, service: Service) -> list[Workload]:
    """The workloads of a Service's namespace in its own Kubernetes cluster."""
    return [w for w in workloads.inside(service.namespace) if w.object.cluster == service.object.cluster]


def _places(workloads: Workloads, service: Service) -> tuple[Resource, ...]:
    """What to point at: the workloads that the selector matches, else all that it could have matched."""
    held = _beside(workloads, service)
    matching = [w for w in held if selects(service.selector, w.labels)]
    return tuple(w.object.at() for w in matching or held)


def _of_slices(index: Index, workloads: Workloads, service: Service, port: Port) -> Endpoints:
    slices = slices_of(index, service.object)
    found = [e for s in slices for e in in_slice(workloads, s, port)]
    places = tuple(s.at() for s in slices)
    if any(e.healthy for e in found):
        return Endpoints(all=tuple(found), looked_at=places)
    if service.selector and workloads.inside(service.namespace):
        why = _of_selector(workloads, service, port)
        if why.absence not in {Absence.NONE, Absence.NOT_SEEN}:
            return replace(why, all=tuple(found) or why.all, looked_at=why.looked_at + places)
    return Endpoints(all=tuple(found), absence=_of_written(service, slices, found), looked_at=places)


def _of_written(service: Service, slices: Iterable[Object], found: Iterable[Endpoint]) -> Absence:
    """Why slices hold no ready endpoint of a port. Kubernetes names their ports as the Service does; whoever writes
    them by hand may not."""
    if found:
        return Absence.NOT_READY
    other = not service.selector and any(has_address(s) and unknown_ports(s, service) for s in slices)
    return Absence.SLICE_PORT if other else Absence.SLICES


def _of_entry(index: Index, workloads: Workloads, service: Service, port: Port) -> Endpoints:
    """A ServiceEntry's endpoints: those it lists or selects; else (DNS, NONE) the host itself. A wildcard is no name
    that a proxy could look up."""
    found = tuple(of_entry(index, workloads, service, port))
    listed = (service.object.at("spec.workloadSelector" if service.selector else "spec.endpoints"),)
    if found:
        absence = Absence.NONE if any(e.healthy for e in found) else Absence.NOT_READY
        return Endpoints(all=found, absence=absence, looked_at=listed)
    if service.resolution == "STATIC" or service.selector:
        return Endpoints(absence=Absence.NO_ADDRESSES, looked_at=listed)
    if service.by_dns and service.host.startswith("*"):
        return Endpoints(absence=Absence.NO_ADDRESSES, looked_at=(service.object.at("spec.resolution"),))
    return Endpoints(all=(Endpoint(address=service.host, port=target_of(port)),), external=True)
