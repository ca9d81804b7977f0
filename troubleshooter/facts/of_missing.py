"""Facts about a destination of which host or port does not exist: what could have been meant?

Must not know requests, or what a missing destination leads to.
Source of the names: https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_aliases import about_alias
from troubleshooter.facts.of_exports import about_hidden_service
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.routing.virtual_services import Destination
from troubleshooter.mesh.service.endpoints import selected
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.walk import Cluster
from troubleshooter.walk.destinations.destination import why_not_known

ALIKE, ALIKE_OUTSIDE = 0.75, 0.85
"""How much alike two names must be for one to be taken for a slip of the other; longer names are more alike anyway."""


def about_missing_host(case: CaseBuilder, mesh: Mesh, cluster: Cluster, target: Destination, viewer: str) -> None:
    """A destination host that the proxy does not have: it is hidden from it, or it does not exist; nothing is said
    where that cannot be told. `viewer` is the namespace of the proxy."""
    asked = target.place._replace(field=f"{target.place.field}.host")
    hidden = mesh.registry.get(target.host)
    if hidden is not None and hidden.external_name and hidden.visible_to(viewer):
        about_alias(case, mesh, cluster, hidden, viewer)
        return
    if hidden is not None:
        case.fact("destination.service", "hidden", asked, hidden.object.at())
        about_hidden_service(case, mesh, hidden, viewer)
        return
    if why_not_known(mesh, target.host):
        return
    case.fact("destination.service", "not-found", asked)
    how, guess = _meant(mesh, target, viewer)
    case.fact("destination.host_guess", how, asked, *([guess.object.at()] if guess else []))
    case.fact("destination.host_form", _form(mesh, target), asked)
    case.detail("destination.written", target.written)
    case.detail("destination.guess_host", guess.host if guess else "")
    case.detail("destination.guess_namespace", guess.namespace if guess else "")


def about_missing_port(case: CaseBuilder, mesh: Mesh, cluster: Cluster, target: Destination) -> None:
    """A port that the destination's Service does not have, and the one that could be meant."""
    service = cluster.service
    assert service is not None  # noqa: S101 - the caller looked
    written = target.port is not None
    asked = target.place._replace(field=f"{target.place.field}.port.number") if written else target.place
    ports = service.object.at("spec.ports")
    case.fact("destination.port", "not-found", asked, ports)
    case.fact("destination.port_from", "route" if written else "request", asked)
    case.detail("destination.ports", ", ".join(_shown(p) for p in service.ports) or "none")
    leading = [p for p in service.ports if written and cluster.port in _targets(mesh, service, p)]
    only = leading or list(service.ports)
    how = "target-port" if leading else "only"
    case.fact("destination.port_guess", how if len(only) == 1 else "several" if only else "none", ports)
    case.detail("destination.guess_port", only[0].number if len(only) == 1 else None)


def _shown(port: Port) -> str:
    return f"{port.number} ({port.name})" if port.name else str(port.number)


def _targets(mesh: Mesh, service: Service, port: Port) -> Iterable[int]:
    """The numbers of the container ports that a port leads to."""
    if isinstance(port.target, int):
        return {port.target}
    found = (pod.port_named(port.target) for _, pod in selected(mesh.workloads, service))
    return {number for number in found if number is not None}


def _form(mesh: Mesh, target: Destination) -> str:
    """How the host is written: `short`, cut off behind the namespace (`partial`), in `full`, or from `outside`."""
    if hosts.is_short(target.written):
        return "short"
    if target.host.endswith(f".svc.{mesh.settings.domain}"):
        return "full"
    return "partial" if _place(mesh, target.host) else "outside"


def _place(mesh: Mesh, host: str) -> tuple[str, str] | None:
    """(name, namespace) of the Kubernetes Service that a host would name; None where it is no such name."""
    labels = host.removesuffix(f".svc.{mesh.settings.domain}").removesuffix(".svc").split(".")
    return (labels[0], labels[1]) if len(labels) == 2 and mesh.index.saw(labels[1]) else None


def _meant(mesh: Mesh, target: Destination, viewer: str) -> tuple[str, Service | None]:
    """Which service of the registry could be meant, and how it is related: the one Service of that name in another
    namespace (`short` or `elsewhere`, as the host is written), the same one with its full name (`partial`), the one of
    nearly that name (`similar`)."""
    place = _place(mesh, target.host)
    if place is None:
        return _similar({s.host: s for s in _outside(mesh, viewer)}, target.host, ALIKE_OUTSIDE)
    name, namespace = place
    held = [s for s in mesh.registry.all if not s.entry and s.visible_to(viewer)]
    same = [s for s in held if s.object.name == name]
    full = [s for s in same if s.namespace == namespace]
    if full:
        return "partial", full[0]
    if len(same) == 1:
        return ("short" if hosts.is_short(target.written) else "elsewhere"), same[0]
    return _similar({s.object.name: s for s in held if s.namespace == namespace}, name, ALIKE)


def _outside(mesh: Mesh, viewer: str) -> Iterable[Service]:
    """The hosts of ServiceEntries, but for wildcards."""
    return (s for s in mesh.registry.all if s.entry and s.visible_to(viewer) and not s.host.startswith("*"))


def _similar(named: dict[str, Service], name: str, alike: float) -> tuple[str, Service | None]:
    """The only one of nearly that name. Names whose digits differ are no slips of each other."""
    fitting = [n for n in named if re.findall(r"\d", n) == re.findall(r"\d", name)]
    near = difflib.get_close_matches(name, fitting, n=2, cutoff=alike)
    return ("similar", named[near[0]]) if len(near) == 1 else ("none", None)
