"""When an object that was not seen counts: what of a stage depends on such objects at all.

Each takes the moment of one step and says whether it does. Must not know which kinds ask, or what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.gateway.credentials import named_by
from troubleshooter.mesh.gateway.nodes import OUTSIDE, keeps_local, node_matters
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.policy.policies import Decision
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import HopKind, Request, StageVerdict, Step
from troubleshooter.walk.basis.decisions import Hop, Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A step of a trail, at its hop, with the mesh as the proxies there have it, and as a whole."""

    mesh: Mesh
    whole: Mesh
    request: Request
    trail: Trail
    hop: Hop
    step: Step


Condition: TypeAlias = Callable[[Moment], bool]


def always(_: Moment) -> bool:
    """For kinds on which a stage always rests."""
    return True


def fails(now: Moment) -> bool:
    """What passes would pass with more objects too."""
    return now.step.verdict is StageVerdict.FAIL


def not_denied(now: Moment) -> bool:
    """A policy that denies a request does so whatever others say."""
    judgement = now.hop.judgement
    return not fails(now) or judgement is None or judgement.decision is not Decision.DENIED


def destination_is_there(now: Moment) -> bool:
    """Of a host or port that does not exist no rule makes a cluster."""
    return now.hop.cluster is None or now.hop.cluster.missing not in {"host", "port"}


def with_credentials(now: Moment) -> bool:
    """A request that carries nothing which could be a token is not refused for one."""
    return bool(now.request.headers or now.request.claims or "?" in now.request.path)


def with_secret(now: Moment) -> bool:
    """Whether the server has its certificate from a Secret."""
    return now.hop.server is not None and bool(list(named_by(now.hop.server, now.hop.party.namespace)))


def old_http(now: Moment) -> bool:
    """Whether the client speaks HTTP/1.0, which proxies take if a variable of theirs says so."""
    return now.request.http10


def by_endpoints(now: Moment) -> bool:
    """Whether names or listeners are made for each endpoint."""
    return bool(now.hop.member) or (now.hop.service is not None and now.hop.service.headless)


def several_clusters(now: Moment) -> bool:
    """Whether several Kubernetes clusters share the mesh."""
    return now.mesh.several


def passes_on(now: Moment) -> bool:
    """Whether the gateway passes the TLS of the mesh on, to subsets too."""
    return now.hop.passes_on


def of_a_gateway(now: Moment) -> bool:
    """Whether the proxy here is one that Gateways configure."""
    return bool(now.hop.party.pod and now.hop.party.pod.gateway)


def to_a_gateway(now: Moment) -> bool:
    """Whether the proxy at the far end is one that Gateways configure."""
    endpoint = now.hop.endpoint
    return bool(endpoint and endpoint.pod and endpoint.pod.gateway)


def stands_for_pods(now: Moment) -> bool:
    """Whether pods were foretold from templates, or none were seen where they would be."""
    held = [p for p in _pods(now) if p.standin]
    service = now.hop.cluster.service if now.hop.cluster else now.hop.service
    unread = service is not None and not now.mesh.index.saw_running(CORE, "Pod", service.namespace)
    return bool(held) or unread or now.hop.party.pod is None


def by_namespace(now: Moment) -> bool:
    """Whether labels of the namespace say what takes the connection: a proxy that was seen does."""
    pod, assumed = now.hop.party.pod, now.hop.party.assumed
    return (not assumed and (pod is None or _labelled(pod))) or _chooses_namespaces(now)


def ends_by_namespace(now: Moment) -> bool:
    """The same of the endpoints."""
    found = now.hop.endpoints
    behind = (e.pod for e in found.all) if found else ()
    return any(p is not None and _labelled(p) for p in behind) or now.mesh.several or _chooses_namespaces(now)


def _labelled(pod: Pod) -> bool:
    return pod.standin or not pod.proxy


def _chooses_namespaces(now: Moment) -> bool:
    return bool(now.mesh.settings.values.get("discoverySelectors"))


def by_node(now: Moment) -> bool:
    """Whether endpoints are chosen by where they are."""
    cluster = now.hop.cluster
    return cluster is None or cluster.rule is not None or node_matters(now.mesh.index) or now.mesh.several


def to_a_node(now: Moment) -> bool:
    """Whether a client outside dials an address, which may be a node's, or it counts at which node it comes in."""
    workload = now.hop.party.workload
    entered = now.mesh.registry.selecting(workload) if workload else []
    by_node = any(keeps_local(s.object, OUTSIDE) for s in entered)
    return now.step.hop == 0 and (hosts.is_address(now.request.host) or by_node or fails(now))


def outside_unnamed(now: Moment) -> bool:
    """Whether the gateway was found by what it serves, or nobody serves the host."""
    first = now.trail.hops[0]
    named = now.request.source.startswith("gateway:")
    unknown = not now.request.source and first.service is None
    return (first.kind is HopKind.GATEWAY and not named) or unknown


def outside_unasked(now: Moment) -> bool:
    """Whether a client outside was assumed, because no service has the host."""
    return not now.request.source and now.trail.hops[0].kind is HopKind.GATEWAY


def outside_unmanned(now: Moment) -> bool:
    """Whether no pods were found behind the gateway."""
    first = now.trail.hops[0]
    return first.kind is HopKind.GATEWAY and first.party.workload is None


def _pods(now: Moment) -> Iterable[Pod]:
    """Those at this hop, and those that it may send to."""
    if now.hop.party.pod is not None and not now.hop.party.assumed:
        yield now.hop.party.pod
    for endpoint in now.hop.endpoints.all if now.hop.endpoints else ():
        if endpoint.pod is not None:
            yield endpoint.pod
