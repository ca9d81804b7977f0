"""The endpoints of a service port: from EndpointSlices where they were seen, else from selectors and ready pods.

Decides: addresses, ports, readiness, localities, priorities. Must not know routes or policies.
Sources: https://kubernetes.io/docs/concepts/services-networking/service/; istio/istio
pilot/pkg/networking/core/loadbalancer/loadbalancer.go (locality weights and priorities).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from troubleshooter.mesh.index import CORE, DISCOVERY, NETWORKING, Index, selects
from troubleshooter.mesh.pods import is_number
from troubleshooter.mesh.services import Endpoint, Port, Service, raw_port, slices_of
from troubleshooter.mesh.workloads import TLS_MODE, Pod, Workload, Workloads
from troubleshooter.model import Object, Raw, Resource, as_list, as_map, as_words


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


def endpoints_of(index: Index, workloads: Workloads, service: Service, port: Port) -> Endpoints:
    """The endpoints behind one port of a service."""
    if service.entry:
        return _of_entry(index, workloads, service, port)
    if service.external_name:
        return Endpoints(all=(Endpoint(address=service.external_name, port=port.number),), external=True)
    machines = tuple(_of_machines(index, workloads, service, port)) if service.selector else ()
    found = _of_cluster(index, workloads, service, port)
    if not machines:
        return found
    absence = Absence.NONE if any(e.healthy for e in machines) else found.absence
    return replace(found, all=(*found.all, *machines), absence=absence)


def _of_cluster(index: Index, workloads: Workloads, service: Service, port: Port) -> Endpoints:
    """Those of a Kubernetes Service that Kubernetes knows of."""
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


def _of_machines(index: Index, workloads: Workloads, service: Service, port: Port) -> Iterable[Endpoint]:
    """The WorkloadEntries that a Kubernetes Service selects: istiod adds them to the pods.

    Source: https://istio.io/latest/docs/reference/config/networking/workload-entry/;
    `serviceInstancesFromWorkloadInstance` in istio/istio pilot/pkg/serviceregistry/kube/controller/controller.go.
    """
    for entry in index.inside(NETWORKING, "WorkloadEntry", service.namespace):
        labels = _labels(entry)
        number = as_map(entry.spec.get("ports")).get(port.target) if isinstance(port.target, str) else port.target
        if selects(service.selector, labels) and is_number(number):
            yield _listed(workloads, {**entry.spec, "labels": labels}, port, number)


def selected(workloads: Workloads, service: Service) -> list[tuple[Workload, Pod]]:
    """The pods of the service's namespace that its selector matches."""
    return workloads.selected(service.namespace, service.selector)


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
        found.append(_of_pod(workload, pod, number, ready=pod.ready or publish))
    if not found:
        return Endpoints(absence=Absence.PORT_NAME, looked_at=tuple(unnamed))
    absence = Absence.NONE if any(e.healthy for e in found) else Absence.NOT_READY
    return Endpoints(all=tuple(found), absence=absence, looked_at=tuple(p.owner.at() for _, p in pods))


def _of_pod(workload: Workload, pod: Pod, number: int, *, ready: bool) -> Endpoint:
    return Endpoint(
        address=pod.address, port=number, workload=workload, pod=pod, locality=pod.locality, healthy=ready
    )  # fmt: skip


def _without_pods(workloads: Workloads, service: Service) -> Absence:
    """Which of the reasons for having no pod at all it is."""
    held = workloads.inside(service.namespace)
    if not held:
        return Absence.NOT_SEEN
    matching = [w for w in held if selects(service.selector, w.labels)]
    if not matching:
        return Absence.SELECTOR
    return Absence.SCALED_TO_ZERO if all(w.replicas == 0 for w in matching) else Absence.NO_PODS


def _places(workloads: Workloads, service: Service) -> tuple[Resource, ...]:
    """What to point at: the workloads that the selector matches, else all that it could have matched."""
    held = workloads.inside(service.namespace)
    matching = [w for w in held if selects(service.selector, w.labels)]
    return tuple(w.object.at() for w in matching or held)


def _of_slices(index: Index, workloads: Workloads, service: Service, port: Port) -> Endpoints:
    slices = slices_of(index, service.object)
    found = [e for s in slices for e in _of_slice(workloads, s.raw, port, service.namespace)]
    places = tuple(s.at() for s in slices)
    if any(e.healthy for e in found):
        return Endpoints(all=tuple(found), looked_at=places)
    if service.selector and workloads.inside(service.namespace):
        why = _of_selector(workloads, service, port)
        if why.absence not in {Absence.NONE, Absence.NOT_SEEN}:
            return replace(why, all=tuple(found) or why.all, looked_at=why.looked_at + places)
    absence = Absence.NOT_READY if found else Absence.SLICES
    return Endpoints(all=tuple(found), absence=absence, looked_at=places)


