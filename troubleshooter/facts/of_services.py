"""Facts about one port of one Service: its endpoints, its targetPort, its protocol.

Must not know requests. Used for the pieces of an audit and for the walk alike.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from troubleshooter.facts.building import CaseBuilder, selector_text
from troubleshooter.facts.of_bindings import about_binding_address
from troubleshooter.facts.of_pods import about_creation, about_trouble
from troubleshooter.facts.of_slice_ports import about_slice_ports
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.nodes import SPREAD
from troubleshooter.mesh.service.endpoints import Absence, Endpoints, selected
from troubleshooter.mesh.service.server_first import speaks_first
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Resource
from troubleshooter.model.paths import get

VOLATILE = frozenset({"pod-template-hash", "controller-revision-hash", "version", "app.kubernetes.io/version"})
REPLICATED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"})
"""Kinds that say how many pods there should be. The others may rightly have none: no node fits, or no job is due."""
USUAL_FOR_TLS = frozenset({443, 6443, 8443, 9443})
"""Ports on which most servers speak TLS."""
USUAL_FOR_HTTP = frozenset({80, 8080})
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
    case.fact("service.port_suggests", "tls" if _suggests_tls(port) else "nothing", service.object.at(port.path))
    first = speaks_first(mesh.workloads, service, port)
    if first is not None:
        case.fact("service.speaks_first", "yes", first)
    if service.entry:
        _http_port(case, service, port)
        _lookup(case, service)
        return
    case.fact("service.http_target", "yes" if _leads_to_http(service, port) else "no", service.object.at(port.path))
    _spread(case, service)
    _declared(case, mesh, service, port)
    case.detail("service.selector_text", selector_text(service.selector.items()))
    _endpoints(case, mesh, service, port)
    _target_port(case, mesh, service, port)


def _spread(case: CaseBuilder, service: Service) -> None:
    """Whether a Service asks for close endpoints, by its field or by the annotation."""
    field, noted = service.object.spec.get("trafficDistribution"), service.object.annotations.get(SPREAD)
    path = "spec.trafficDistribution" if field else f'metadata.annotations["{SPREAD}"]' if noted else "spec"
    case.fact("service.traffic_distribution", "set" if field or noted else "none", service.object.at(path))


def _declared(case: CaseBuilder, mesh: Mesh, service: Service, port: Port) -> None:
    """Whether pods of the Service are in the mesh, and what the port's appProtocol is worth."""
    proxied = [pod.owner.at() for _, pod in selected(mesh.workloads, service) if pod.proxy and pod.proxy_seen]
    case.fact("service.in_mesh", "yes" if proxied else "no", *proxied[:4])
    application = str(get(service.object.raw, f"{port.path}.appProtocol") or "")
    known = "none" if not application else "known" if port.declared_by else "unknown"
    case.fact("service.app_protocol", known, service.object.at(f"{port.path}.appProtocol"))


def _lookup(case: CaseBuilder, service: Service) -> None:
    """How proxies find the endpoints of a ServiceEntry. A wildcard is no name that can be looked up."""
    by_name = "wildcard" if service.host.startswith("*") else "name"
    how = {"DYNAMIC_DNS": "as-asked", "NONE": "as-dialled", "STATIC": "listed"}.get(service.resolution, by_name)
    listed = service.selector or service.object.spec.get("endpoints")
    place = service.object.at("spec.resolution")
    case.fact("service_entry.lookup", "listed" if listed else how, place)
    case.detail("service_entry.hosts", service.host)


def _http_port(case: CaseBuilder, service: Service, port: Port) -> None:
    """Whether a ServiceEntry has another port, over which the host can be called with plain HTTP."""
    other = next((p for p in service.ports if p.protocol.family == "http" and p.number != port.number), None)
    case.fact("service_entry.http_port", "present" if other else "absent", service.object.at("spec.ports"))
    case.detail("service_entry.http_port", other.number if other else None)


def _suggests_tls(port: Port) -> bool:
    """Whether TLS is usual on the port, by its number or its names."""
    words = re.split(r"[^a-z0-9]+", f"{port.name} {port.target}".lower())
    return bool({port.number, port.target} & USUAL_FOR_TLS or {"https", "tls", "ssl"} & set(words))


def _leads_to_http(service: Service, port: Port) -> bool:
    """Whether plain HTTP is usual where the port leads to, by number or name, or a port that is declared HTTP leads
    there too."""
    named = isinstance(port.target, str) and re.split(r"[^a-z0-9]", port.target.lower())[0] in {"http", "http2", "web"}
    shared = any(p.target == port.target and p.protocol.family == "http" for p in service.ports)
    return named or shared or port.target in USUAL_FOR_HTTP


