"""The rows of the catalogue about a request, who makes it, and the routes and gateways that it meets."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

from troubleshooter.facts.words import PRESENCE, YES_NO
from troubleshooter.mesh.matching import Difference

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    # request and caller
    ("request.protocol", ("http", "tls", "tcp"), "What the client itself speaks.", "walk"),
    ("request.http_version", ("old", "later"), "Whether the client speaks HTTP/1.0 (or older), or a later version.", "evidence"),
    ("request.read_as", ("http", "http1", "tls", "tcp", "unreadable"), "As what the proxies read it; unreadable where a port is declared HTTP and the client speaks none, http1 where gRPC is sent on in HTTP/1.1.", "walk"),
    ("request.resolves", YES_NO, "Whether the host is a name that resolves, as far as the cluster says.", "walk"),
    ("request.named_by", ("service-entry", "elsewhere", "other-cluster", "virtual-service", "nothing"), "What has a name of the cluster that does not resolve.", "walk"),
    ("caller.dns", ("proxy", "cluster", "no-proxy"), "Who answers its DNS queries where a ServiceEntry has the name: its proxy, or the DNS of the cluster (it may have no proxy).", "walk"),
    ("request.destination", ("registered", "hidden", "routed", "unregistered", "address"), "What the caller's proxy knows of the host.", "walk"),
    ("caller.proxy", PRESENCE, "Whether a proxy takes the connection where it is made.", "walk"),
    ("request.origin", ("workload", "outside"), "Who made it at first, where it goes through a gateway.", "walk"),
    ("request.rewritten", YES_NO, "Whether a route has changed its path on the way.", "walk"),
    ("caller.capture", ("taken", "excluded", "no-proxy"), "Whether its proxy takes this connection.", "walk"),
    ("caller.outbound_policy", ("allow-any", "registry-only"), "What its proxy does with destinations that it does not know.", "walk"),
    ("caller.http_listener", PRESENCE, "Whether its proxy reads the port as HTTP, because some service has it so.", "walk"),
    ("caller.kind", ("workload", "gateway", "outside", "assumed"), "What sends the request over this connection.", "walk"),
    ("caller.excluded_ports", ("one", "several"), "How many ports its annotation leaves out, where it leaves out this one.", "walk"),
    ("caller.excluded_ranges", ("one", "several", "not-included", "none-included"), "How its annotation leaves the address out: by one range or beside others, or since it lists no range for it, or none at all.", "walk"),
    ("caller.identity", ("known", "none"), "Whether the far end sees a mesh identity of the caller.", "walk"),
    # listener and route
    ("route.match", ("matched", "none", "implicit", "unbound", "not-used"), "Which route took the request.", "walk"),
    ("route.mismatch", (*Difference, "several"), "In what the nearest route differs from the request.", "walk"),
    ("route.default", PRESENCE, "Whether some route takes whatever the others do not.", "walk"),
    ("route.shadowed", ("no-match", "equal", "prefix", "wider", "none"), "How a route takes all that one behind it could take, so that it never gets a request.", "mesh"),
    ("route.shadow_mend", ("move", "remove"), "Whether the route behind can be moved in front.", "mesh"),
    ("route.timeout", ("route", "try", "both", "none"), "Which limits of time it sets: for the whole request, for each try.", "walk"),
    ("route.rewrite", ("doubled", "glued", "kept", "clean", "none"), "What becomes of the path: slashes doubled or lost at the joint, the prefix kept, or nothing of that kind.", "walk"),
    ("route.fault", ("abort", "delay", "both", "none"), "What the route that took the request does to requests on purpose.", "walk"),
    ("virtual_service.http_routes", PRESENCE, "Whether it has http routes for the host.", "mesh"),
    ("virtual_service.exported", YES_NO, "Whether the one that would take a request which finds no route, or goes astray, is exported to the proxy.", "walk"),
    ("virtual_service.for_gateways_only", YES_NO, "Whether one that is for gateways alone would send a call inside the mesh where it is expected.", "walk"),
    ("virtual_service.mesh_host", ("met", "short", "partial", "full"), "How a host for the mesh is written that means a Service and is not its full name.", "mesh"),
    ("virtual_service.rival", ("left-out", "same-match", "none"), "What another VirtualService for its host suffers from it: sidecars leave it out, or at a gateway it asks for the same.", "mesh"),
    ("virtual_service.rival_order", ("age", "export", "not-known"), "By what one of the two counts first: it is older, or exported to fewer namespaces.", "mesh"),
    ("virtual_service.rival_gateways", ("same", "other"), "Whether both name the same Gateway, or none.", "mesh"),
    ("virtual_service.rival_mend", ("merge", "by-hand"), "Whether the two can be put together.", "mesh"),
    ("virtual_service.gateway_ref", ("found", "not-found"), "Whether every Gateway that it names exists.", "mesh"),
    ("virtual_service.gateway_namespace", ("seen", "not-seen"), "Whether the namespace of the missing Gateway was looked at.", "mesh"),
    ("virtual_service.gateway_form", ("short", "full"), "Whether the missing Gateway's name is without a namespace.", "mesh"),
    ("virtual_service.gateway_guess", ("one", "none"), "Whether exactly one Gateway could be the one meant.", "mesh"),
    ("virtual_service.gateway_hosts", ("met", "apart", "not-served", "other-namespace"), "Whether its Gateway takes its hosts: all apart, not the one asked for, or from another namespace only.", "mesh"),
    ("virtual_service.passthrough", ("http-only", "routed"), "Whether one that is bound to a server which passes TLS through has http routes alone.", "walk"),
    ("virtual_service.host_mend", ("gateway", "here", "none"), "Which of it and its Gateway is probably to get the other's host.", "mesh"),
    ("request.host_routes", ("here", "elsewhere", "none"), "Which VirtualServices have the host that is asked for at a gateway.", "walk"),
    ("request.host_header", ("known", "unknown"), "Whether the caller's proxy knows the host in a Host header of the client's own.", "walk"),
    ("request.host_served", YES_NO, "Whether a server of the gateway takes the host.", "walk"),
    ("request.host_guess", ("one", "none"), "Whether exactly one host could be the one that the client means.", "walk"),
    ("request.host_form", ("name", "address"), "Whether the client asks for a name or an IP address.", "walk"),
    ("route.redirect", ("to-itself", "elsewhere", "none"), "Whether a proxy sends the client to the very URL that it asked for.", "walk"),
    ("route.redirect_by", ("route", "gateway"), "Whether a route or the server of a Gateway redirects.", "walk"),
    ("route.redirect_port", ("one", "none"), "Whether plain requests come in on one port of their own beside those with TLS.", "walk"),
    ("gateway.https_redirect", YES_NO, "Whether the plaintext server that gets the request redirects to https.", "walk"),
    ("gateway.trusted_proxies", ("some", "none"), "Whether it believes proxies in front what they say of the client.", "walk"),
    ("gateway.redirect_door", ("own", "shared"), "Whether that server gets only requests whose TLS ended in front.", "walk"),
    ("gateway.decrypted_port", ("free", "taken"), "Whether the Service port of such requests has no server of its number yet.", "walk"),
    ("connection.tls_ends", ("load-balancer", "gateway"), "Where the client's TLS ends, which objects seldom tell.", "evidence"),
    ("request.sni", ("fits", "none", "other", "other-server", "coalesced"), "Whether the name in the TLS hello leads to the gateway's server for the host that is asked for.", "walk"),
    ("virtual_service.tls_matches", ("one", "several"), "How many matches its tls routes have.", "mesh"),
)  # fmt: skip
