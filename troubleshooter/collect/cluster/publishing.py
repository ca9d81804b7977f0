"""Findings, written into the cluster as reports that others read there.

Decides: how reports get there, and which of older runs go. It writes objects of one group alone, and takes away only
what carries the label of this program. Must not know what a report says.

Here server-side apply is right: the objects are ours and sent whole, so what an older run said and this one does not is
taken out, and nobody else has a field to lose (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from troubleshooter.collect.cluster.applying import FIELD_MANAGER
from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.kinds import ReadKind
from troubleshooter.collect.cluster.listing import pages
from troubleshooter.model import Object, Raw

APPLY = "application/apply-patch+yaml"
"""JSON is YAML."""
GROUP, VERSION = "wgpolicyk8s.io", "v1alpha2"
KINDS = {
    "PolicyReport": ReadKind(group=GROUP, version=VERSION, plural="policyreports", kind="PolicyReport"),
    "ClusterPolicyReport": ReadKind(
        group=GROUP, version=VERSION, plural="clusterpolicyreports", kind="ClusterPolicyReport", namespaced=False
    ),
}
Place: TypeAlias = tuple[str, str, str]
"""Kind, namespace and name."""


def publish(connection: Connection, reports: Sequence[Raw], label: tuple[str, str], namespace: str = "") -> int:
    """Write the reports, and take away older ones with this `label` that are none of them; with a `namespace` only
    those of that namespace. The answer is how many were written: a namespace may be deleted meanwhile.

    Raises:
        ClusterError: the cluster has no such kinds (MISSING), or refuses to have them read or written.
    """
    older = list(_older(connection, label, namespace))
    new = [Object(raw=raw) for raw in reports]
    written = sum(_write(connection, one) for one in new)
    for place in older:
        if place not in {_place(one) for one in new}:
            _take_away(connection, place)
    return written


def _older(connection: Connection, label: tuple[str, str], namespace: str) -> Iterator[Place]:
    for kind in KINDS.values():
        if kind.namespaced or not namespace:
            for page in pages(connection, kind, namespace if kind.namespaced else ""):
                found = (Object(raw=raw) for raw in page.objects)
                yield from (_place(one) for one in found if one.labels.get(label[0]) == label[1])


def _place(one: Object) -> Place:
    return one.kind, one.namespace, one.name


def _write(connection: Connection, one: Object) -> bool:
    """Whether a report could be written: where its namespace is gone, nobody misses it."""
    query = {"fieldManager": FIELD_MANAGER, "force": "true"}
    try:
        connection.send("PATCH", KINDS[one.kind].path(one.namespace, one.name), one.raw, query, media=APPLY)
    except ClusterError as error:
        if error.why is Why.MISSING and one.namespace:
            return False
        raise
    return True


def _take_away(connection: Connection, place: Place) -> None:
    kind, namespace, name = place
    try:
        connection.send("DELETE", KINDS[kind].path(namespace, name), {"apiVersion": "v1", "kind": "DeleteOptions"})
    except ClusterError as error:
        if error.why is not Why.MISSING:
            raise
