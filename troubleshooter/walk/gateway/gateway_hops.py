"""Whether the endpoint that a proxy sends to is a gateway, and which Gateways are meant to take the request there.

Pods of a gateway that no Gateway selects have no listener, so they are entered too: the request dies at their door.
Must not know what happens there.
Source: `mergeGateways` in istio/istio pilot/pkg/model/push_context.go;
https://istio.io/latest/docs/reference/config/networking/gateway/#Gateway-selector.
"""

from __future__ import annotations

from troubleshooter.mesh.basis.attachment import GATEWAY_NAME
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routing.routes import MESH, gateways_of
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Object
from troubleshooter.walk.basis.decisions import Party, Trail


def party_at(mesh: Mesh, trail: Trail, endpoint: Endpoint, pod: Pod) -> Party | None:
    """Who takes the request at a gateway's pod, in a mesh as its istiod sees it; None where the pod is no gateway."""
    workload = mesh.own(endpoint.workload) if endpoint.workload else None
    gateways: tuple[Object, ...] = ()
    if workload is not None and pod.gateway:
        gateways = tuple(mesh.gateways.for_workload(workload)) or _missing_it(mesh, trail, pod)
    if not gateways and not endpoint.relay:
        return None
    return Party(namespace=pod.namespace, workload=workload, pod=pod, gateways=gateways)


def _missing_it(mesh: Mesh, trail: Trail, pod: Pod) -> tuple[Object, ...]:
    """The Gateways that the VirtualService which led here names, where their selectors miss the pod: all of them were
    seen, and nothing else would open a port. Pods made for the Gateway API have no part in this."""
    route = trail.hop.routing.route if trail.hop.routing else None
    if route is None or GATEWAY_NAME in pod.labels:
        return ()
    named = [mesh.gateways.get(reference) for reference in gateways_of(route.owner) if reference != MESH]
    found = tuple(g for g in named if g is not None)
    return found if len(found) == len(named) and not any(map(mesh.gateways.workloads, found)) else ()
