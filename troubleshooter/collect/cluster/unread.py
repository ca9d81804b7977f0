"""The lists that were not read, in words.

Decides: which of them are said together. Must not know how they were asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.cluster.failures import Why
from troubleshooter.collect.cluster.kinds import CONFIG_MAPS, ReadKind, config_map
from troubleshooter.collect.cluster.rights import unlocking
from troubleshooter.collect.errors import note
from troubleshooter.model import Listing, NotChecked, Object, as_map

MESH_CONFIG = CONFIG_MAPS[0]

NAMED = 3
"""So many namespaces are named; the others are counted."""

_UNLOCK = {
    Why.STOPPED: "Run it again, and let it end",
    Why.TIMED_OUT: "Try again, with more time: --request-timeout 120",
    Why.BUSY: "Try again in a minute",
    Why.UNAUTHORIZED: "Log in again; `kubectl get namespaces` says whether it worked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A list that was not read, or not to its end: of a kind, in a namespace ("" for all), and why; `said` are the
    server's words."""

    kind: ReadKind
    namespace: str
    why: Why
    said: str = ""


def notes(connection: Connection, unread: Iterable[Unread], partly: Container[ReadKind]) -> Iterator[NotChecked]:
    """One note for all kinds of the same reason and the same namespaces. Those that are not among the `partly` read
    were not read anywhere."""
    spaces: dict[tuple[ReadKind, Why, str], list[str]] = defaultdict(list)
    for one in unread:
        spaces[one.kind, one.why, one.said].append(one.namespace)
    kinds: dict[tuple[Why, str, tuple[str, ...]], list[ReadKind]] = defaultdict(list)
    for (kind, why, said), found in spaces.items():
        where = tuple(sorted(filter(None, found))) if kind in partly else ()
        kinds[why, said, where].append(kind)
    for (why, said, namespaces), found_kinds in kinds.items():
        unlock = _UNLOCK.get(why, "Try again; `kubectl get --raw /readyz` says how the API server is")
        if why is Why.FORBIDDEN:
            unlock = unlocking(connection, found_kinds, namespaces)
        of = f" of cluster {connection.name}" if connection.name else ""
        what = ", ".join(_named(kind) for kind in found_kinds)
        yield note(f"{what}{_in(namespaces)}{of}", f"{why.value} ({said})" if said else why.value, unlock)


def unseen(cluster: str, unread: Iterable[Unread], objects: Iterable[Object]) -> Iterator[Listing]:
    """The lists among them of which objects may be missing that decide something. Of ConfigMaps that is the mesh
    config: where it was read, nothing of it is missing."""
    mesh_config = any(thing.kind == "ConfigMap" and "mesh" in as_map(thing.raw.get("data")) for thing in objects)
    for one in unread:
        if not one.kind.only or (one.kind == config_map(MESH_CONFIG) and not mesh_config):
            yield cluster, one.kind.group, one.kind.kind, one.namespace


def _named(kind: ReadKind) -> str:
    """A kind in words; of ConfigMaps, which ones."""
    name = kind.only.removeprefix("metadata.name=")
    return f"ConfigMap {name}" if name != kind.only else kind.plural


def _in(namespaces: Sequence[str]) -> str:
    if not namespaces:
        return ""
    others = len(namespaces) - NAMED
    more = f" and {others} more" if others > 0 else ""
    return f" in {', '.join(namespaces[:NAMED])}{more}"
