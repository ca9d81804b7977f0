"""What an audit leaves out: objects of kinds that are not modelled yet, counted by kind.

Decides: which objects could change what traffic does, and are not looked at without a request. Must not guess what
they do.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.mesh.basis.attachment import target_refs
from troubleshooter.mesh.basis.index import NETWORKING, SECURITY
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.not_modelled.patches import changes_capture
from troubleshooter.mesh.not_modelled.unmodelled import GATEWAY_API, OF_PROXIES, OF_ROUTES
from troubleshooter.mesh.policy.network_plugins import OF_NETWORKS
from troubleshooter.model import NotChecked, Object, as_list

NAMING = ((SECURITY, "AuthorizationPolicy"), (SECURITY, "RequestAuthentication"))
"""Kinds that are modelled where they select by labels, and not where they name what they are for."""

NAMED = 3
"""How many objects of a kind are named."""


def blind_spots(mesh: Mesh, namespace: str = "") -> tuple[NotChecked, ...]:
    """An entry for each kind of which objects are there, with their number and the first names. A namespace limits them
    to its own, those of the root namespace, and those of the whole cluster; one of which nothing was seen is an entry
    itself."""
    spaces = {namespace, mesh.settings.root_namespace, ""}
    kinds: dict[str, list[Object]] = {}
    for thing in _unmodelled(mesh):
        if not namespace or thing.namespace in spaces:
            kinds.setdefault(thing.kind, []).append(thing)
    unseen = _unseen(mesh, namespace) if namespace not in {"", *mesh.index.namespaces} else ()
    return (*unseen, *(NotChecked(what=_said(kind, held), why="not modelled yet") for kind, held in kinds.items()))


def _unseen(mesh: Mesh, namespace: str) -> tuple[NotChecked, ...]:
    held = sorted(mesh.index.namespaces)
    there = f"there is {', '.join(held[:NAMED])}" + (f" and {len(held) - NAMED} more" if held[NAMED:] else "")
    unlock = f"Look at its name: {there}" if held else "Give its objects"
    return (NotChecked(what=f"namespace {namespace}", why="nothing of it was seen", unlock=unlock),)


def _unmodelled(mesh: Mesh) -> Iterable[Object]:
    index = mesh.index
    for group, kind in (*OF_ROUTES, (GATEWAY_API, "Gateway"), *OF_PROXIES, *OF_NETWORKS):
        yield from filter(_changes_something, index.all(group, kind))
    for thing in index.all(NETWORKING, "Sidecar"):
        if mesh.sidecars.doubtful(thing):
            yield thing
    for group, kind in NAMING:
        yield from filter(target_refs, index.all(group, kind))


def _changes_something(thing: Object) -> bool:
    if thing.kind == "EnvoyFilter":
        return bool(as_list(thing.spec.get("configPatches")))
    return thing.kind != "ProxyConfig" or changes_capture(thing)


def _said(kind: str, held: list[Object]) -> str:
    first = ", ".join(f"{o.namespace}/{o.name}".lstrip("/") for o in held[:NAMED])
    more = f" and {len(held) - NAMED} more" if len(held) > NAMED else ""
    return f"{len(held)} of kind {kind}: {first}{more}"
