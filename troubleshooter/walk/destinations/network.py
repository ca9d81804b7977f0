"""What the network between two ends makes of a connection: whether there is a way at all, and NetworkPolicies.

Must not know proxies: they have no part in it. Networks of different names are such that pods of one do not reach
those of another. A connection to nowhere is given up after some time; what that looks like was seen on a real Envoy.
Source: https://istio.io/latest/docs/ops/deployment/deployment-models/#network-models.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.multicluster.networks import DEFAULT_PORT
from troubleshooter.mesh.policy.network_plugins import enforcer, rules_beside
from troubleshooter.mesh.policy.network_policies import GROUP, KIND, Stop, Way, stopped_by
from troubleshooter.mesh.service.services import Endpoint, Service
from troubleshooter.model import Connection, Object, Outcome, Request, Resource, Stage, StageVerdict
from troubleshooter.walk.basis.decisions import Hop, Trail, dropped, http
from troubleshooter.walk.basis.failures import TIMEOUT
from troubleshooter.walk.basis.interception import in_ambient
from troubleshooter.walk.destinations.across import near, own_network


class Obstacle(StrEnum):
    """Why there is no way to an endpoint of another network."""

    NO_GATEWAY = "no-gateway"
    """No Service is the gateway of its network."""
    NO_LABEL = "no-label"
    """A Service has the port of such gateways and their pods, and does not say of which network."""
    NO_ADDRESS = "no-address"
    NO_PORT = "no-port"
    NO_PODS = "no-pods"
    NOT_READY = "not-ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A way that is closed: why, in words, the place that says so, and the networks on both sides."""

    why: Obstacle
    said: str
    place: Resource | None
    near: str
    far: str


def cross(mesh: Mesh, _request: Request, trail: Trail) -> Trail:
    """endpoint, once more: fails where no way leads to it, or a NetworkPolicy that is enforced stops the connection;
    unknown where one holds and no rule surely lets it through."""
    endpoint, last = trail.hop.endpoint, trail.steps[-1]
    if endpoint is None or last.stage is not Stage.ENDPOINT or last.verdict is not StageVerdict.PASS:
        return trail
    closed = way_closed(mesh, trail)
    if closed is not None:
        return trail.instead(Stage.ENDPOINT, closed.said, given_up(trail), resource=closed.place, result=last.result)
    stop = policy_stop(mesh, trail.hop)
    if stop is None:
        return trail
    said = f"no rule of {stop.policy} lets a connection to port {endpoint.port} through there"
    if stop.sure and enforced_by(mesh, stop.policy) is not None:
        return trail.instead(Stage.ENDPOINT, said, given_up(trail), resource=stop.place, result=last.result)
    doubt = "if the network of the cluster enforces it" if stop.sure else "as far as can be told"
    before = replace(trail, steps=trail.steps[:-1])
    return before.unknown(Stage.ENDPOINT, f"{said}, {doubt}", resource=stop.place, result=last.result)


def policy_stop(mesh: Mesh, hop: Hop) -> Stop | None:
    """The NetworkPolicy of one end that does not, or perhaps not, let the connection to the chosen endpoint through. It
    is no sure one where the client is only assumed, or an end is in ambient mode, whose connections go to another
    port."""
    endpoint, party = hop.endpoint, hop.party
    if endpoint is None or endpoint.relay:
        return None
    stop = stopped_by(mesh.index, Way(caller=party.pod, target=endpoint.pod, port=endpoint.port))
    if stop is None or not stop.sure:
        return stop
    unseen = mesh.index.unseen((GROUP, KIND), (stop.policy.namespace,)) or rules_beside(mesh.index)
    carried = any(pod and in_ambient(mesh, pod) for pod in (party.pod, endpoint.pod))
    return replace(stop, sure=not (unseen or carried or party.assumed))


def enforced_by(mesh: Mesh, policy: Object) -> Object | None:
    """What is known to enforce a NetworkPolicy."""
    return enforcer(mesh.index, policy.cluster)


