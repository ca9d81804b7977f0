"""Facts about a destination's subset: is it defined, and if not, what could stand for it?

Must not know requests, or what a missing subset leads to.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_empty_subsets import about_empty_subset
from troubleshooter.facts.of_exports import export_places
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import NETWORKING, selects
from troubleshooter.mesh.service.endpoints import selected
from troubleshooter.model import Object, Resource, as_list, as_map, as_words
from troubleshooter.walk import Cluster, Hop

ALIKE = 0.75
"""How much alike two names must be for one to be taken for a slip of the other."""
NEAREST = ("not-exported", "outranked", "other-namespace", "other-clients")
"""Why a rule that defines the subset is not in force, what is mended soonest first."""


def about_subset_asked(case: CaseBuilder, cluster: Cluster, hop: Hop) -> None:
    """Whether the rule in force has the subset that a route asks for."""
    target = hop.routing.destination if hop.routing else None
    if not cluster.subset or target is None:
        case.fact("destination.subset", "none", target.place if target else None)
        return
    known = cluster.rule.subset(cluster.subset) if cluster.rule else None
    asked = target.place.field + ".subset"
    owner = hop.routing.route.owner if hop.routing and hop.routing.route else None
    spot = owner.at(asked) if owner else target.place
    if known is not None:
        case.fact("destination.subset", "defined", spot, known.place)
    else:
        case.fact("destination.subset", "not-defined", spot, *_places(cluster))


def _places(cluster: Cluster) -> list[Resource]:
    """Where the rule in force has its subsets."""
    return [o.at("spec.subsets") for o in cluster.rule.objects] if cluster.rule else []


def about_subset(case: CaseBuilder, mesh: Mesh, cluster: Cluster, hop: Hop) -> None:
    """The subset that a route asks for: its endpoints, or what could stand for it where it is not defined."""
    if not cluster.subset or hop.routing is None or hop.routing.destination is None:
        return
    known = cluster.rule.subset(cluster.subset) if cluster.rule else None
    if known is not None:
        about_empty_subset(case, mesh, cluster, known)
        return
    rules = _places(cluster)
    defined = sorted(cluster.rule.subsets) if cluster.rule else []
    case.detail("destination.subsets", ", ".join(defined) or "none")
    how, guess = nearest(cluster.subset, defined)
    case.fact("destination.subset_guess", how, *rules)
    case.detail("destination.guess", guess)
    labels = _elsewhere(case, mesh, cluster, hop) or {"version": cluster.subset}
    _pods(case, mesh, cluster, labels)


def nearest(asked: str, defined: Iterable[str]) -> tuple[str, str]:
    """Which of the defined subsets could be meant, and why: its name is `similar` (not if their digits differ: `v1` is
    no slip for `v2`), it is the `only` one, or `none`."""
    plain = {name.casefold(): name for name in defined if re.findall(r"\d", name) == re.findall(r"\d", asked)}
    near = difflib.get_close_matches(asked.casefold(), list(plain), n=2, cutoff=ALIKE)
    if len(near) == 1:
        return "similar", plain[near[0]]
    held = list(defined)
    return ("only", held[0]) if len(held) == 1 else ("none", "")


def _elsewhere(case: CaseBuilder, mesh: Mesh, cluster: Cluster, hop: Hop) -> Mapping[str, str]:
    """A rule that does define the subset but is not the one in force, why it is not, and the labels that it gives: of
    several, the one that is nearest to being in force."""
    covering = mesh.destination_rules.covering(cluster.host)
    found = [(rule, place, labels) for rule in covering for place, labels in _defining(rule, cluster.subset)]
    if not found:
        case.fact("destination.subset_elsewhere", "none", *(r.at("spec.subsets") for r in covering[:4]))
        return {}
    ways = [(_why_not_used(mesh, cluster, hop, rule), rule, place, labels) for rule, place, labels in found]
    why, rule, place, labels = min(ways, key=lambda way: NEAREST.index(way[0]))
    case.role("rival", rule.at())
    case.fact("destination.subset_elsewhere", why, *_says(mesh, why, rule), rule.at(place))
    _how_to_use(case, mesh, cluster, hop.party.namespace, rule)
    return labels


def _says(mesh: Mesh, why: str, rule: Object) -> list[Resource]:
    """The fields that say so, where it is not the subset itself."""
    if why == "not-exported":
        return export_places(mesh, rule, "spec.exportTo", own=rule.spec.get("exportTo") is not None)
    return [rule.at("metadata.namespace")] if why == "other-namespace" else []


def _how_to_use(case: CaseBuilder, mesh: Mesh, cluster: Cluster, viewer: str, rule: Object) -> None:
    """What would let the sender use a rule that defines the subset: a copy beside the service, or a wider exportTo."""
    assert cluster.service is not None  # noqa: S101 - the caller looked
    home = cluster.service.namespace
    taken = mesh.index.get(NETWORKING, "DestinationRule", home, rule.name) is not None
    case.detail("rival.moved_name", f"{rule.name}-{rule.namespace}" if taken else rule.name)
    case.detail("rival.moved_spec", {**rule.spec, "host": mesh.destination_rules.host_of(rule)})
    case.detail("rival.export_wider", mesh.destination_rules.export_wider(rule, viewer))


def _defining(rule: Object, subset: str) -> Iterable[tuple[str, Mapping[str, str]]]:
    """(place, labels) of the subsets of that name in one rule."""
    for n, item in enumerate(as_list(rule.spec.get("subsets"))):
        if as_map(item).get("name") == subset:
            yield f"spec.subsets[{n}]", as_words(as_map(item).get("labels"))


def _why_not_used(mesh: Mesh, cluster: Cluster, hop: Hop, rule: Object) -> str:
    """`other-clients` is a rule that is made for certain clients alone, and the sender is none of them."""
    assert cluster.service is not None  # noqa: S101 - the caller looked
    viewer, rules = hop.party.namespace, mesh.destination_rules
    looked_up = rule.namespace in (viewer, cluster.service.namespace, mesh.settings.root_namespace)
    if rule.spec.get("workloadSelector") is not None or (not looked_up and not rules.visible(rule, viewer)):
        return "other-clients"
    if not looked_up:
        return "other-namespace"
    return "outranked" if rules.visible(rule, viewer) else "not-exported"


def _pods(case: CaseBuilder, mesh: Mesh, cluster: Cluster, labels: Mapping[str, str]) -> None:
    """Whether pods carry the labels that the subset would be made of."""
    assert cluster.service is not None  # noqa: S101 - the caller looked
    pods = [p for _, p in selected(mesh.workloads, cluster.service) if selects(labels, p.labels)]
    case.fact("destination.subset_pods", "labelled" if pods else "none", *(p.owner.at() for p in pods[:4]))
    case.detail("destination.subset_labels", dict(labels))
