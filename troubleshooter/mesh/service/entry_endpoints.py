"""The endpoints that ServiceEntries list, and the pods and WorkloadEntries that they and Kubernetes Services select.

Decides: address, port, health, weight, place and mutual TLS of each. Must not know EndpointSlices.
Sources: https://istio.io/latest/docs/reference/config/networking/workload-entry/; istio/istio
pilot/pkg/serviceregistry/serviceentry/conversion.go (`convertEndpoint`, `convertWorkloadInstanceToServiceInstance`,
`convertWorkloadEntryToWorkloadInstance`); which addresses a cluster takes: `BuildClusterLoadAssignment` in
pilot/pkg/xds/endpoints/endpoint_builder.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import NETWORKING, Index, selects
from troubleshooter.mesh.basis.pods import is_number, own_locality, ports_of
from troubleshooter.mesh.service.services import Endpoint, Port, Service
from troubleshooter.mesh.workload.workloads import TLS_MODE, Pod, Workload, Workloads
from troubleshooter.model import Object, Raw, as_list, as_map, as_words

CHECKED = "proxy.istio.io/health-checks-enabled"
"""The annotation of a WorkloadEntry whose proxy reports its health; without it nobody does."""
SOCKET = "unix://"


def machines_of(index: Index, workloads: Workloads, service: Service, port: Port) -> Iterable[Endpoint]:
    """The WorkloadEntries that a Kubernetes Service selects: istiod adds those with an IP address to the pods.

    Source: `serviceInstancesFromWorkloadInstance` in istio/istio
    pilot/pkg/serviceregistry/kube/controller/controller.go.
    """
    for entry in index.inside(NETWORKING, "WorkloadEntry", service.namespace):
        labels = _labels(entry)
        number = as_map(entry.spec.get("ports")).get(port.target) if isinstance(port.target, str) else port.target
        if not selects(service.selector, labels) or not is_number(number):
            continue
        if hosts.is_address(str(entry.spec.get("address") or "")):
            yield _listed(workloads, {**entry.spec, "labels": labels}, port, number, healthy=is_healthy(entry))


def of_entry(index: Index, workloads: Workloads, service: Service, port: Port) -> Iterable[Endpoint]:
    """The endpoints that a ServiceEntry lists or selects. A STATIC one takes IP addresses and Unix sockets only."""
    found = _of_entry(index, workloads, service, port)
    if service.resolution != "STATIC":
        return found
    return (e for e in found if not e.address or e.port == 0 or hosts.is_address(e.address))


def _of_entry(index: Index, workloads: Workloads, service: Service, port: Port) -> Iterable[Endpoint]:
    target = target_of(port)
    for listed in map(as_map, as_list(service.object.spec.get("endpoints"))):
        yield _listed(workloads, listed, port, target, healthy=True)
    if not service.selector:
        return
    for workload, pod in workloads.selected(service.namespace, service.selector):
        number = dict(reversed(ports_of(pod.containers))).get(port.name) if port.name else None
        yield of_pod(workload, pod, number or target, ready=pod.ready)
    for entry in index.inside(NETWORKING, "WorkloadEntry", service.namespace):
        labels = _labels(entry)
        if selects(service.selector, labels):
            yield _listed(workloads, {**entry.spec, "labels": labels}, port, target, healthy=is_healthy(entry))


def target_of(port: Port) -> int:
    """The number that a ServiceEntry's port leads to where the endpoint has none of its own."""
    return port.target if isinstance(port.target, int) else port.number


def of_pod(workload: Workload, pod: Pod, number: int, *, ready: bool) -> Endpoint:
    """A pod as an endpoint; a stand-in counts for all pods of its workload."""
    return Endpoint(
        address=pod.address, port=number, workload=workload, pod=pod, locality=pod.locality, healthy=ready,
        weight=max(1, workload.replicas) if pod.standin else 1, cluster=pod.owner.cluster,
    )  # fmt: skip


def is_healthy(entry: Object) -> bool:
    """Whether a WorkloadEntry counts: one whose proxy reports its health does once that said so.

    Source: `isHealthy` in istio/istio pilot/pkg/serviceregistry/serviceentry/controller.go;
    https://istio.io/latest/docs/reference/config/networking/workload-group/#ReadinessProbe.
    """
    if entry.annotations.get(CHECKED, "").lower() != "true":
        return True
    conditions = (as_map(c) for c in as_list(entry.status.get("conditions")))
    return next((str(c.get("status")).lower() == "true" for c in conditions if c.get("type") == "Healthy"), False)


def _labels(entry: Object) -> dict[str, str]:
    """The labels of a WorkloadEntry: those of its spec outrank those of its metadata."""
    return {**entry.labels, **as_words(entry.spec.get("labels"))}


def _listed(workloads: Workloads, entry: Raw, port: Port, target: int, *, healthy: bool) -> Endpoint:
    """A listed endpoint. One that has an account, or says so by its label, speaks mutual TLS.

    Source: `getTLSModeFromWorkloadEntry` in istio/istio pilot/pkg/serviceregistry/serviceentry/conversion.go.
    """
    address = str(entry.get("address") or "")
    workload, pod = workloads.at_address(address) or (None, None)
    number = as_map(entry.get("ports")).get(port.name)
    weight, labels = entry.get("weight"), as_words(entry.get("labels"))
    if address.startswith(SOCKET):
        address, number = address.removeprefix(SOCKET), 0
    return Endpoint(
        address=address,
        port=number if is_number(number) else target,
        workload=workload,
        pod=pod,
        locality=str(entry.get("locality") or own_locality(labels, pod.locality if pod else "")),
        network=str(entry.get("network") or ""),
        weight=weight if is_number(weight) and weight > 0 else 1,
        healthy=healthy,
        labels=labels,
        enrolled=labels.get(TLS_MODE) == "istio" if TLS_MODE in labels else bool(entry.get("serviceAccount")),
    )
