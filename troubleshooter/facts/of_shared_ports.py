"""Facts about a TCP port of a ServiceEntry without an address: whether another one takes what is meant for it.

Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/#external-tcp-services-without-vips;
`mergeTCPFilterChains` in istio/istio pilot/pkg/networking/core/listener.go.
"""

from __future__ import annotations

import json

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.control_plane.proxy_config import FIELD, own_config
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.sidecar.listeners import Claim, is_wide
from troubleshooter.model import as_map
from troubleshooter.walk import Hop, Party
from troubleshooter.walk.caller.names import CAPTURE, answered_by_proxy
from troubleshooter.walk.request.parties import assumed_client

ALLOCATE = "ISTIO_META_DNS_AUTO_ALLOCATE"
"""What gives addresses to ServiceEntries before Istio 1.25, beside the capture of DNS."""
KEEPS_ADDRESS = "NONE"
"""The resolution with which a connection goes on to the address that was dialled, whoever takes it."""


def about_shared_port(case: CaseBuilder, hop: Hop) -> None:
    """Who takes the connection of a request, where the port of a ServiceEntry listens at every address."""
    if hop.service is None or hop.port is None or hop.port.protocol.family != "tcp" or not is_wide(hop.service):
        return
    meant = hop.meant or hop.service
    if meant.entry and meant.port(hop.port.number) is not None:
        _rival(case, meant, Claim(hop.service, hop.port))
        _dns(case, hop.party)


def _dns(case: CaseBuilder, caller: Party) -> None:
    """What the caller's annotation would say for its proxy to answer DNS, beside what it says already."""
    if caller.workload is None or caller.assumed:
        return
    template = caller.workload.template
    told = own_config(template.annotations)
    wanted = {**as_map(told.get("proxyMetadata")), CAPTURE: "true", ALLOCATE: "true"}
    case.detail("caller.proxy_config_field", f"{template.path}{FIELD}")
    case.detail("caller.proxy_config_dns", json.dumps({**told, "proxyMetadata": wanted}))


def about_port_alone(case: CaseBuilder, mesh: Mesh, service: Service, port: Port) -> None:
    """The same for a port of which nobody is known who calls: as a proxy of its own namespace has it."""
    scope = mesh.sidecars.scope(service.namespace, {})
    if port.protocol.family != "tcp" or not is_wide(service) or not scope.has(service):
        return
    allocates = _allocates(mesh, service.namespace)
    if allocates is None:
        return
    held = mesh.listeners.shared(port.number, scope, allocates=allocates)
    if held is not None and held.rest is not None:
        _rival(case, service, held.rest)


def _allocates(mesh: Mesh, namespace: str) -> bool | None:
    """Whether the proxies of a namespace answer DNS; None where some do and some do not, so that it hangs on who
    calls."""
    return mesh.index.kept(f"DNS by proxies in {namespace}", lambda _: _answering(mesh, namespace))


def _answering(mesh: Mesh, namespace: str) -> bool | None:
    made = (workload.representative for workload in mesh.workloads.inside(namespace))
    clients = [pod for pod in (assumed_client(namespace).pod, *made) if pod is not None and pod.proxy]
    found = {answered_by_proxy(mesh, pod) for pod in clients}
    return found.pop() if len(found) == 1 else None


def _rival(case: CaseBuilder, meant: Service, taker: Claim) -> None:
    own, port = meant.port(taker.port.number), taker.port
    if own is None:
        return
    place, other = meant.object.at(own.path), taker.service.object.at(port.path)
    case.role("service_entry", meant.object.at())
    harmless = taker.service.object is meant.object or taker.service.resolution == KEEPS_ADDRESS
    case.fact("service_entry.port_rival", "none" if harmless else "older", place, other)
    if harmless:
        return
    case.role("rival", other)
    case.detail("service_entry.meant_host", meant.host)
    case.detail("service_entry.shared_port", port.number)
    case.detail("rival.taking_host", taker.service.host)
