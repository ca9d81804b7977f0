"""A request as the proxy at a hop sees it, for its policies: the peer, the addresses, and what HTTP shows.

Must not know what the policies say.
Sources: https://istio.io/latest/docs/concepts/security/#dependency-on-mutual-tls;
https://istio.io/latest/docs/reference/config/security/conditions/;
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-for (whose address is
the client's; a sidecar adds none and takes the last one, a gateway adds that of its peer).
"""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.mesh.control_plane.proxy_config import own_config
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.policy.mtls import Sends
from troubleshooter.mesh.policy.normalization import normalized
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.mesh.policy.tokens import Credentials
from troubleshooter.mesh.routing.matching import authority
from troubleshooter.model import HopKind, Request
from troubleshooter.walk.basis.decisions import Hop, Trail


def subject_of(mesh: Mesh, request: Request, trail: Trail, credentials: Credentials) -> Subject:
    """The request as the proxy at the last hop sees it: the peer of the hop before, and what HTTP shows."""
    hop, peer = trail.hop, peer_of(mesh, trail)
    return Subject(
        principal=peer.principal,
        namespace=peer.namespace,
        request_principal=credentials.principal,
        claims=credentials.claims or {},
        host=authority(request),
        method=request.method,
        path=as_proxies_see(mesh, request),
        headers=request.headers,
        port=_local_port(mesh, request, trail),
        http=hop.family == "http",
        unknown=peer.unknown,
        trust_domains=mesh.settings.trust_domains,
        peers=_peers(request, trail.hops[-2] if len(trail.hops) > 1 else None),
        clients=_clients(mesh, request, trail),
        addresses=(hop.endpoint.address,) if hop.endpoint and hop.endpoint.address else (),
        sni=_sni(request, trail.peer, hop),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who the certificate on the connection says it is: `TRUST DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, "" without mutual TLS;
    `unknown` are the fields of a rule that cannot be told of a client that is assumed."""

    principal: str = ""
    namespace: str = ""
    unknown: frozenset[str] = frozenset()


def peer_of(mesh: Mesh, trail: Trail) -> Peer:
    """The peer of the last hop: who ended mutual TLS with it."""
    sender = trail.peer
    if sender is None or sender.offer is None or sender.offer.sends is not Sends.MTLS or trail.hop.passes_on:
        return Peer()
    if sender.passes_on:  # it came from another network, and the way is known from its gateway on
        return Peer(unknown=OF_THE_PEER)
    party = sender.party
    if party.assumed or party.pod is None:
        return Peer(namespace=party.namespace, unknown=OF_THE_PEER)
    domain = mesh.seen_from(party.cluster).settings.trust_domain
    principal = f"{domain}/ns/{party.namespace}/sa/{party.pod.service_account}"
    return Peer(principal=principal, namespace=party.namespace)


def as_proxies_see(mesh: Mesh, request: Request) -> str:
    """The path of a request, normalized as the mesh says."""
    return normalized(request.path, mesh.settings.path_normalization)


def _peers(request: Request, sender: Hop | None) -> tuple[str, ...]:
    """The addresses from which the connection may come: of the pod that was named, or of all pods of the workload. None
    where not all of them are known."""
    party = sender.party if sender is not None else None
    if party is None or party.pod is None or party.workload is None or party.assumed:
        return ()
    named = party.pod.name == request.source.partition("@")[0].rpartition("/")[2]
    found = tuple(p.address for p in ((party.pod,) if named else party.workload.staying))
    return found if all(found) else ()


def _clients(mesh: Mesh, request: Request, trail: Trail) -> tuple[str, ...]:
    """The addresses that the client behind all proxies may have: of those that came in X-Forwarded-For a sidecar takes
    the last, which is the peer of the gateway before it; a gateway the one that the proxies leave which it trusts, and
    the peer where it trusts none."""
    sender = trail.hops[-2] if len(trail.hops) > 1 else None
    if trail.hop.family != "http":
        return _peers(request, sender)
    forwarded = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    if trail.hop.kind is HopKind.GATEWAY:
        pod = trail.hop.party.pod
        trusted = mesh.settings.trusted_proxies(own_config(pod.annotations) if pod else {})
        return (forwarded[-trusted],) if 0 < trusted <= len(forwarded) else _peers(request, sender)
    gateway = next((n for n in range(len(trail.hops) - 2, -1, -1) if trail.hops[n].kind is HopKind.GATEWAY), None)
    if gateway is not None:
        return _peers(request, trail.hops[gateway - 1] if gateway else None)
    return (forwarded[-1],) if forwarded else _peers(request, sender)


def _sni(request: Request, sender: Hop | None, hop: Hop) -> str | None:
    """The name in the TLS hello of the connection, "" without one, None where it is not known."""
    if sender is None:
        return (request.sni or request.host) if request.scheme == "https" else ""
    if sender.offer is None or sender.offer.sends not in {Sends.MTLS, Sends.PLAINTEXT}:
        return None
    if sender.offer.sends is Sends.MTLS:
        return sender.offer.sni
    return "" if hop.family == "http" or request.scheme != "https" else None


def _local_port(mesh: Mesh, request: Request, trail: Trail) -> int:
    """The container port on which the connection came in: policies name that one, not the Service's."""
    hop = trail.hop
    if hop.endpoint is not None:
        return hop.endpoint.port
    workload, server = hop.party.workload, hop.server
    there = mesh.gateways.opened(mesh.gateways.for_workload(workload), workload) if workload else []
    same = (o.port for o in there if server and o.server.gateway is server.gateway and o.server.index == server.index)
    return next(same, request.port)


OF_THE_PEER = frozenset({"principals", "namespaces", "serviceAccounts"})
"""What a rule may ask of a peer, and what of an assumed client is not known."""
