"""Where a trace looks: one hop of one branch, with the request as it came there and the mesh as its proxy has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.sidecar.sidecars import Scope
from troubleshooter.model import Considered, Object, Request, Resource
from troubleshooter.walk.basis.decisions import Hop, Trail


@dataclass(frozen=True, kw_only=True, eq=False)
class Moment:
    """`trail` ends at the hop that is looked at; `mesh` is the view of that hop's Kubernetes cluster."""

    mesh: Mesh
    request: Request
    trail: Trail

    @property
    def hop(self) -> Hop:
        return self.trail.hop

    @property
    def viewer(self) -> str:
        """The namespace of the proxy."""
        return self.hop.party.namespace

    @property
    def scope(self) -> Scope:
        """What is left of the mesh to the proxy."""
        return self.mesh.sidecars.scope(self.viewer, self.hop.party.labels)


def chosen(place: Resource, why: str) -> Considered:
    """An object that decides, or takes part in it."""
    return Considered(resource=place, chosen=True, why=why)


def lost(place: Resource, why: str) -> Considered:
    """An object that could have decided and does not."""
    return Considered(resource=place, chosen=False, why=why)


def listed(labels: Mapping[str, str]) -> str:
    """`app=web, version=v1`."""
    return ", ".join(f"{key}={value}" for key, value in labels.items())


def named(things: Iterable[object]) -> str:
    """`a, b`."""
    return ", ".join(str(t) for t in things)


def not_selected(thing: Object, field: str, selector: Mapping[str, str], who: object) -> Considered:
    """An object whose selector is for other pods."""
    return lost(thing.at(field), f"it is for pods with {listed(selector)}, which {who} is not")
