"""The endpoints that the proxy that sends has, held against those that the walk gives it, with their localities.

Decides: that all endpoints of a locality never came, or that priorities are not those that follow from its own locality
and the rule in force. Only endpoints with addresses that were seen count, and only where some of them are there. What
depends on the caller's locality is judged for the very pod alone, and where the mesh config was seen, which may switch
it off. Must not know which cause follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from troubleshooter.evidence import parse_cluster
from troubleshooter.evidence.envoy.proxies import Proxy
from troubleshooter.evidence.envoy.status import Host
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.against_walk import proxy_at
from troubleshooter.facts.of_evidence.asked import object_of
from troubleshooter.facts.of_evidence.ends import ends_of
from troubleshooter.facts.of_evidence.held import Held, Piece
from troubleshooter.facts.of_evidence.proxies_alone import pod_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.locality import Spread
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.model import Source
from troubleshooter.walk import Hop

Address = tuple[str, int]
AS_WALKED = "as-walked"


def about_placement(case: CaseBuilder, scene: Scene) -> None:
    """Whether the sending proxy has the endpoints of all localities, at the priorities that they should have."""
    hop = scene.hop
    proxy = _sender(scene, hop) if scene.trail and hop and hop.placement else None
    cluster = hop.cluster.name if hop and hop.cluster else ""
    if proxy is None or hop is None or hop.placement is None or parse_cluster(cluster) is None:
        return
    hosts = Held(proxy).hosts(cluster)
    wanted = {(one.address, one.port): one for one in hop.placement.endpoints}
    there = {(one.address, one.port): one for one in hosts.value} if hosts else {}
    same = wanted.keys() & there.keys()
    if hosts is None or not same or not all(map(_seen, wanted.values())) or "evidence.config_lost" in case.facts:
        return
    lacking = _lacking(wanted, there, hop)
    word = "lacking" if lacking else ""
    if not lacking and _comparable(scene.mesh, proxy, hop) and _same_rule(Held(proxy), hop):
        word = _order(sorted((wanted[one].priority, there[one].priority) for one in same))
    if word:
        _tell(case, proxy, hop, word, _at(hosts, f"no endpoint in {lacking}" if lacking else _shown(there)))
    if word not in ("", AS_WALKED):
        place = (
            f"the endpoints of {cluster} in {lacking}" if lacking else f"the priorities of the endpoints of {cluster}"
        )
        case.detail("evidence.config_part", place)


def _sender(scene: Scene, hop: Hop) -> Proxy | None:
    """The proxy of the hop; of pages that name no pod, the one that has the cluster."""
    named, sender = proxy_at(scene, hop), ends_of(scene).sender
    return named or (sender if sender is not None and not sender.node.pod else None)


def _seen(endpoint: Endpoint) -> bool:
    """Whether it is known where this is, and that it is no gateway between networks."""
    return bool(endpoint.address) and not endpoint.relay and not (endpoint.pod and endpoint.pod.standin)


def _lacking(wanted: Mapping[Address, Endpoint], there: Mapping[Address, Host], hop: Hop) -> str:
    """The first locality of which the proxy has nothing, neither an endpoint that was expected nor another. "" as well
    where the two do not speak of the same localities, or the proxy has endpoints that are no more: then pods were
    replaced meanwhile, perhaps in a locality where none was before."""
    known = {(one.address, one.port) for one in hop.endpoints.all} if hop.endpoints else set()
    if not there.keys() <= known | wanted.keys():
        return ""
    same = wanted.keys() & there.keys()
    held = {host.locality for host in there.values()}
    if "" in held or any(wanted[one].locality != there[one].locality for one in same):
        return ""
    return next((one.locality for one in wanted.values() if one.locality and one.locality not in held), "")


def _comparable(mesh: Mesh, proxy: Proxy, hop: Hop) -> bool:
    """Whether the walk knows all that its priorities follow from."""
    pod, placement = hop.party.pod, hop.placement
    if pod is None or placement is None or placement.spread is Spread.WEIGHTS:
        return False
    own = (proxy.node.pod, proxy.node.namespace) == (pod.name, pod.namespace)
    settings = mesh.settings
    return own and proxy.node.locality in ("", pod.locality) and settings.source is not None and settings.readable


def _same_rule(held: Held, hop: Hop) -> bool:
    """Whether the proxy's cluster comes from the DestinationRule that the walk applies, or from none: from another it
    may differ because that was not seen."""
    cluster = hop.cluster
    found = held.cluster(cluster.name) if cluster else None
    made_from = object_of(found.value.made_from, "DestinationRule") if found else None
    own = cluster.rule.objects if cluster and cluster.rule else ()
    return made_from is None or (made_from.namespace, made_from.name) in {(one.namespace, one.name) for one in own}


def _order(pairs: Sequence[tuple[int, int]]) -> str:
    """How the priorities of the same endpoints, by the walk and by the proxy, agree."""
    should, are = ({pair[side] for pair in pairs} for side in (0, 1))
    if len(should) > 1 and len(are) == 1:
        return "flat"
    if len(should) == 1 and len(are) > 1:
        return "ranked"
    held: dict[int, set[int]] = {}
    for wanted, had in pairs:
        held.setdefault(wanted, set()).add(had)
    levels = [held[level] for level in sorted(held)]
    apart = all(max(near) < min(far) for near, far in pairwise(levels))
    return AS_WALKED if apart and all(len(level) == 1 for level in levels) else "other"


def _at(hosts: Piece[tuple[Host, ...]], text: str) -> Source:
    return Source(file=hosts.source.file, line=hosts.source.line, text=text)


def _shown(there: Mapping[Address, Host]) -> str:
    """The priorities of the first endpoints."""
    shown = [f"{address}:{port} has priority {host.priority}" for (address, port), host in list(there.items())[:3]]
    return ", ".join(shown) + (f" and {len(there) - 3} more" if len(there) > 3 else "")


def _tell(case: CaseBuilder, proxy: Proxy, hop: Hop, word: str, source: Source) -> None:
    """The word, and, where something is not as it should be, whose proxy it is."""
    owner = hop.party.workload
    places = [owner.object.at("metadata.name")] if owner and word != AS_WALKED else []
    case.seen("evidence.placement", word, source, *places)
    if word != AS_WALKED:
        case.role("pod", pod_of(proxy.node))
        case.detail("pod.ref", proxy.node.pod)
