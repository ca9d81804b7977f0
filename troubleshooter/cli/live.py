"""The clusters that the flags name, read.

Decides: whether a cluster is read at all, and what is said where that cannot be done. Must not know what objects mean.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from troubleshooter.cli import output
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.asked import asked_alone
from troubleshooter.cli.home import home
from troubleshooter.cli.knowledge import refusing
from troubleshooter.cli.parsing import program
from troubleshooter.cli.progress import Progress
from troubleshooter.collect.cluster.connection import Connection, Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.snapshot import Snapshot
from troubleshooter.collect.errors import note, sentence
from troubleshooter.collect.garbage import collection_paused
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, NotChecked, Request
from troubleshooter.walk.reach.closure import ROUNDS, Space, namespaces_touched

log = logging.getLogger(__name__)

ISTIO_NAMESPACE = "istio-system"
SKEW_SECONDS = 60
"""So far the clocks may be apart before it is said: tokens and certificates live by the cluster's."""

_UNLOCK = {
    Why.UNAUTHORIZED: "Log in again; `kubectl get namespaces` says whether it worked",
    Why.UNREACHABLE: "Is it the right one (`kubectl config current-context`), and is a VPN or proxy needed? Another: "
    "--context NAME; files instead: -f FILE",
}
_OTHERWISE = "`kubectl get --raw /readyz` says how the API server is; more time: --request-timeout 120"


@dataclass(frozen=True, kw_only=True)
class Live:
    """What was read of live clusters, and the connections that are still there to look closer."""

    inventory: Inventory
    connections: tuple[Connection, ...] = ()


def read_clusters(args: argparse.Namespace) -> Live:
    """All objects of the clusters that the flags name. Of several, those that cannot be read are named.

    Raises:
        Refused: no cluster can be read.
    """
    limits = Limits(silence=args.request_timeout, whole=max(4 * args.request_timeout, 1))
    with refusing():
        found = connections(args.context, args.kubeconfig, limits)
    request = asked_alone(args)
    begun: list[_Reading] = []
    lost: list[NotChecked] = []
    with collection_paused():
        for connection in found:
            try:
                begun.append(_begin(connection, args, whole=request is None))
            except ClusterError as error:
                lost.append(_lost(connection, error))
        if not begun:
            raise Refused(sentence(lost[0]))
        if request is not None:
            _read_touched(begun, request, home(args))
        whole = _joined([_end(reading) for reading in begun])
    return Live(
        inventory=replace(whole, not_checked=(*lost, *whole.not_checked)),
        connections=tuple(reading.connection for reading in begun),
    )


class _Reading(NamedTuple):
    """A cluster while it is read."""

    connection: Connection
    snapshot: Snapshot
    progress: Progress


def _begin(connection: Connection, args: argparse.Namespace, *, whole: bool) -> _Reading:
    """Read the configuration of a cluster, or the whole of it. Raises ClusterError where there is no connection."""
    progress = Progress(connection.context or connection.server)
    snapshot = Snapshot(connection, namespaces=tuple(_hinted(connection, args)), watch=progress)
    snapshot.begin()
    snapshot.read((*(snapshot.heavy() if whole else ()), *snapshot.configuration()))
    snapshot.read_mesh_config()
    return _Reading(connection, snapshot, progress)


def _read_touched(begun: Sequence[_Reading], request: Request, namespace: str) -> None:
    """Read pods and endpoints of the namespaces that a request touches, until no namespace is new."""
    done: frozenset[Space] = frozenset()
    for _ in range(ROUNDS):
        mesh = Mesh(_joined([reading.snapshot.inventory() for reading in begun]))
        more = namespaces_touched(mesh, request, namespace) - done
        for reading in begun:
            spaces = sorted(space for cluster, space in more if cluster == reading.connection.name)
            reading.snapshot.read(reading.snapshot.heavy(), spaces)
        done |= more
        if not more:
            break


def _joined(inventories: Sequence[Inventory]) -> Inventory:
    """Those of several clusters as one."""
    return Inventory(
        objects=tuple(thing for one in inventories for thing in one.objects),
        not_checked=tuple(missing for one in inventories for missing in one.not_checked),
        observed=min((one.observed for one in inventories if one.observed), default=None),
        listed=frozenset(row for one in inventories for row in one.listed),
        unseen=frozenset(row for one in inventories for row in one.unseen),
    )


def _end(reading: _Reading) -> Inventory:
    """All that was read of one cluster, and what is to be said of it."""
    connection, snapshot = reading.connection, reading.snapshot
    inventory = snapshot.inventory()
    seconds = reading.progress.end()
    counts = Counter(thing.kind for thing in inventory.objects).most_common()
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts)
    log.info("%d objects of %s read in %.1f s: %s", len(snapshot), connection.context, seconds, kinds)
    if snapshot.stopped:
        output.say(f"{program()}: interrupted; I go on with the {len(snapshot):,} objects that were read")
    skew = _skew(connection, inventory)
    return replace(inventory, not_checked=(*inventory.not_checked, *skew))


def _hinted(connection: Connection, args: argparse.Namespace) -> Iterator[str]:
    """Namespaces that the flags name, for somebody who may not list them."""
    to = getattr(args, "to", "")
    host = (urlsplit(to if "://" in to else f"//{to}").hostname or "").split(".")
    source = getattr(args, "source", "").split("/")
    given = (args.namespace, connection.namespace, host[1] if host[1:] else "", source[0] if source[1:] else "")
    yield from (name for name in (*given, ISTIO_NAMESPACE) if name)


def _skew(connection: Connection, inventory: Inventory) -> Sequence[NotChecked]:
    apart = abs((inventory.observed or time.time()) - time.time())
    if apart < SKEW_SECONDS:
        return ()
    what = f"the clock of this machine, beside that of {connection.context or connection.server}"
    return (note(what, f"they are {apart:.0f} s apart; the cluster's is taken", "Let this machine's clock be set"),)


def _lost(connection: Connection, error: ClusterError) -> NotChecked:
    what = f"the cluster {connection.context} ({connection.server})" if connection.context else connection.server
    return note(what, str(error), _UNLOCK.get(error.why, _OTHERWISE))