def _endpoints(case: CaseBuilder, mesh: Mesh, service: Service, port: Port) -> None:
    found = mesh.endpoints(service, port)
    if found.absence is Absence.NOT_SEEN or service.external_name:
        return
    selector = service.object.at("spec.selector" if service.selector else "spec")
    if found.absence is Absence.NONE:
        case.fact("service.endpoints", "some", selector, *found.looked_at)
        about_binding_address(case, mesh, found.ready)
        return
    guess = _meant(mesh, service) if found.absence is Absence.SELECTOR else None
    places = _guilty(mesh, found, selector)
    case.fact("service.endpoints", "none", *places)
    case.fact("service.no_endpoints_because", found.absence, *places)
    case.fact("service.endpoints_meant", "yes" if _missed(found, service, guess) else "no", *places)
    if found.absence is Absence.NOT_READY:
        about_trouble(case, mesh, (pod for _, pod in selected(mesh.workloads, service)))
    for place in found.looked_at[:1] if found.absence is Absence.NO_PODS else ():
        maker = mesh.workloads.get(place.kind, place.namespace, place.name)
        if maker is not None:
            about_creation(case, mesh, maker)
    waiting = sorted({pod.waiting for _, pod in selected(mesh.workloads, service) if pod.waiting})
    case.detail("service.waiting", ", ".join(waiting) or "their readiness probes do not pass")
    if found.absence is Absence.SLICE_PORT:
        about_slice_ports(case, mesh, service, port)
    if found.absence is not Absence.SELECTOR:
        case.role("target", found.looked_at[0] if found.looked_at else None)
        return
    case.fact("service.selector_guess", "one" if guess else "none", selector)
    if guess:
        case.detail("service.guess_labels", dict(selection_labels(guess.labels)))
        case.detail("service.guess_name", str(guess.object))


def _guilty(mesh: Mesh, found: Endpoints, selector: Resource) -> list[Resource]:
    """The places that show why there are no endpoints, the guilty one first: the selector, unless pods or their number
    are at fault."""
    if found.absence is Absence.SCALED_TO_ZERO:
        keys = {place.key for place in found.looked_at}
        held = mesh.workloads.inside(selector.namespace)
        return [*(w.object.at("spec.replicas") for w in held if w.object.key in keys), selector]
    if found.absence in {Absence.NOT_READY, Absence.NO_PODS}:
        return [*found.looked_at, selector]
    if found.absence is Absence.SLICE_PORT:
        return [p._replace(field="subsets" if p.kind == "Endpoints" else "ports") for p in found.looked_at]
    return [selector, *found.looked_at]


def _missed(found: Endpoints, service: Service, guess: Workload | None) -> bool:
    """Whether, without a request, something shows that the endpoints are missed: pods that are there and not ready, a
    workload that wants pods and has none, or one whose name labels are nearly those of the selector. A label that a
    workload has not at all may be put on its pods as they run."""
    if found.absence is Absence.NOT_READY:
        return True
    if found.absence is Absence.NO_PODS:
        return any(place.kind in REPLICATED for place in found.looked_at)
    if found.absence is not Absence.SELECTOR or guess is None:
        return False
    held = selection_labels(guess.labels)
    return any(held.get(key, value) != value for key, value in service.selector.items())


def selection_labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    """The labels of a workload by which others may select it: not the ones that change with a rollout."""
    kept = {k: v for k, v in labels.items() if k not in VOLATILE and not k.startswith(NOT_FOR_SELECTION)}
    app = {k: v for k, v in kept.items() if k in ("app", "app.kubernetes.io/name", "k8s-app")}
    return app or kept


def _meant(mesh: Mesh, service: Service) -> Workload | None:
    """The one workload that a selector that matches nothing most likely means: the only one whose name is nearly the
    Service's or a value of its selector, or whose labels are nearly the selector."""
    names = [*service.selector.values(), service.object.name]
    near = [
        w
        for w in mesh.workloads.inside(service.namespace)
        if selection_labels(w.labels)
        and (
            any(_alike(w.name, name) for name in names)
            or all(_alike(w.labels.get(key, ""), value) for key, value in service.selector.items())
        )
    ]
    return near[0] if len(near) == 1 else None


def _alike(one: str, other: str) -> bool:
    return one == other or difflib.SequenceMatcher(None, one, other).ratio() > 0.75


def _target_port(case: CaseBuilder, mesh: Mesh, service: Service, port: Port) -> None:
    """What the selected pods declare for the targetPort. A number that nobody declares proves nothing: declaring is
    optional. A name that nobody declares leads nowhere."""
    place = service.object.at(f"{port.path}.targetPort")
    case.detail("service.target", port.target)
    owners = mesh.workloads.meant(service.namespace, service.selector)
    if not owners:
        return
    ports = list(dict.fromkeys(pair for _, pod in owners for pair in pod.declared_ports))
    numbers, names = {number for _, number in ports}, {name for name, _ in ports if name}
    templates = [w.object.at(f"{w.template.path}spec.containers") for w in {id(w): w for w, _ in owners}.values()]
    case.detail("service.declared_ports", ", ".join(f"{n} ({name})" if name else str(n) for name, n in ports) or "none")
    if isinstance(port.target, str):
        word = "declared" if any(p.port_named(port.target) is not None for _, p in owners) else "name-unknown"
    else:
        word = "declared" if not numbers or port.target in numbers else "undeclared"
    case.fact("service.target_port", word, place, *templates)
    if word == "name-unknown":
        case.role("target", owners[0][0].object.at())
    if word == "declared":
        return
    guess = _guess(port, names, numbers)
    case.fact("service.target_port_guess", "one" if guess is not None else "none", *templates)
    case.detail("service.target_guess", guess)


def _guess(port: Port, names: set[str], numbers: set[int]) -> int | str | None:
    """The declared container port that is probably meant: the only one; else the one that the Service port has the name
    or number of; else a name nearly alike."""
    if len(numbers) == 1:
        return min(names) if isinstance(port.target, str) and len(names) == 1 else next(iter(numbers))
    if port.name in names or port.number in numbers:
        return port.name if port.name in names else port.number
    near = difflib.get_close_matches(str(port.target), sorted(names), n=2, cutoff=0.6)
    return near[0] if len(near) == 1 else None
