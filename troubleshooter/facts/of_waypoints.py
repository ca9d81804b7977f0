"""Whether the waypoint is there that a namespace or service of ambient mode names.

Decides by the label istio.io/use-waypoint, which names a Gateway of the Gateway API: one that is not there, or has got
no address yet, is passed by, and all that it should do with it. Must not know causes.
Sources: https://istio.io/latest/docs/ambient/usage/waypoint/; pilot/pkg/serviceregistry/kube/controller/ambient/
waypoints.go in istio/istio (a waypoint without an address is none; a service's own label goes before that of its
namespace).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.not_modelled.unmodelled import GATEWAY_API
from troubleshooter.model import Case, CaseKind, Object, as_list
from troubleshooter.walk.basis.interception import AMBIENT_LABEL

LABEL = "istio.io/use-waypoint"
SPACE_LABEL = "istio.io/use-waypoint-namespace"
NOBODY = "none"
"""With this word a service wants no waypoint, whatever its namespace names."""


def waypoint_cases(mesh: Mesh, things: Iterable[Object]) -> Iterator[Case]:
    """A case for each of these namespaces and services that names a waypoint which is not there, or not ready."""
    for thing in things:
        name, space = thing.labels.get(LABEL, ""), thing.labels.get(SPACE_LABEL) or _space_of(thing)
        if not name or name == NOBODY or not _is_ambient(mesh, thing):
            continue
        gateway = mesh.index.get(GATEWAY_API, "Gateway", space, name)
        word = _word(gateway) if gateway is not None else "missing" if mesh.index.saw(space) else ""
        if word in ("missing", "not-ready"):
            case = CaseBuilder(f"piece/waypoint/{thing.kind}/{thing.namespace}/{thing.name}", CaseKind.PIECE)
            case.role("target", thing.at())
            case.role("gateway", gateway.at() if gateway else None)
            places = (thing.at(f'metadata.labels["{LABEL}"]'), gateway.at("status") if gateway else None)
            case.fact("target.waypoint", word, *places)
            case.detail("target.waypoint_name", name)
            case.detail("target.waypoint_namespace", space)
            yield case.build()


def _space_of(thing: Object) -> str:
    return thing.namespace or thing.name


def _is_ambient(mesh: Mesh, thing: Object) -> bool:
    space = mesh.index.get(CORE, "Namespace", "", _space_of(thing))
    return space is not None and space.labels.get(AMBIENT_LABEL) == "ambient"


def _word(gateway: Object) -> str:
    """Whether it has got an address; files that were written by hand have no status, which says nothing."""
    if not as_list(gateway.status.get("conditions")):
        return "there"
    return "there" if as_list(gateway.status.get("addresses")) else "not-ready"
