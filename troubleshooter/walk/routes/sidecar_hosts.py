"""The virtual hosts of a sidecar's HTTP listener, beside those of the service that was dialled.

Decides: which service a Host header names, and which VirtualServices make a virtual host for a name that no service
has. Must not know routes.
Source: istio/istio pilot/pkg/networking/core/httproute.go and route/route.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.sidecar.sidecars import Scope
from troubleshooter.model import Object

WEB = 80
"""The port on which VirtualServices make virtual hosts for any host that no service has.

Source: `selectVirtualServices` and `dedupeDomains` in istio/istio pilot/pkg/networking/core/httproute.go.
"""


def reads_http(port: Port | None) -> bool:
    """Whether a port is declared HTTP, or not declared at all: only such ports have virtual hosts.

    Source: `buildSidecarVirtualHostsForVirtualService` in istio/istio pilot/pkg/networking/core/route/route.go.
    """
    return port is not None and port.protocol.family in {"http", "auto"}


def called(mesh: Mesh, name: str, port: int, scope: Scope) -> Service | None:
    """The service with a port that a Host header names at a sidecar: for the name of an ExternalName Service, the one
    behind it."""
    full = hosts.dialled(name, scope.namespace, mesh.registry.hosts, mesh.settings.domain)
    found = mesh.registry.at_address(name) or mesh.registry.find(full, scope.namespace)
    return with_host(mesh.registry.behind(found, scope.namespace), port, scope) if found is not None else None


def with_host(service: Service, port: int, scope: Scope) -> Service | None:
    """The service itself if it has a virtual host of its own on a port. An ExternalName Service has none: its name is
    one of those of the service behind it, if there is one.

    Source: `BuildSidecarVirtualHostWrapper` in istio/istio pilot/pkg/networking/core/route/route.go (Alias services).
    """
    return service if reads_http(service.port(port)) and scope.has(service) and not service.external_name else None


def made_by_routes(mesh: Mesh, scope: Scope, name: str, port: int) -> tuple[list[Object], str]:
    """The VirtualServices that make a virtual host of their own for a name that no service of a port has, and the host
    of theirs that it is; no service of the port may fall under that.

    Ports other than 80 have such hosts only of VirtualServices that also have an HTTP service with that port.
    Sources: `separateVSHostsAndServices` and `buildSidecarVirtualHostsForVirtualService` in istio/istio
    pilot/pkg/networking/core/route/route.go; `selectVirtualServices` in httproute.go there.
    """
    known = mesh.virtual_services.candidates(name, scope.namespace, scope.takes)
    pattern = hosts.most_specific(name, mesh.virtual_services.hosts_of(known[0])) if known else None
    if pattern is None or (pattern.startswith("*") and _serves(mesh, [pattern], port, scope)):
        return [], ""
    all_hosts = mesh.virtual_services.hosts_of
    return [v for v in known if port == WEB or _serves(mesh, all_hosts(v), port, scope)], pattern


def _serves(mesh: Mesh, names: Iterable[str], port: int, scope: Scope) -> bool:
    """Whether some HTTP service with a port falls under one of these names."""
    held = [s.host for s, p in mesh.registry.by_port.get(port, ()) if reads_http(p) and scope.has(s)]
    return any(hosts.covers(name, host) for name in names for host in held)
