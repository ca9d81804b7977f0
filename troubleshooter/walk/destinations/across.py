"""Endpoints of other networks, as istiod gives them to one proxy: the gateways of their network stand in their place.

Decides which endpoints a proxy dials itself, which it reaches through a gateway and with what weight, and which it is
not given at all. Must not know how the connection fares.
Source: `EndpointsByNetworkFilter` in istio/istio pilot/pkg/xds/endpoints/ep_filters.go and `checkMtlsEnabled` in
mtls_checker.go there: only what takes mutual TLS can be told apart by SNI at a gateway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.multicluster.networks import NetworkGateway
from troubleshooter.mesh.policy.mtls import TLS_MODES, Mode, Sends
from troubleshooter.mesh.service.endpoints import Absence, Endpoints
from troubleshooter.mesh.service.locality import CLUSTER, NETWORK
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.walk.basis.decisions import Cluster, Trail
from troubleshooter.walk.caller.names import answered_by_proxy


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a proxy is given of some endpoints: `dialled` (itself, or a gateway), and `withheld` because they take no
    mutual TLS and lie in another network, or behind a gateway that passes it on."""

    dialled: tuple[Endpoint, ...]
    withheld: tuple[Endpoint, ...] = ()


def given_to(mesh: Mesh, trail: Trail, endpoints: Sequence[Endpoint]) -> Given:
    """What the proxy at this hop is given of the endpoints of its cluster. A gateway that passes the TLS of the mesh on
    gets none that proxies would send plaintext to.

    Source: `EndpointsWithMTLSFilter` in istio/istio pilot/pkg/xds/endpoints/ep_filters.go.
    """
    if not trail.hop.passes_on:
        return _in_reach(mesh, trail, endpoints)
    mutual = [e for e in endpoints if _takes_mutual_tls(mesh, trail, e)]
    given = _in_reach(mesh, trail, mutual)
    return replace(given, withheld=(*(e for e in endpoints if e not in mutual), *given.withheld))


def _in_reach(mesh: Mesh, trail: Trail, endpoints: Sequence[Endpoint]) -> Given:
    """What of them lies in the proxy's own network, and the gateways to what does not."""
    networks, pod = mesh.networks, trail.hop.party.pod
    if not networks.gateways or pod is None:
        return Given(dialled=tuple(endpoints))
    own = own_network(mesh, trail)
    direct: list[Endpoint] = []
    withheld: list[Endpoint] = []
    behind: dict[tuple[str, NetworkGateway], int] = {}
    for endpoint in endpoints:
        ways = networks.into(endpoint.network, endpoint.cluster)
        weight = endpoint.weight * networks.scale
        if not networks.visible(pod, endpoint.network):
            continue
        if near(own, endpoint) or not ways:
            direct.append(_weighing(endpoint, weight))
        elif not _takes_mutual_tls(mesh, trail, endpoint):
            withheld.append(endpoint)
        else:
            for way in ways:
                place = (endpoint.locality, way)
                behind[place] = behind.get(place, 0) + weight // len(ways)
    relays = [_relay(mesh, way, locality, weight) for (locality, way), weight in behind.items()]
    relays.sort(key=lambda e: (e.locality, e.address, e.port))
    return Given(dialled=(*direct, *relays), withheld=tuple(withheld))


def own_network(mesh: Mesh, trail: Trail) -> str:
    """The network of the proxy at this hop, "" if nothing says it."""
    party = trail.hop.party
    return mesh.networks.of_proxy(party.pod, party.cluster) if party.pod else ""


def near(own: str, endpoint: Endpoint) -> bool:
    """Whether an endpoint is in a proxy's own network; what belongs to none is in every one."""
    return not own or not endpoint.network or own == endpoint.network


def of_gateway(mesh: Mesh, way: NetworkGateway) -> tuple[Workload, Pod] | None:
    """The pods behind a network's gateway, a ready one if there is any; None where none were seen."""
    service = way.service
    if service is None or not service.selector:
        return None
    there = mesh.seen_from(service.object.cluster).workloads.meant(service.namespace, service.selector)
    held = [(w, p) for w, p in there if p.owner.cluster == service.object.cluster]
    return min(held, key=lambda pair: not pair[1].ready, default=None)


def _relay(mesh: Mesh, way: NetworkGateway, locality: str, weight: int) -> Endpoint:
    """The gateway of a network as an endpoint: it keeps the locality of what is behind it, and has no labels but those
    of its place."""
    workload, pod = of_gateway(mesh, way) or (None, None)
    port = way.service.port(way.inner) if way.service else None
    target = pod.port_named(port.target) if pod and port and isinstance(port.target, str) else port and port.target
    return Endpoint(
        address=way.address,
        port=way.port,
        workload=workload,
        pod=pod,
        locality=locality,
        network=way.network,
        weight=weight or 1,
        labels={CLUSTER: way.cluster, NETWORK: way.network},
        enrolled=True,
        cluster=way.cluster,
        relay=target if isinstance(target, int) else way.port,
    )


def _weighing(endpoint: Endpoint, weight: int) -> Endpoint:
    return endpoint if endpoint.weight == weight else replace(endpoint, weight=weight)


def _takes_mutual_tls(mesh: Mesh, trail: Trail, endpoint: Endpoint) -> bool:
    """Whether istiod takes it that proxies send mutual TLS to an endpoint: the DestinationRule's word, else its own and
    that of the policies in the sender's configuration. Of a subset the subset's own word counts, whatever its rule says
    of TLS and the subset inherits."""
    cluster = trail.hop.cluster
    rule = cluster.rule if isinstance(cluster, Cluster) else None
    said = rule.tls_beyond(cluster.port, cluster.subset) if rule and cluster else None
    if said is not None:
        return TLS_MODES.get(str(said.get("mode") or "DISABLE").upper()) is Sends.MTLS
    if not endpoint.mutual:
        return False
    pod = endpoint.pod
    return pod is None or mesh.peer_authentications.accepts(pod, endpoint.port).mode is not Mode.DISABLE


def at_home(mesh: Mesh, trail: Trail, found: Endpoints, *, far: bool) -> Endpoints:
    """What a client gets who goes by the addresses of its own Kubernetes cluster: the pods there. Where its proxy
    answers for the DNS, a headless Service (`far`) is every pod of its network, whatever cluster it is in.

    Source: `BuildNameTable` in istio/istio pkg/dns/server/name_table.go (ENABLE_MULTICLUSTER_HEADLESS, on by default).
    """
    party = trail.hop.party
    if party.pod is None or not party.cluster:
        return found
    own = own_network(mesh, trail) if far and answered_by_proxy(mesh, party.pod) else None
    kept = tuple(e for e in found.all if e.cluster in ("", party.cluster) or (own is not None and near(own, e)))
    if len(kept) == len(found.all):
        return found
    ready = any(e.healthy for e in kept)
    return replace(found, all=kept, absence=Absence.NONE if ready else Absence.NO_ADDRESSES)
