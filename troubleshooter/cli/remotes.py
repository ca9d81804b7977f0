"""Which clusters each istiod reads, asked of istiod itself, where several clusters are looked at.

Decides: that it is asked only then: with one cluster nothing could be joined. Must not know what follows from it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace

from troubleshooter.cli import output
from troubleshooter.cli.live import Live
from troubleshooter.cli.parsing import program
from troubleshooter.collect.cluster.failures import ClusterError
from troubleshooter.collect.cluster.looks import Looker
from troubleshooter.collect.errors import note
from troubleshooter.evidence import take
from troubleshooter.evidence.istiod.values import RemoteClusters
from troubleshooter.facts.of_evidence.remote_clusters import with_remote_clusters
from troubleshooter.mesh.control_plane.istiod import is_istiod
from troubleshooter.model import Exhibit, NotChecked, Object, RuntimePage, Sight
from troubleshooter.model.sights import DISCOVERY


def told_of_remotes(live: Live, args: argparse.Namespace) -> Live:
    """What was read, with what each istiod tells of the other clusters. Where it cannot be asked, all clusters that
    were read are taken to be joined, and that is said."""
    if len(live.connections) == 1 or args.no_looks:
        return live
    told: dict[str, RemoteClusters] = {}
    missing: list[NotChecked] = []
    looker = Looker(live.connections)
    try:
        for sight in _sights(live.inventory.objects):
            output.say(f"{program()}: I look at {sight.words}:\n  {sight.command}")
            try:
                pages = _read(looker.look(sight).exhibits)
            except ClusterError as error:
                missing.append(note(sight.words, str(error), looker.unlock(sight, error)))
            else:
                told.update((sight.cluster, page) for page in pages)
    finally:
        looker.close()
    inventory = with_remote_clusters(live.inventory, told)
    return replace(live, inventory=replace(inventory, not_checked=(*inventory.not_checked, *missing)))


def _sights(objects: Sequence[Object]) -> Iterator[Sight]:
    """One pod of istiod in each cluster that has one: all of them read the same clusters."""
    asked: set[str] = set()
    for thing in objects:
        if thing.kind == "Pod" and is_istiod(thing) and thing.status.get("phase") == "Running":
            if thing.cluster not in asked:
                yield Sight(
                    page=RuntimePage.REMOTE_CLUSTERS,
                    namespace=thing.namespace,
                    pods=(thing.name,),
                    container=DISCOVERY,
                    cluster=thing.cluster,
                )
            asked.add(thing.cluster)


def _read(exhibits: Sequence[Exhibit]) -> Iterator[RemoteClusters]:
    return (reading.value for reading in take(exhibits).of(RemoteClusters))
