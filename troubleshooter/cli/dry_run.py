"""`--dry-run-collect`: the commands that print what would be read of a cluster, instead of reading it.

Decides: nothing of what is read; the tables that say so are printed. Must not ask a cluster for anything.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator

from troubleshooter.cli.answer import Refused
from troubleshooter.cli.home import reads_cluster
from troubleshooter.collect.cluster.kinds import CONFIG_MAPS, GATEWAY_API, ISTIO, KUBERNETES, config_map
from troubleshooter.consult.looking import MOST
from troubleshooter.consult.sources import ROWS, Whose
from troubleshooter.model import Sight
from troubleshooter.model.sights import DISCOVERY, PROXY


def commands(args: argparse.Namespace) -> str:
    """The commands, with a comment where they are not all run.

    Raises:
        Refused: no cluster would be read.
    """
    if not reads_cluster(args):
        raise Refused("--dry-run-collect prints what would be read of a cluster, and these flags read none")
    return "\n".join(_lines(args))


def _lines(args: argparse.Namespace) -> Iterator[str]:
    if args.kubeconfig:
        yield f"export KUBECONFIG={shlex.quote(args.kubeconfig)}"
    for context in args.context or [""]:
        yield from _lists(context)
        if not args.no_looks:
            yield ""
            yield f"# Where objects do not explain why a request fails, at most {MOST} of these, of pods on its way:"
            yield from dict.fromkeys(_looks(context))


def _lists(context: str) -> Iterator[str]:
    """What objects are read. Each group by itself: kubectl prints nothing where one kind of several is not there."""
    plain = [kind for kind in KUBERNETES if not kind.only]
    istio = [kind for kind in ISTIO if kind.group != GATEWAY_API]
    gateway_api = [kind for kind in ISTIO if kind.group == GATEWAY_API]
    for kinds in (plain, istio, gateway_api):
        yield _get(context, ",".join(kind.resource for kind in kinds))
    for kind in (*(k for k in KUBERNETES if k.only), *map(config_map, CONFIG_MAPS)):
        yield _get(context, kind.resource, f"--field-selector={kind.only}")


def _get(context: str, *what: str) -> str:
    return shlex.join(("kubectl", *(("--context", context) if context else ()), "get", *what, "-A", "-o", "json"))


def _looks(context: str) -> Iterator[str]:
    for row in ROWS:
        of_istiod = row.whose is Whose.ISTIOD
        yield Sight(
            page=row.page,
            namespace="istio-system" if of_istiod or row.whose is Whose.ZTUNNEL else "NAMESPACE",
            pods=("ISTIOD" if of_istiod else "ZTUNNEL" if row.whose is Whose.ZTUNNEL else "POD",),
            container=DISCOVERY if of_istiod else PROXY,
            cluster=context,
        ).command