def given_up(trail: Trail) -> Outcome:
    """What a client gets whose connection nobody answers."""
    if trail.hop.family == "http" and trail.hop.party.proxied:
        return http(503, "UF", details=TIMEOUT)
    return dropped(Connection.TIMEOUT, "UF") if trail.hop.party.proxied else dropped(Connection.TIMEOUT)


def way_closed(mesh: Mesh, trail: Trail) -> Closed | None:
    """Why no way leads to the endpoint that was chosen; None where one does, or nothing tells that none does."""
    endpoint = trail.hop.endpoint
    if endpoint is None:
        return None
    own = own_network(mesh, trail)
    if not endpoint.relay and near(own, endpoint):
        return None
    found = _behind(mesh, endpoint) if endpoint.relay else _apart(mesh, endpoint, own)
    if found is None:
        return None
    why, said, place = found
    return Closed(why=why, said=said, place=place, near=own, far=endpoint.network)


def _apart(mesh: Mesh, endpoint: Endpoint, own: str) -> tuple[Obstacle, str, Resource | None]:
    """A pod of another network, for which no gateway is known, cannot be dialled."""
    held = [s for s in mesh.registry.all if not s.entry and mesh.networks.meant_for(s.object) == endpoint.network]
    said = f"{endpoint.workload or endpoint.address} is in {endpoint.network}, the caller in {own}"
    if held:
        gateway = held[0].object
        said = f"{said}, and {gateway}, the gateway between them, has no address"
        return Obstacle.NO_ADDRESS, said, gateway.at("status.loadBalancer")
    meant = [s for s in mesh.registry.all if s.object.cluster == endpoint.cluster and _looks_like_one(mesh, s)]
    if len(meant) == 1:
        said = f"{said}, and {meant[0].object} does not say that it is the gateway between them"
        return Obstacle.NO_LABEL, said, meant[0].object.at("metadata.labels")
    place = endpoint.workload.object.at() if endpoint.workload else None
    return Obstacle.NO_GATEWAY, f"{said}, and no gateway leads there", place


def _behind(mesh: Mesh, endpoint: Endpoint) -> tuple[Obstacle, str, Resource] | None:
    """Why the gateway of another network takes no connection: nobody is behind its Service, or not on this port."""
    service = _service_at(mesh, endpoint)
    if service is None:
        return None
    thing = service.object
    inner = {way.inner for way in mesh.networks.gateways if way.service is service}
    if not any(service.port(number) for number in inner):
        number = ", ".join(map(str, sorted(inner)))
        said = f"{thing} has no port {number}, on which connections between networks come in"
        return Obstacle.NO_PORT, said, thing.at("spec.ports")
    if endpoint.pod is None and not mesh.workloads.inside(service.namespace):
        return None
    if endpoint.pod is None:
        said = f"no pods are behind {thing}, the gateway of {endpoint.network}"
        return Obstacle.NO_PODS, said, thing.at("spec.selector")
    if not endpoint.pod.ready or not (endpoint.workload and endpoint.workload.pods):
        return Obstacle.NOT_READY, f"no pod behind {thing} is ready", endpoint.pod.owner.at("status")
    return None


def _looks_like_one(mesh: Mesh, service: Service) -> bool:
    """Whether a Service has the port between networks, and pods behind it that are gateways."""
    if service.entry or service.port(DEFAULT_PORT) is None:
        return False
    behind = mesh.workloads.meant(service.namespace, service.selector)
    return any(p.gateway and p.owner.cluster == service.object.cluster for _, p in behind)


def _service_at(mesh: Mesh, endpoint: Endpoint) -> Service | None:
    ways = (way for way in mesh.networks.gateways if (way.address, way.port) == (endpoint.address, endpoint.port))
    return next((way.service for way in ways if way.network == endpoint.network and way.service), None)
