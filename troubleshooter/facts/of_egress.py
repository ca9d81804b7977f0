"""Facts about the way out: does the caller's proxy know what is dialled, and what does it do with all the rest?

Must not know what follows from it.
Sources: https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/;
https://istio.io/latest/docs/reference/config/networking/sidecar/#OutboundTrafficPolicy.
"""

from __future__ import annotations

import difflib
import re

from troubleshooter.evidence import Side
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.observe import Observation
from troubleshooter.facts.of_exports import about_hidden_service
from troubleshooter.facts.of_imports import about_imports
from troubleshooter.facts.of_names import about_missing_name
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.sidecar.sidecars import Scope
from troubleshooter.model import Branch, HopKind, Request, Stage, StageVerdict
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.caller.listening import shared_by_all
from troubleshooter.walk.caller.sender import meant

NO_NAME = re.compile(r"[^a-z0-9]+")
"""What may not stand in the name of an object, or separates its parts."""

ALIKE = 0.85
"""From how much likeness on one host may be a misspelling of another, as difflib measures it."""


def about_egress(
    case: CaseBuilder, mesh: Mesh, request: Request, way: tuple[Branch, Trail], observation: Observation | None
) -> None:
    """What the sender's proxy makes of the destination. Nothing is said of a gateway, or of a name that does not
    resolve."""
    branch, trail = way
    hop = trail.hops[0]
    if hop.kind is not HopKind.SENDER:
        return
    _policy(case, mesh, hop, observation)
    _capture(case, trail, hop)
    died, named = branch.failed, trail.steps[0]
    if named.verdict is StageVerdict.UNKNOWN or (died is not None and died.stage is Stage.DNS):
        if trail.failed and named.verdict is StageVerdict.FAIL and not hop.member:
            about_missing_name(case, mesh, request, hop)
        return
    _destination(case, mesh, request, hop)
    if request.scheme == "http":
        held = shared_by_all(mesh, trail, request.port)
        case.fact("caller.http_listener", "present" if held is not None and held.http else "absent")


def _policy(case: CaseBuilder, mesh: Mesh, hop: Hop, observation: Observation | None) -> None:
    """What the caller's proxy does with destinations that it does not know: as its log shows, as its Sidecar says, or
    as the mesh does."""
    scope = mesh.sidecars.scope(hop.party.namespace, hop.party.labels)
    place = scope.closed_by
    if not scope.closed and observation is not None and observation.entry.side is Side.BLACKHOLE:
        case.seen("caller.outbound_policy", "registry-only", observation.source)
    if mesh.settings.readable or (place is not None and place.kind == "Sidecar"):
        case.fact("caller.outbound_policy", "registry-only" if scope.closed else "allow-any", place)


def _capture(case: CaseBuilder, trail: Trail, hop: Hop) -> None:
    step = next((s for s in trail.steps if s.hop == 0 and s.stage is Stage.CAPTURE), None)
    pod = hop.party.pod
    if step is None or pod is None or step.verdict is StageVerdict.UNKNOWN:
        return
    bare = "excluded" if pod.proxy else "no-proxy"
    place = step.resource if hop.party.assumed else step.resource or pod.owner.at("spec")
    case.fact("caller.capture", "taken" if step.result.get("proxy") == "sidecar" else bare, place)


def _destination(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """Whether the host is one that the caller's proxy knows, and the ServiceEntry that names it, or nearly does."""
    viewer = hop.party.namespace
    full, service = meant(mesh, request.host, viewer)
    service = service or (hop.service if hosts.is_address(full) else None)
    service = mesh.registry.behind(service, viewer) if service else None
    name = NO_NAME.sub("-", request.host).strip("-")
    case.detail("request.entry_name", _unused(mesh, viewer, name))
    if service is not None and service.external_name:
        case.fact("request.leads", "outside", service.object.at("spec.externalName"))
        case.fact("request.destination", "alias", service.object.at("spec.externalName"))
        case.detail("request.entry_host", service.external_name)
    elif service is not None:
        case.fact("request.leads", "outside" if service.entry else "inside", service.object.at())
        seen = _known(mesh.sidecars.scope(viewer, hop.party.labels), service, request.port, hop.family)
        case.fact("request.destination", "registered" if seen else "hidden", service.object.at())
        if service.entry and seen:
            _entry(case, request, _of_one_host(service, hop))
        elif not seen:
            about_hidden_service(case, mesh, service, viewer)
            about_imports(case, mesh, service, hop, request.port)
    elif hop.routing is not None and hop.routing.owners:
        case.fact("request.destination", "routed", hop.routing.owners[0].at("spec.hosts"))
    elif hosts.is_address(full):
        case.fact("request.destination", "address")
        case.detail("request.entry_host", f"{name}.address.internal")
    else:
        case.fact("request.destination", "unregistered")
        _similar(case, mesh, request, viewer)


def _known(scope: Scope, service: Service, port: int, family: str) -> bool:
    """Whether a proxy has a service, and, for HTTP, whether the listener has it that a Sidecar makes for the port."""
    held = scope.on(port)
    beside = family != "http" or any(listener.apart for listener in held.listeners)
    return scope.has(service) and (beside or held.has(service))


def _entry(case: CaseBuilder, request: Request, service: Service) -> None:
    """Whether the ServiceEntry that names the host has the port too."""
    entry = service.object
    case.role("service_entry", entry.at())
    found = service.port(request.port)
    place = entry.at(found.path if found else "spec.ports")
    case.fact("service_entry.port", "present" if found else "absent", place)
    case.detail("service_entry.ports", ", ".join(str(p.number) for p in service.ports) or "none")


def _of_one_host(service: Service, hop: Hop) -> Service:
    """What the walk made of the host: several ServiceEntries may add their ports together."""
    return hop.service if hop.service is not None and hop.port and hop.service.host == service.host else service


def _similar(case: CaseBuilder, mesh: Mesh, request: Request, viewer: str) -> None:
    """The one ServiceEntry with this port of which a host is nearly the one that is called."""
    held = {
        s.host: s
        for s in mesh.registry.all
        if s.entry and s.visible_to(viewer) and s.port(request.port) and not s.host.startswith("*")
    }
    near = difflib.get_close_matches(request.host, list(held), n=2, cutoff=ALIKE)
    case.fact(
        "service_entry.guess", "one" if len(near) == 1 else "none", *(held[h].object.at("spec.hosts") for h in near)
    )
    if len(near) == 1:
        entry = held[near[0]].object
        case.role("service_entry", entry.at())
        case.detail("service_entry.host", near[0])


def _unused(mesh: Mesh, namespace: str, name: str) -> str:
    """A name that no ServiceEntry of the namespace has yet."""
    taken = {s.object.name for s in mesh.registry.all if s.entry and s.namespace == namespace}
    tries = (name, *(f"{name}-{n}" for n in range(2, len(taken) + 3)))
    return next(t for t in tries if t not in taken)
