"""The objects of one cluster, and what of it could not be seen.

Decides: what is read at a time, what becomes of a list that is refused, and what is said of it. A list that is
forbidden in the whole cluster is tried in each namespace in which it may be allowed; nothing fails whole because of one
refusal. Must not know what any object means, nor which of them a request needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from troubleshooter.collect.cluster.at_once import at_once
from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.cluster.contexts import WORKERS
from troubleshooter.collect.cluster.discovery import Served, discover
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.kinds import (
    CONFIG_MAPS,
    MUTATING,
    NAMESPACES,
    ReadKind,
    config_map,
    of_revision,
)
from troubleshooter.collect.cluster.listing import pages
from troubleshooter.collect.cluster.rights import Rights, rights_in
from troubleshooter.collect.cluster.unread import Unread, notes, unseen
from troubleshooter.collect.objects import object_of
from troubleshooter.model import Inventory, Key, Listing, NotChecked, Object

REVISION = "istio.io/rev"
EVERYWHERE = ("",)


@dataclass(eq=False)
class List:
    """One list while it is read: of a kind, in a namespace or in all."""

    kind: ReadKind
    namespace: str = ""
    objects: list[Object] = field(default_factory=list)
    date: int | None = None
    torn: bool = False
    failed: ClusterError | None = None
    ended: bool = False


class Snapshot:
    """What was read of a cluster so far. `watch` is told after each glance how many objects there are, and of which
    kinds lists are still being read."""

    def __init__(
        self,
        connection: Connection,
        *,
        namespaces: Sequence[str] = (),
        watch: Callable[[int, Sequence[str]], None] = lambda *_: None,
    ) -> None:
        self.connection, self._watch = connection, watch
        self._named = tuple(namespaces)
        self._objects: dict[Key, Object] = {}
        self.listed: set[Listing] = set()
        self.unread: list[Unread] = []
        self._rights: dict[str, Rights] = {}
        self._torn: list[ReadKind] = []
        self._partly: set[ReadKind] = set()
        self._refused: list[Unread] = []
        self.observed: int | None = None
        self.served = Served(kinds=())
        self.stopped = False

    def begin(self) -> None:
        """Find out what the cluster serves.

        Raises:
            ClusterError: there is no connection, or the credentials are not accepted.
        """
        self.served = discover(self.connection)
        for kind in self.served.absent:
            self._complete(kind, "")

    def configuration(self) -> tuple[ReadKind, ...]:
        """The kinds that do not grow with the pods."""
        return tuple(kind for kind in self.served.kinds if not kind.heavy)

    def heavy(self) -> tuple[ReadKind, ...]:
        """The kinds that do."""
        return tuple(kind for kind in self.served.kinds if kind.heavy)

    def read(self, kinds: Iterable[ReadKind], namespaces: Sequence[str] = EVERYWHERE) -> None:
        """Read these kinds, of all namespaces or of those that are named; what is forbidden, where it is allowed."""
        self._read([List(kind, namespace if kind.namespaced else "") for kind in kinds for namespace in namespaces])

    def read_mesh_config(self) -> None:
        """Read the ConfigMaps of the mesh: those that have fixed names, and those of each revision of Istio that the
        webhooks name."""
        names = {webhook.labels.get(REVISION, "default") for webhook in self.objects_of(MUTATING)} - {"default", ""}
        wanted = [*map(config_map, CONFIG_MAPS), *(kind for name in sorted(names) for kind in of_revision(name))]
        self._read([List(kind) for kind in wanted])

    def objects_of(self, kind: ReadKind) -> list[Object]:
        """The objects of a kind that were read."""
        return [one for one in self._objects.values() if (one.group, one.kind) == (kind.group, kind.kind)]

    def __len__(self) -> int:
        return len(self._objects)

    def inventory(self) -> Inventory:
        """Everything so far."""
        return Inventory(
            objects=tuple(self._objects.values()),
            not_checked=(*self._said(), *notes(self.connection, self.unread, self._partly)),
            observed=self.observed,
            listed=frozenset(self.listed),
            unseen=frozenset(self._unseen()),
        )

    def _unseen(self) -> Iterable[Listing]:
        """The lists that were refused or broke off; that of all namespaces too, where not all of these are known."""
        whole = (self.connection.name, NAMESPACES.group, NAMESPACES.kind, "") in self.listed
        return unseen(self.connection.name, [*self.unread, *(() if whole else self._refused)], self._objects.values())

    def _said(self) -> Iterable[NotChecked]:
        for kind in dict.fromkeys(self._torn):
            yield NotChecked(
                what=f"some {kind.plural}",
                why="the list changed while it was read, so that something may be missing",
                unlock="Run it again",
            )

    def _read(self, lists: list[List]) -> None:
        if self.stopped:
            self._take(lists)
            return
        held = len(self._objects)

        def glance() -> None:
            count = held + sum(len(one.objects) for one in lists)
            self._watch(count, [one.kind.plural for one in lists if not one.ended])

        self._at_once([partial(self._fill, one) for one in lists], glance)
        narrower = self._take(lists)
        if narrower:
            self._read(narrower)

    def _at_once(self, jobs: list[Callable[[], None]], glance: Callable[[], None]) -> None:
        """Do the jobs; Ctrl-C ends them, and what was read so far is kept."""
        try:
            at_once(jobs, WORKERS, glance)
        except KeyboardInterrupt:
            self.connection.limits.stop.set()
            self.stopped = True

    def _fill(self, one: List) -> None:
        """Read a list, page by page; what was read before it broke off stays."""
        try:
            for page in pages(self.connection, one.kind, one.namespace):
                one.objects += [object_of(raw, self.connection.name) for raw in page.objects]
                one.date, one.torn = page.date, one.torn or page.torn
        except ClusterError as error:
            one.failed = error
        one.ended = True

    def _take(self, lists: Iterable[List]) -> list[List]:
        """Take up what was read; the lists to try instead of those that are forbidden."""
        for one in lists:
            self._objects.update((thing.key, thing) for thing in one.objects)
            self.observed = one.date or self.observed
            if one.torn:
                self._torn.append(one.kind)
        return self._allowed([narrower for one in lists for narrower in self._judged(one)])

    def _judged(self, one: List) -> list[List]:
        """Note whether a list is complete; where it is forbidden as a whole, the lists to try instead."""
        why = one.failed.why if one.failed else None if one.ended else Why.STOPPED
        spaces = self._namespaces() if one.kind.namespaced and not one.namespace else ()
        if why in {None, Why.MISSING}:
            self._complete(one.kind, one.namespace, torn=one.torn)
        elif why is Why.FORBIDDEN and spaces:
            self._refused.append(Unread(kind=one.kind, namespace="", why=why))
            return [List(one.kind, space) for space in spaces]
        else:
            said = one.failed.said if one.failed and why is not Why.FORBIDDEN else ""
            self.unread.append(Unread(kind=one.kind, namespace=one.namespace, why=why or Why.STOPPED, said=said))
        return []

    def _complete(self, kind: ReadKind, namespace: str, *, torn: bool = False) -> None:
        self._partly.add(kind)
        if not (kind.only or torn):
            self.listed.add((self.connection.name, kind.group, kind.kind, namespace))

    def _namespaces(self) -> tuple[str, ...]:
        """The namespaces to look into where the whole cluster may not be: all that are known, and those that were
        named."""
        return tuple(dict.fromkeys((*self._named, *(one.name for one in self.objects_of(NAMESPACES)))))

    def _allowed(self, lists: list[List]) -> list[List]:
        """Those of the lists that the rules allow; the others are refused."""
        spaces = [name for name in dict.fromkeys(one.namespace for one in lists) if name not in self._rights]

        def ask(name: str) -> None:
            self._rights[name] = rights_in(self.connection, name)

        self._at_once([partial(ask, name) for name in spaces], lambda: self._watch(len(self), ["rights"]))
        found = []
        for one in lists:
            if self._rights.get(one.namespace, Rights()).may("list", one.kind.group, one.kind.plural):
                found.append(one)
            else:
                self.unread.append(Unread(kind=one.kind, namespace=one.namespace, why=Why.FORBIDDEN))
        return found
