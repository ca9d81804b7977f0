"""Facts about one port of one Service: its endpoints, its targetPort, its protocol.

Must not know requests. Used for the pieces of an audit and for the walk alike.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from troubleshooter.facts.building import CaseBuilder, selector_text
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.endpoints import Absence, selected
from troubleshooter.mesh.index import selects
from troubleshooter.mesh.services import Port, Service
from troubleshooter.mesh.workloads import Workload

VOLATILE = frozenset({"pod-template-hash", "controller-revision-hash", "version", "app.kubernetes.io/version"})
NOT_FOR_SELECTION = ("istio.io/", "sidecar.istio.io/", "service.istio.io/", "security.istio.io/", "topology.")


def about_service_port(case: CaseBuilder, mesh: Mesh, service: Service, port: Port) -> None:
    """Everything that configuration says of a service port."""
    case.role("service_entry" if service.entry else "service", service.object.at())
    case.detail("service.host", service.host)
    case.detail("service.port", port.number)
    case.detail("service.port_name", port.name)
    case.detail("service.port_field", port.path)
    spot = "appProtocol" if port.declared_by == "appProtocol" else "protocol" if service.entry else "name"
    case.fact("service.port_protocol", port.protocol, service.object.at(f"{port.path}.{spot}"))
    case.fact("service.declared_by", port.declared_by or "nothing", service.object.at(f"{port.path}.{spot}"))
    if service.entry:
        return
    distribution = service.object.spec.get("trafficDistribution")
    place = service.object.at("spec.trafficDistribution" if distribution else "spec")
    case.fact("service.traffic_distribution", "set" if distribution else "none", place)
    _endpoints(case, mesh, service, port)
    _target_port(case, mesh, service, port)


def _endpoints(case: CaseBuilder, mesh: Mesh, service: Service, port: Port) -> None:
    found = mesh.endpoints(service, port)
    if found.absence is Absence.NOT_SEEN or service.external_name:
        return
    selector = service.object.at("spec.selector" if service.selector else "spec")
    if found.absence is Absence.NONE:
        case.fact("service.endpoints", "some", selector, *found.looked_at)
        return
    case.fact("service.endpoints", "none", selector, *found.looked_at)
    case.fact("service.no_endpoints_because", found.absence, selector, *found.looked_at)
    case.detail("service.selector_text", selector_text(service.selector.items()))
    pods = [pod for _, pod in selected(mesh.workloads, service)]
    waiting = sorted({p.waiting for p in pods if p.waiting})
    case.detail("service.waiting", ", ".join(waiting) or "their readiness probes do not pass")
    first = found.looked_at[0] if found.looked_at else None
    if found.absence is not Absence.SELECTOR:
        case.role("workload", first)
        return
    guess = _meant(mesh, service)
    case.fact("service.selector_guess", "one" if guess else "none", selector)
    if guess:
        case.detail("service.guess_labels", dict(selection_labels(guess.labels)))
        case.detail("service.guess_name", str(guess))


def selection_labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    """The labels of a workload by which others may select it: not the ones that change with a rollout."""
    kept = {k: v for k, v in labels.items() if k not in VOLATILE and not k.startswith(NOT_FOR_SELECTION)}
    app = {k: v for k, v in kept.items() if k in ("app", "app.kubernetes.io/name", "k8s-app")}
    return app or kept


def _meant(mesh: Mesh, service: Service) -> Workload | None:
    """The one workload that a selector that matches nothing most likely means: the only one that shares a label with
    it, else the only one whose name is nearly the Service's."""
    held = [w for w in mesh.workloads.inside(service.namespace) if w.labels and selection_labels(w.labels)]
    sharing = [w for w in held if any(w.labels.get(k) == v for k, v in service.selector.items())]
    if len(sharing) == 1:
        return sharing[0]
    values = [*service.selector.values(), service.object.name]
    near = [
        w
        for w in (sharing or held)
        if any(_alike(v, x) for v in values for x in (w.name, *selection_labels(w.labels).values()))
    ]
    return near[0] if len(near) == 1 else None


def _alike(one: str, other: str) -> bool:
    return one == other or difflib.SequenceMatcher(None, one, other).ratio() > 0.75


def _target_port(case: CaseBuilder, mesh: Mesh, service: Service, port: Port) -> None:
    """What the selected pods declare for the targetPort. A number that nobody declares proves nothing: declaring is
    optional. A name that nobody declares leads nowhere."""
    place = service.object.at(f"{port.path}.targetPort")
    case.detail("service.target", port.target)
    owners = [
        (w, p) for w in mesh.workloads.inside(service.namespace) for p in w.pods or (w.representative,)
        if service.selector and selects(service.selector, p.labels)
    ]  # fmt: skip
    if not owners:
        return
    ports = list(dict.fromkeys(pair for _, pod in owners for pair in pod.declared_ports))
    numbers, names = {number for _, number in ports}, {name for name, _ in ports if name}
    templates = [w.object.at(f"{w.template.path}spec.containers") for w in {id(w): w for w, _ in owners}.values()]
    case.role("workload", owners[0][0].object.at())
    case.detail("service.declared_ports", ", ".join(f"{n} ({name})" if name else str(n) for name, n in ports) or "none")
    if isinstance(port.target, str):
        word = "declared" if any(p.port_named(port.target) is not None for _, p in owners) else "name-unknown"
    else:
        word = "declared" if not numbers or port.target in numbers else "undeclared"
    case.fact("service.target_port", word, place, *templates)
    if word == "declared":
        return
    guess = _guess(port, names, numbers)
    case.fact("service.target_port_guess", "one" if guess is not None else "none", *templates)
    case.detail("service.target_guess", guess)


def _guess(port: Port, names: set[str], numbers: set[int]) -> int | str | None:
    """The declared container port that is probably meant: the only one; else a name nearly alike."""
    if len(numbers) == 1:
        return min(names) if isinstance(port.target, str) and len(names) == 1 else next(iter(numbers))
    near = difflib.get_close_matches(str(port.target), sorted(names), n=2, cutoff=0.6)
    return near[0] if len(near) == 1 else None
