"""The virtual hosts that a gateway makes of its HTTP servers and of the VirtualServices bound to them.

Decides: whose routes serve which host, in which order, and where plain requests are redirected to https. Must not know
requests beyond their host.
Source: `buildGatewayHTTPRouteConfig` in istio/istio pilot/pkg/networking/core/gateway.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import Attempt, attempts, merged
from troubleshooter.mesh.routing.virtual_services import VirtualServices
from troubleshooter.model import Object


@dataclass(kw_only=True, eq=False)
class VirtualHost:
    """One host (or wildcard) of a gateway: the VirtualServices that have routes for it, the oldest first, and all those
    routes in the order in which they are tried. `redirect` is the server that sends plain requests to https."""

    pattern: str
    owners: list[Object] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    redirect: Server | None = None


def virtual_hosts(
    virtual_services: VirtualServices, servers: Iterable[Server], viewer: str, labels: Mapping[str, str]
) -> dict[str, VirtualHost]:
    """The virtual hosts of servers that share one listener (plaintext) or of a single TLS server, for a gateway pod in
    namespace `viewer` with these labels. A VirtualService without any route for a server makes none."""
    found: dict[str, VirtualHost] = {}
    for server in servers:
        sender = Sender(labels=labels, namespace=viewer, gateway=server.reference, port=server.number)
        for owner in virtual_services.bound(server.reference, viewer):
            patterns = virtual_services.shared_hosts(owner, server.hosts)
            held = attempts(virtual_services.http_routes([owner]), sender) if patterns else []
            for pattern in patterns if held else ():
                host = found.setdefault(pattern, VirtualHost(pattern=pattern))
                host.owners += [owner] if owner not in host.owners else []
                host.attempts += held
                host.redirect = host.redirect or (server if server.redirects else None)
        for pattern in (h.lower() for h in server.hosts if server.redirects):
            host = found.setdefault(pattern, VirtualHost(pattern=pattern))
            host.redirect = host.redirect or server
    for host in found.values():
        host.attempts = merged(host.attempts)
    return found


def serving(held: Mapping[str, VirtualHost], name: str) -> VirtualHost | None:
    """The virtual host that takes a request for a host: that of the most specific name."""
    pattern = hosts.most_specific(name, held)
    return held[pattern] if pattern is not None else None
