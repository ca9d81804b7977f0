"""Facts about VirtualServices that are delegated to and not used: missing, hidden, or with hosts of their own.

Must not know causes. Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate;
`mergeVirtualServicesIfNeeded` in istio/istio pilot/pkg/model/virtualservice.go.
"""

from __future__ import annotations

import difflib

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import NETWORKING
from troubleshooter.mesh.routing.delegation import LeftOut, Why, reference
from troubleshooter.mesh.routing.routes import KIND
from troubleshooter.model import Object
from troubleshooter.walk import Hop

ALIKE = 0.8
"""How much alike two names must be for one to be a slip of the other."""


def about_delegate(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """The delegate for want of which no route takes the request."""
    if hop.routing is not None and hop.routing.left_out is not None:
        _about(case, mesh, hop.routing.left_out)


def about_delegates_alone(case: CaseBuilder, mesh: Mesh, thing: Object) -> None:
    """The first delegate of a VirtualService that is not used."""
    found = next((out for out in mesh.virtual_services.left_out(thing) if out.why is not Why.CONFLICT), None)
    if found is not None:
        _about(case, mesh, found)


def _about(case: CaseBuilder, mesh: Mesh, found: LeftOut) -> None:
    root, place = found.route.owner, found.route.at("delegate")
    namespace, name = reference(found.route) or ("", "")
    there = mesh.index.beside(root, NETWORKING, KIND, namespace, name)
    case.role("virtual_service", root.at())
    case.detail("route.delegate_field", place.field)
    case.detail("route.delegate", f"{namespace}/{name}")
    if there is None:
        case.fact("route.delegate", "missing", place)
        _guess(case, mesh, found, namespace, name)
        return
    word = "hidden" if found.why is Why.HIDDEN else "with-hosts"
    case.role("rival", there.at())
    case.fact("route.delegate", word, place, there.at("spec.exportTo" if word == "hidden" else "spec.hosts"))
    case.detail("virtual_service.export_wider", mesh.virtual_services.export_wider(there, root.namespace))


def _guess(case: CaseBuilder, mesh: Mesh, found: LeftOut, namespace: str, name: str) -> None:
    """The only VirtualService without hosts that could be meant: of the same name elsewhere, or of nearly this name."""
    root = found.route.owner
    known = [v for v in mesh.virtual_services.delegates if mesh.virtual_services.visible(v, root.namespace)]
    held = [v for v in known if v.name == name] or [
        v for v in known if v.namespace == namespace and difflib.SequenceMatcher(None, v.name, name).ratio() > ALIKE
    ]
    case.fact("route.delegate_guess", "one" if len(held) == 1 else "none", *(v.at() for v in held))
    if len(held) == 1:
        case.role("rival", held[0].at())
        case.detail("route.delegate_meant", {"name": held[0].name, "namespace": held[0].namespace})
