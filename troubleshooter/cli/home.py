"""Where the flags look: in a cluster or not, and in which namespace where none is named.

Decides as kubectl does. Must not read any object.
"""

from __future__ import annotations

import argparse

from troubleshooter.cli.answer import Refused
from troubleshooter.collect.cluster.contexts import has_cluster, namespace_of
from troubleshooter.collect.scope import DEFAULT_NAMESPACE


def reads_cluster(args: argparse.Namespace) -> bool:
    """Whether the flags want a cluster read: one that they name, or, where they name no files, that of kubectl.

    Raises:
        Refused: they want both.
    """
    if args.offline:
        if args.context or args.kubeconfig:
            raise Refused("--offline reads no cluster, and --context and --kubeconfig name one; leave one of them out")
        return False
    return bool(args.context or args.kubeconfig) or (not args.filename and has_cluster())


def home(args: argparse.Namespace) -> str:
    """The namespace that counts where none is named."""
    if args.namespace:
        return str(args.namespace)
    return (namespace_of(args.context, args.kubeconfig) if reads_cluster(args) else "") or DEFAULT_NAMESPACE
