"""What the flags name, read: the mesh, manifests laid over it.

Decides: that standard input goes to one flag, and that what is damaged is said on standard error. Must not know what
any of it means.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from troubleshooter.cli import output
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.home import home, reads_cluster
from troubleshooter.cli.knowledge import refusing
from troubleshooter.cli.live import Live, read_clusters
from troubleshooter.cli.parsing import program
from troubleshooter.cli.remotes import told_of_remotes
from troubleshooter.collect import KUBECTL_COMMAND, overlay, read_input, read_inventory, sentence
from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.errors import note
from troubleshooter.collect.files import Collected
from troubleshooter.collect.inputs import MAX_BYTES
from troubleshooter.model import Exhibit, Inventory, NotChecked
from troubleshooter.walk import RequestError
from troubleshooter.walk.request.without import take_away

log = logging.getLogger(__name__)

STDIN = "-"

OLD = 3600
"""From how many seconds on what was collected is said to be old."""

NO_MESH = NotChecked(
    what="the mesh",
    why="absent from the input: there is no object in it; much of what proxies and logs tell shows only with them",
    unlock="Name its objects with -f FILE",
)


NOTHING = Collected(inventory=Inventory())


@dataclass(frozen=True, kw_only=True)
class Laid:
    """The objects to look at, (`before`) what they were without --with and --without, None if neither is given, and the
    texts that stood beside the objects of -f in archives, and the access logs of bundles. `connections` lead to the
    clusters that were read."""

    inventory: Inventory
    before: Inventory | None = None
    exhibits: tuple[Exhibit, ...] = ()
    logs: tuple[Exhibit, ...] = ()
    connections: tuple[Connection, ...] = ()


def read_mesh(args: argparse.Namespace, pasted: Collected = NOTHING) -> Laid:
    """The objects of the cluster or of -f, and those that were pasted, with those of --with laid over them and the
    workloads of --without taken away, observed now: a request that is asked about is made now. What of them is damaged
    is said on standard error.

    Raises:
        Refused: there is nothing to look at, something that was named cannot be read at all, or --without names nothing
            that is there.
    """
    demand_one_reader(args)
    namespace = home(args)
    live = _live(args)
    with refusing():
        found = read_input(args.filename, stdin=standard_input, namespace=namespace)
        inventory = overlay(live.inventory, found.inventory) if live else found.inventory
        if pasted.inventory.objects:
            inventory = overlay(inventory, pasted.inventory)
        exhibits = (*found.exhibits, *pasted.exhibits)
        if not inventory.objects and (found.exhibits or found.logs or not args.filename):
            inventory = replace(inventory, not_checked=(*inventory.not_checked, NO_MESH))
        before = inventory if args.laid_over or args.without else None
        if args.laid_over:
            over = read_inventory(args.laid_over, stdin=standard_input, namespace=namespace)
            inventory = overlay(inventory, over)
    log.info("%d objects read", len(inventory.objects))
    meant = bool(args.filename or live)  # who gave neither, meant to give no mesh
    no_mesh = [NO_MESH] if meant and NO_MESH in inventory.not_checked else []
    for missing in (*found.inventory.not_checked, *pasted.inventory.not_checked, *no_mesh):  # else the result tells
        output.say(f"{program()}: {sentence(missing)}")
    now = int(time.time())
    inventory = _less(_dated(inventory, now), args)
    now = inventory.observed or now
    return Laid(
        inventory=replace(inventory, observed=now),
        before=before and replace(before, observed=now),
        exhibits=exhibits,
        logs=found.logs,
        connections=live.connections if live else (),
    )


def _dated(inventory: Inventory, now: int) -> Inventory:
    """What is old says so: dates are judged as of then."""
    if inventory.observed is None or now - inventory.observed < OLD:
        return inventory
    when = f"{datetime.fromtimestamp(inventory.observed, UTC):%Y-%m-%d %H:%M} UTC"
    since = note(
        "what has changed since",
        f"this was collected at {when}: certificates and tokens are judged as of then",
        "Collect it again to see how it is now",
    )
    return replace(inventory, not_checked=(*inventory.not_checked, since))


def _live(args: argparse.Namespace) -> Live | None:
    """What a cluster says, None where none is to be read. One that nobody named may fail where there is something else
    to look at.

    Raises:
        Refused: a cluster that was named cannot be read, or there is nothing to look at.
    """
    told = [flag for flag in ("log", "envoy", "paste") if getattr(args, flag, "")]
    if reads_cluster(args):
        try:
            return told_of_remotes(read_clusters(args), args)
        except Refused as refused:
            if args.context or args.kubeconfig or not told:
                raise
            output.say(f"{program()}: {refused}")
            return Live(inventory=Inventory(not_checked=(note("the cluster", str(refused)),)))
    if not (args.filename or told):
        raise Refused(
            "there is nothing to look at: there is no kubeconfig here, so name files with -f, or pipe in what kubectl "
            f"prints:\n\n  {KUBECTL_COMMAND} | {program()} diagnose -f -"
        )
    return None


def _less(inventory: Inventory, args: argparse.Namespace) -> Inventory:
    """The inventory without the workloads that --without names."""
    try:
        return take_away(inventory, args.without, args.namespace, args.source)
    except RequestError as error:
        raise Refused(str(error)) from None


def demand_one_reader(args: argparse.Namespace) -> None:
    """Raise Refused where several flags want standard input, which can be read once."""
    wanting = takes_stdin(args)
    if len(wanting) > 1:
        raise Refused(f"{' and '.join(wanting)} both want standard input; put one of them into a file")


def takes_stdin(args: argparse.Namespace) -> list[str]:
    """The flags that want standard input."""
    return [name for name, path in _named(args) if path.rpartition("=")[2] == STDIN]


def _named(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Every flag that names a file, with the file."""
    yield from dict.fromkeys(("-f", path) for path in args.filename)
    yield from dict.fromkeys(("--with", path) for path in getattr(args, "laid_over", ()))
    yield from (("--envoy", path) for path in getattr(args, "envoy", ()))
    yield from (("--paste", path) for path in getattr(args, "paste", ()))
    yield from dict.fromkeys(("--log", path) for path in getattr(args, "log", ()))


def standard_input() -> bytes:
    """All of standard input, which can be read once.

    Raises:
        Refused: it is closed.
    """
    if sys.stdin is None:
        raise Refused("standard input is closed; name a file instead of -")
    if sys.stdin.isatty():
        output.say(f"{program()}: reading standard input; end it with Ctrl-D")
    return sys.stdin.buffer.read(MAX_BYTES + 1)
