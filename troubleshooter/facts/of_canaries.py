"""Facts about a destination that gets a share of the requests of a route and runs no pods, while others there do.

Must not know requests. What is not ready, or carries other labels than were meant, is not this module's.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination (weight).
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.routing.virtual_services import Destination
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import as_list
from troubleshooter.walk import Hop
from troubleshooter.walk.basis.decisions import Party


def about_canary(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """Whether the destination of a hop is told to run no pods, or is not deployed at all, though it has a weight."""
    routing = hop.routing
    target = routing.destination if routing else None
    if routing is None or routing.route is None or target is None:
        return
    place = target.place
    sent = mesh.virtual_services.destinations(routing.route) if len(as_list(routing.route.raw.get("route"))) > 1 else []
    others = [d for d in sent if d.number != target.number]
    if not others:
        case.fact("destination.canary", "alone", place)
        return
    word, makers = _state(mesh, target, hop.party)
    if word == "not-deployed" and not _surely(case):
        return
    alive = [d for d in others if _state(mesh, d, hop.party)[0] == "alive"]
    if word == "alive" or not alive:
        case.fact("destination.canary", "alive" if word == "alive" else "alone", place)
    elif word:
        case.fact("destination.canary", word, place, *(w.object.at("spec.replicas") for w in makers))
        case.role("target", makers[0].object.at() if makers else None)
        case.detail("destination.share", f"{target.share * 100:.4g} %")
        case.detail("destination.weight_field", f"{place.field.removesuffix('.destination')}.weight")
        case.detail("destination.called", _called(target))
        case.detail("destination.others", " and ".join(map(_called, alive)))


def _surely(case: CaseBuilder) -> bool:
    """Whether nothing else explains that no pod has the labels of the subset."""
    wanted = {
        "destination.subset_empty_because": "labels",
        "destination.subset_labels_guess": "none",
        "destination.subset_anywhere": "absent",
        "destination.subset_meant": "yes",
    }
    return all(name in case.facts and case.facts[name].word == word for name, word in wanted.items())


def _state(mesh: Mesh, target: Destination, party: Party) -> tuple[str, list[Workload]]:
    """What a destination is: `alive`, `stopped` with the workloads that are told to run nothing, `not-deployed` (as far
    as workloads tell), or "" where it is something else or cannot be told."""
    service = mesh.registry.find(target.host, party.namespace)
    if service is None or service.entry or not service.selector:
        return "", []
    port = service.port(target.port) if target.port else next(iter(service.ports), None)
    labels = _labels(mesh, target, party)
    if port is None or labels is None:
        return "", []
    if any(selects(labels, e.all_labels) for e in mesh.endpoints(service, port).ready):
        return "alive", []
    wanted = {**service.selector, **labels}
    made = [w for w in mesh.workloads.inside(service.namespace) if selects(wanted, w.labels)]
    if made:
        return ("stopped", made) if all(w.replicas == 0 for w in made) else ("", [])
    return ("not-deployed", []) if labels else ("", [])


def _labels(mesh: Mesh, target: Destination, party: Party) -> Mapping[str, str] | None:
    """The labels of the subset, none without one; None where it is not defined."""
    if not target.subset:
        return {}
    service = mesh.registry.find(target.host, party.namespace)
    rule = mesh.destination_rules.in_force(service, party.namespace, party.labels) if service else None
    known = rule.subset(target.subset) if rule else None
    return known.labels if known else None


def _called(target: Destination) -> str:
    return f"subset {target.subset} of {target.written}" if target.subset else target.written