def _of_slice(workloads: Workloads, raw: Raw, port: Port, namespace: str) -> Iterable[Endpoint]:
    """The endpoints of an EndpointSlice, or of an Endpoints object with its subsets."""
    for part in as_list(raw.get("subsets")):
        subset = as_map(part)
        numbers = [raw_port(as_map(p), port.name) for p in as_list(subset.get("ports"))]
        for ready, key in ((True, "addresses"), (False, "notReadyAddresses")):
            for item in map(as_map, as_list(subset.get(key))):
                place = _Place(address=str(item.get("ip") or ""), pod=_named(workloads, namespace, item))
                yield from _at(workloads, place, numbers, ready=ready)
    numbers = [raw_port(as_map(p), port.name) for p in as_list(raw.get("ports"))]
    for item in as_list(raw.get("endpoints")):
        endpoint = as_map(item)
        ready = as_map(endpoint.get("conditions")).get("ready") is not False
        zone, pod = str(endpoint.get("zone") or ""), _named(workloads, namespace, endpoint)
        for address in as_list(endpoint.get("addresses"))[:1]:  # further ones are the same pod's, and never used
            yield from _at(workloads, _Place(address=str(address), zone=zone, pod=pod), numbers, ready=ready)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """An address as a slice names it: its zone, and the pod that it says it is."""

    address: str
    zone: str = ""
    pod: tuple[Workload, Pod] | None = None


def _named(workloads: Workloads, namespace: str, item: Raw) -> tuple[Workload, Pod] | None:
    """The pod that an address refers to by name: pods of the host network share their address with others."""
    target = as_map(item.get("targetRef"))
    return workloads.pod(namespace, str(target.get("name") or "")) if target.get("kind") == "Pod" else None


def _at(workloads: Workloads, place: _Place, numbers: list[int | None], *, ready: bool) -> Iterable[Endpoint]:
    address, zone = place.address, place.zone
    workload, pod = place.pod or workloads.at_address(address) or (None, None)
    locality = pod.locality if pod and pod.locality else (f"/{zone}" if zone else "")
    for number in numbers:
        if number is not None:
            yield Endpoint(
                address=address, port=number, workload=workload, pod=pod, locality=locality, healthy=ready
            )  # fmt: skip


def _of_entry(index: Index, workloads: Workloads, service: Service, port: Port) -> Endpoints:
    """A ServiceEntry's endpoints: those it lists or selects; else (DNS, NONE) the host itself."""
    listed = [as_map(e) for e in as_list(service.object.spec.get("endpoints"))]
    target = port.target if isinstance(port.target, int) else port.number
    found = [_listed(workloads, e, port, target) for e in listed]
    if service.selector:
        found += [_of_pod(w, p, target, ready=p.ready) for w, p in selected(workloads, service)]
        entries = [(e.spec, _labels(e)) for e in index.inside(NETWORKING, "WorkloadEntry", service.namespace)]
        chosen = [{**spec, "labels": labels} for spec, labels in entries if selects(service.selector, labels)]
        found += [_listed(workloads, spec, port, target) for spec in chosen]
    if found:
        absence = Absence.NONE if any(e.healthy for e in found) else Absence.NOT_READY
        return Endpoints(all=tuple(found), absence=absence, looked_at=(service.object.at("spec.endpoints"),))
    if service.resolution == "STATIC" or service.selector:
        return Endpoints(absence=Absence.NO_ADDRESSES, looked_at=(service.object.at("spec.endpoints"),))
    return Endpoints(all=(Endpoint(address=service.host, port=target),), external=True)


def _labels(entry: Object) -> dict[str, str]:
    """The labels of a WorkloadEntry: those of its spec outrank those of its metadata."""
    return {**entry.labels, **as_words(entry.spec.get("labels"))}


def _listed(workloads: Workloads, entry: Raw, port: Port, target: int) -> Endpoint:
    """A listed endpoint. One that has an account, or says so by its label, speaks mutual TLS.

    Source: `getTLSModeFromWorkloadEntry` in istio/istio pilot/pkg/serviceregistry/serviceentry/conversion.go.
    """
    address = str(entry.get("address") or "")
    workload, pod = workloads.at_address(address) or (None, None)
    number = as_map(entry.get("ports")).get(port.name)
    weight, labels = entry.get("weight"), as_words(entry.get("labels"))
    return Endpoint(
        address=address,
        port=number if is_number(number) else target,
        workload=workload,
        pod=pod,
        locality=str(entry.get("locality") or (pod.locality if pod else "")),
        network=str(entry.get("network") or ""),
        weight=weight if is_number(weight) and weight > 0 else 1,
        labels=labels,
        enrolled=labels.get(TLS_MODE) == "istio" if TLS_MODE in labels else bool(entry.get("serviceAccount")),
    )
