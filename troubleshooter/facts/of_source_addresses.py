"""Facts about policies that go by the address of the client: by which address, and whose address a proxy saw.

Decides nothing about who was meant to pass. Must not know causes.
Sources: https://istio.io/latest/docs/tasks/security/authorization/authz-ingress/;
https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source;
https://kubernetes.io/docs/tutorials/services/source-ip/.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.nearest_rule import nearest
from troubleshooter.facts.observe import Observation
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.control_plane.proxy_config import own_config
from troubleshooter.mesh.policy.policies import Decision
from troubleshooter.mesh.policy.policy_rules import KEYS
from troubleshooter.mesh.policy.policy_values import within
from troubleshooter.model import HopKind, Object, Resource, as_list, as_map
from troubleshooter.walk import Hop, Trail

WORDS = {"ipBlocks": "ip-blocks", "remoteIpBlocks": "remote-ip-blocks"}
LOCAL = "Local"
PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)
"""Ranges of addresses that are not routed on the Internet (RFC 1918, RFC 6598, RFC 4193)."""


def about_source_address(
    case: CaseBuilder, mesh: Mesh, trail: Trail, hop: Hop, observation: Observation | None
) -> None:
    """By which address the ALLOW rule goes that did not let the request in, what the way in does to addresses, and what
    the log says of the one that was seen."""
    decision = case.facts.get("authorization_policy.decision")
    found = _asked(mesh, hop) if decision is not None and decision.word == Decision.IMPLICIT_DENY else None
    if found is None:
        return
    name, place, blocks = found
    case.fact("authorization_policy.address", WORDS[name], place)
    case.detail("authorization_policy.address_field", place.field)
    case.detail("authorization_policy.blocks", ", ".join(blocks))
    if hop.kind is HopKind.GATEWAY:
        _about_door(case, mesh, hop)
        if observation is not None:
            _about_seen(case, mesh, observation, blocks)
    elif name == "ipBlocks" and (gateway := _gateway_before(trail, hop)) is not None:
        case.fact("failure.client_address", "gateway", gateway)


def _gateway_before(trail: Trail, hop: Hop) -> Resource | None:
    """The gateway whose connection the proxy at a hop judges."""
    number = trail.hops.index(hop)
    before = trail.hops[number - 1] if number else None
    return before.party.resource if before is not None and before.kind is HopKind.GATEWAY else None


def _asked(mesh: Mesh, hop: Hop) -> tuple[str, Resource, list[str]] | None:
    """The field by which the nearest rule asks for an address and for nothing else that was missing, its place and
    blocks."""
    judgement = hop.judgement
    if judgement is None:
        return None
    near = nearest(judgement, mesh.settings.root_namespace)
    if near is not None:
        names = {KEYS.get(m.attribute, m.attribute) for m in near.misses}
        known = len(names) == 1 and names <= WORDS.keys()
        return (names.pop(), near.misses[0].place, list(near.misses[0].wanted)) if known else None
    if judgement.place is None or not judgement.decided_by:
        return None
    return _of_rule(judgement.decided_by[0], judgement.place)


def _of_rule(policy: Object, place: Resource) -> tuple[str, Resource, list[str]] | None:
    """The same of a rule of which nothing says whether it matches."""
    rules = as_list(policy.spec.get("rules"))
    number = next((n for n in range(len(rules)) if place.field == f"spec.rules[{n}]"), None)
    if number is None:
        return None
    for n, block in enumerate(as_list(as_map(rules[number]).get("from"))):
        source = as_map(as_map(block).get("source"))
        for name in WORDS:
            if as_list(source.get(name)):
                spot = policy.at(f"spec.rules[{number}].from[{n}].source.{name}")
                return name, spot, [str(b) for b in as_list(source[name])]
    for n, condition in enumerate(map(as_map, as_list(as_map(rules[number]).get("when")))):
        asked = KEYS.get(str(condition.get("key") or ""), "")
        if asked in WORDS and as_list(condition.get("values")):
            spot = policy.at(f"spec.rules[{number}].when[{n}]")
            return asked, spot, [str(b) for b in as_list(condition["values"])]
    return None


def _about_door(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """Whether the Service in front keeps the address of a client, and whether the gateway believes proxies."""
    workload, pod = hop.party.workload, hop.party.pod
    own = own_config(pod.annotations) if pod else {}
    trusted = mesh.settings.trusted_proxies(own)
    case.fact("gateway.trusted_proxies", "some" if trusted else "none", pod.owner.at() if pod else None)
    ways = mesh.gateways.ways_in(workload) if workload else []
    front = next((e.service.object for e in ways if e.outward), ways[0].service.object if ways else None)
    if front is not None:
        kept = front.spec.get("externalTrafficPolicy") == LOCAL
        case.detail("gateway.front_service", front.name)
        case.detail("gateway.front_namespace", front.namespace)
        case.fact("service.external_policy", "local" if kept else "cluster", front.at("spec.externalTrafficPolicy"))


def _about_seen(case: CaseBuilder, mesh: Mesh, observation: Observation, blocks: list[str]) -> None:
    """Whose address the gateway took for the client's: a node's, another private one, or a public one. Of one that the
    rule lets in nothing is said."""
    with suppress(ValueError):
        seen = ipaddress.ip_address(observation.entry.downstream_remote.rpartition(":")[0].strip("[]"))
        if within(blocks, (str(seen),)):
            return
        node = next((n for n in mesh.index.all(CORE, "Node") if str(seen) in _addresses(n)), None)
        word = "node" if node is not None else "private" if any(seen in network for network in PRIVATE) else "public"
        case.seen("failure.client_address", word, observation.source, *([node.at("status.addresses")] if node else []))
        case.detail("failure.client_address", str(seen))


def _addresses(node: Object) -> set[str]:
    return {str(as_map(a).get("address")) for a in as_list(node.status.get("addresses"))}
