"""Facts about the way in through a gateway: its port, the name in the hello, redirects, hosts, pods and Secrets.

Decides the order, as the first to fill a role wins: what is nearer to the request comes first. Must not know what
follows once a route was chosen.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_client_certificates import about_client_certificate
from troubleshooter.facts.of_doors import about_door
from troubleshooter.facts.of_gateway_ends import about_gateway_end
from troubleshooter.facts.of_gateway_hosts import about_hosts
from troubleshooter.facts.of_gateway_ports import about_port_of_request
from troubleshooter.facts.of_gateway_secrets import about_secret
from troubleshooter.facts.of_gateways import about_gateway
from troubleshooter.facts.of_mesh_alone import about_mesh_alone
from troubleshooter.facts.of_passthrough import about_passthrough
from troubleshooter.facts.of_redirects import about_redirects
from troubleshooter.facts.of_rival_servers import about_left_out
from troubleshooter.facts.of_server_routes import about_server_routes
from troubleshooter.facts.of_sni import about_sni
from troubleshooter.facts.of_tls_routes import about_tls_routes
from troubleshooter.mesh import Mesh
from troubleshooter.model import HopKind, Request
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.gateway.entering import gateways_seen


def about_way_in(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """Everything about the gateways on a branch; `hop` is the one in focus."""
    about_gateway_end(case, mesh, request, trail)
    about_port_of_request(case, mesh, request, trail)
    about_client_certificate(case, mesh, trail, hop)
    about_door(case, mesh, request, trail, hop)
    about_tls_routes(case, mesh, request, trail, hop)
    about_server_routes(case, mesh, request, trail, hop)
    about_left_out(case, mesh, request, trail, hop)
    about_sni(case, mesh, request, trail)
    about_redirects(case, mesh, request, trail)
    if hop.kind is not HopKind.GATEWAY or not (hop.server or hop.party.gateways):
        return
    about_passthrough(case, mesh, request, hop)
    about_mesh_alone(case, mesh, trail, hop)
    about_hosts(case, mesh, request, trail, hop)
    gateway = hop.server.gateway if hop.server else hop.party.gateways[0]
    about_gateway(case, mesh, gateway, seen=gateways_seen(mesh))
    if hop.server is not None and hop.party.workload is not None:
        about_secret(case, mesh, hop.server, [hop.party.workload])
