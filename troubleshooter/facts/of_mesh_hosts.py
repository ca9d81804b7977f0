"""Facts about VirtualServices for the mesh whose host is no name that a proxy knows, while it is nearly that of a
Service: sidecars never use their routes for it.

A host of the world outside may well be called by that name, and is not judged. Must not know where the routes lead.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-hosts;
`ResolveShortnameToFQDN` in istio/istio pilot/pkg/model/config.go (names with a dot are not completed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.routing.routes import MESH, gateways_of
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import HopKind, Object, as_list
from troubleshooter.walk import Hop
from troubleshooter.walk.destinations.destination import why_not_known
from troubleshooter.walk.routes.sidecar_hosts import WEB


@dataclass(frozen=True, kw_only=True, eq=False)
class Misnamed:
    """A host of a VirtualService that stands for no Service, at `number`, and the Service that it most likely means.
    `form` is the word of the fact."""

    owner: Object
    number: int
    written: str
    full: str
    form: str
    service: Service


def misnamed(mesh: Mesh, owner: Object) -> Iterator[Misnamed]:
    """Every such host of a VirtualService with http routes for the mesh."""
    if MESH not in gateways_of(owner) or not mesh.virtual_services.http_routes([owner]):
        return
    written = [str(h) for h in as_list(owner.spec.get("hosts"))]
    for n, full in enumerate(mesh.virtual_services.hosts_of(owner)):
        known = full.startswith("*") or mesh.registry.find(full, owner.namespace) or mesh.registry.get(full)
        found = None if known else _meant(mesh, full, short=hosts.is_short(written[n]))
        named = found and hosts.most_specific(found[1].host, mesh.virtual_services.hosts_of(owner))
        if found and not named and mesh.virtual_services.visible(owner, found[1].namespace):
            yield Misnamed(owner=owner, number=n, written=written[n], full=full, form=found[0], service=found[1])


def _meant(mesh: Mesh, full: str, *, short: bool) -> tuple[str, Service] | None:
    """How a host differs from the full name of the Service that it means: cut off behind the namespace, or with another
    namespace than the only Service of that name."""
    name, _, rest = full.partition(".")
    namespace, _, tail = rest.partition(".")
    cut = mesh.registry.get(f"{name}.{namespace}.svc.{mesh.settings.domain}") if tail in ("", "svc") else None
    if cut is not None and not cut.entry:
        return "partial", cut
    if tail != f"svc.{mesh.settings.domain}" or why_not_known(mesh, full):
        return None
    same = [s for s in mesh.registry.all if not s.entry and s.object.name == name]
    return ("short" if short else "full", same[0]) if len(same) == 1 else None


def about_mesh_host(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """Of a request that goes straight to its Service: the VirtualService that means it under a wrong name, if there is
    exactly one."""
    if hop.kind is not HopKind.SENDER or hop.family != "http" or hop.routing is None or hop.service is None:
        return
    if hop.routing.owners:
        case.fact("virtual_service.mesh_host", "met", hop.routing.owners[0].at("spec.hosts"))
        return
    held = [v for v in mesh.virtual_services.all if mesh.virtual_services.visible(v, hop.party.namespace)]
    found = [m for v in held for m in misnamed(mesh, v) if m.service is hop.service]
    if len(found) == 1:
        _say(case, found[0])


def about_mesh_hosts_alone(case: CaseBuilder, mesh: Mesh, owner: Object) -> None:
    """The same without a request."""
    for found in misnamed(mesh, owner):
        if found.form != "partial" or all(p.number != WEB for p in found.service.ports):
            _say(case, found)
            return


def _say(case: CaseBuilder, found: Misnamed) -> None:
    field = f"spec.hosts[{found.number}]"
    case.role("virtual_service", found.owner.at())
    case.role("service", found.service.object.at())
    case.fact("virtual_service.mesh_host", found.form, found.owner.at(field), found.service.object.at())
    case.detail("virtual_service.host_field", field)
    case.detail("virtual_service.host_written", found.written)
    case.detail("virtual_service.host_wanted", found.full)
    case.detail("virtual_service.host_guess", found.service.host)
