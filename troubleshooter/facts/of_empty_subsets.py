"""Facts about a subset that is defined: is a ready endpoint of the Service in it, and if none is, why not?

Must not know requests. A Service that has no ready endpoint at all is not this module's: there the subset is not at
fault.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from troubleshooter.facts.building import CaseBuilder, selector_text
from troubleshooter.facts.of_pods import about_trouble
from troubleshooter.facts.of_services import NOT_FOR_SELECTION, REPLICATED, VOLATILE
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.routing.destinations import Subset
from troubleshooter.mesh.service.endpoints import Endpoints
from troubleshooter.mesh.service.locality import placed_labels
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import CaseKind, Resource
from troubleshooter.walk import Cluster
from troubleshooter.walk.destinations.endpoint_choice import labels_known

ALIKE = 0.75
"""How much alike two values must be for one to be taken for a slip of the other."""
UNFIT = (VOLATILE - {"version", "app.kubernetes.io/version"}) | {"statefulset.kubernetes.io/pod-name"}


def about_empty_subset(case: CaseBuilder, mesh: Mesh, cluster: Cluster, subset: Subset) -> None:
    """Whether some ready endpoint of the Service carries the labels of the subset. Nothing is said where that cannot be
    told."""
    service = cluster.service
    port = cluster.service_port or next(iter(service.ports), None) if service else None
    if service is None or port is None:
        return
    found = mesh.endpoints(service, port)
    place = subset.labels_place
    if any(selects(subset.labels, placed_labels(e)) for e in found.ready):
        case.fact("destination.subset_endpoints", "some", place)
    elif found.ready and labels_known(subset.labels, found.ready):
        case.role("subset", place)
        case.fact("destination.subset_endpoints", "none", place, *found.looked_at)
        because, places = _why(mesh, service, subset, found)
        others = [s.labels for s in cluster.rule.subsets.values() if s.name != subset.name] if cluster.rule else []
        guess = _meant(subset, [e.all_labels for e in found.ready], others) if because in {"labels", "entry"} else None
        _say_labels(case, subset, [e.all_labels for e in found.ready], guess)
        case.fact("destination.subset_empty_because", because, *(places or [place]))
        if because == "not-ready":
            about_trouble(case, mesh, (e.pod for e in found.all if e.pod and selects(subset.labels, e.all_labels)))
        case.role("target", places[0] if places else None)
        anywhere = [p.owner.at() for w in mesh.workloads.all for p in w.pods if selects(subset.labels, p.labels)]
        case.fact("destination.subset_anywhere", "present" if anywhere else "absent", place, *anywhere[:4])
        told = guess or all(any(key in e.all_labels for e in found.ready) for key in subset.labels)
        _say_meant(case, because, places, place, told=bool(told))


def _say_labels(
    case: CaseBuilder, subset: Subset, held: list[Mapping[str, str]], guess: dict[str, str] | None
) -> None:  # fmt: skip
    case.detail("destination.subset_field", subset.place.field)
    case.detail("destination.subset_wanted", selector_text(subset.labels.items()))
    carried = sorted({selector_text(_carried(labels, subset.labels)) or "none of them" for labels in held})
    case.detail("destination.subset_carried", "; ".join(carried))
    case.fact("destination.subset_labels_guess", "one" if guess else "none", subset.place)
    if guess:
        case.detail("destination.subset_guess_labels", guess)
        case.detail("destination.subset_guess_text", selector_text(guess.items()))


def _say_meant(case: CaseBuilder, because: str, places: list[Resource], place: Resource, *, told: bool) -> None:
    """Whether the subset should have endpoints. Without a request it should if pods or labels (`told`) show it: a label
    that no pod has at all may be put on pods as they run."""
    missed = {"labels": told, "entry": told, "not-ready": True, "no-pods": any(p.kind in REPLICATED for p in places)}
    meant = case.kind is CaseKind.WALK or missed.get(because, False)
    case.fact("destination.subset_meant", "yes" if meant else "no", place)


def _carried(labels: Mapping[str, str], wanted: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return [(key, labels[key]) for key in wanted if key in labels]


def _why(mesh: Mesh, service: Service, subset: Subset, found: Endpoints) -> tuple[str, list[Resource]]:
    """Why no endpoint is in the subset, and the pods or workloads that show it, if there are any with its labels."""
    waiting = [e.pod.owner.at() for e in found.all if e.pod and selects(subset.labels, e.all_labels)]
    if waiting:
        return "not-ready", waiting
    if service.entry:
        return "entry", []
    wanted = {**service.selector, **subset.labels}
    made = [w for w in mesh.workloads.inside(service.namespace) if service.selector and selects(wanted, w.labels)]
    if not made:
        return "labels", []
    stopped = all(w.replicas == 0 for w in made)
    return ("scaled-to-zero" if stopped else "no-pods"), [w.object.at() for w in made]


def _meant(
    subset: Subset, carried: Iterable[Mapping[str, str]], others: list[Mapping[str, str]]
) -> dict[str, str] | None:  # fmt: skip
    """The labels that pods do carry and that the subset most likely means; None if these are not exactly one set.
    Labels that another subset of the rule has are taken."""
    found = [_nearly(subset, labels) for labels in carried]
    distinct = list({tuple(sorted(f.items())): f for f in found if f and f not in others}.values())
    return distinct[0] if len(distinct) == 1 else None


def _nearly(subset: Subset, labels: Mapping[str, str]) -> dict[str, str] | None:
    """The labels of one endpoint that stand for those of the subset, pair by pair; None if some pair has none."""
    fit = {k: v for k, v in labels.items() if k not in UNFIT and not k.startswith(NOT_FOR_SELECTION)}
    found: dict[str, str] = {}
    for key, value in subset.labels.items():
        same = [k for k, v in fit.items() if v == value]
        if key in fit and (fit[key] == value or alike(fit[key], value) or alike(fit[key], subset.name)):
            found[key] = fit[key]
        elif key not in fit and len(same) == 1:
            found[same[0]] = value
        else:
            return None
    return found


def alike(one: str, other: str) -> bool:
    """Whether one value may be a slip of the other: nearly the same, with the same digits; `2` is one of `v2`."""
    one, other = one.casefold(), other.casefold()
    if re.findall(r"\d", one) != re.findall(r"\d", other):
        return False
    return one.lstrip("v") == other.lstrip("v") or difflib.SequenceMatcher(None, one, other).ratio() > ALIKE
