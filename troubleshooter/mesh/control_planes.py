"""istiod as the proxies of a pod reach it: which Service it is, and whether anybody is behind it.

Decides from Services and their endpoints. Must not know the network between pods.
Source: `discoveryAddress` in https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig;
service.yaml in manifests/charts/istio-control/istio-discovery/templates of istio/istio.
"""

from __future__ import annotations

from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.injection.revisions import DEFAULT, REVISION
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.service.endpoints import Absence, Endpoints
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Object

XDS = 15012
"""The port at which istiod gives proxies their certificates and configuration."""


def endpoints_of_istiod(mesh: Mesh, workload: Workload) -> tuple[Object, Endpoints] | None:
    """The Service of istiod of the workload's revision, with its endpoints; None where it was not seen, or where it is
    not known who is behind it."""
    wanted = workload.injection.revision or DEFAULT
    held = [s for s in mesh.index.all(CORE, "Service") if s.labels.get("app") == "istiod"]
    chosen = [s for s in held if s.labels.get(REVISION, DEFAULT) == wanted] or (held if len(held) == 1 else [])
    for thing in chosen:
        service = mesh.registry.of(thing)[0]
        port = next((p for p in service.ports if p.number == XDS), None)
        found = mesh.endpoints(service, port) if port is not None else None
        if found is not None and found.absence is not Absence.NOT_SEEN:
            return thing, found
    return None
