"""Which of the kinds that are wanted a cluster serves, and in which version.

Decides: nothing but that. A kind that is not served is no error: Istio, or that part of it, is not installed. Where the
cluster does not tell, the versions of today are taken.

Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api: one answer for all groups since
Kubernetes 1.26, before that one for each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from troubleshooter.collect.cluster.connection import JSON, Connection
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.kinds import ISTIO, KUBERNETES, WHOLE_GROUPS, ReadKind
from troubleshooter.model import as_list, as_map

AGGREGATED = ",".join(
    f"{JSON};g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)
KNOWN = (*KUBERNETES, *ISTIO)
_GROUPS = frozenset(kind.group for kind in KNOWN)


@dataclass(frozen=True, kw_only=True)
class Served:
    """The wanted kinds that a cluster serves, and those that it does not; `guessed` where it does not tell."""

    kinds: tuple[ReadKind, ...]
    absent: tuple[ReadKind, ...] = ()
    guessed: bool = False


def discover(connection: Connection) -> Served:
    """What the cluster serves.

    Raises:
        ClusterError: there is no connection, or the credentials are not accepted.
    """
    try:
        found = [kind for path in ("/api", "/apis") for kind in _of_root(connection, path)]
    except ClusterError as error:
        if error.why is Why.FORBIDDEN:
            return Served(kinds=KNOWN, guessed=True)
        raise
    served: dict[tuple[str, str], ReadKind] = {}
    for kind in found:
        served.setdefault((kind.group, kind.plural), kind)
    known = {(kind.group, kind.plural): kind for kind in KNOWN}
    kinds = [_as_wanted(kind, known.get(key)) for key, kind in served.items() if key in known or _whole(kind)]
    return Served(
        kinds=tuple(sorted(kinds, key=lambda kind: not kind.heavy)),
        absent=tuple(kind for key, kind in known.items() if key not in served),
    )


def _whole(kind: ReadKind) -> bool:
    return kind.group in WHOLE_GROUPS


def _as_wanted(served: ReadKind, known: ReadKind | None) -> ReadKind:
    """A kind in the version that is served."""
    return replace(known, version=served.version, namespaced=served.namespaced) if known else served


def _of_root(connection: Connection, path: str) -> Iterator[ReadKind]:
    told = _read(connection, path, f"{AGGREGATED},{JSON}")
    if told.get("kind") == "APIGroupDiscoveryList":
        for group in map(as_map, as_list(told.get("items"))):
            yield from _of_group(group)
    elif path == "/api":
        yield from _of_version(connection, "", "v1")
    else:
        for group in map(as_map, as_list(told.get("groups"))):
            if group.get("name") in _GROUPS:
                for version in map(as_map, as_list(group.get("versions"))):
                    yield from _of_version(connection, str(group["name"]), str(version.get("version")))


def _of_group(group: Mapping[str, Any]) -> Iterator[ReadKind]:
    """The kinds of a group in an answer for all groups; the version that is preferred comes first."""
    name = str(as_map(group.get("metadata")).get("name") or "")
    for version in map(as_map, as_list(group.get("versions"))) if name in _GROUPS else ():
        for one in map(as_map, as_list(version.get("resources"))):
            if "list" in as_list(one.get("verbs")):
                kind = str(as_map(one.get("responseKind")).get("kind"))
                yield _kind(name, str(version.get("version")), str(one.get("resource")), kind, one.get("scope"))


def _of_version(connection: Connection, group: str, version: str) -> Iterator[ReadKind]:
    """The kinds of one version of a group. One that does not answer serves nothing: its server may be down."""
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    try:
        told = _read(connection, root, JSON)
    except ClusterError as error:
        if error.why in {Why.MISSING, Why.BROKEN}:
            return
        raise
    for one in map(as_map, as_list(told.get("resources"))):
        name = str(one.get("name"))
        if "/" not in name and "list" in as_list(one.get("verbs")):
            scope = "Namespaced" if one.get("namespaced") else "Cluster"
            yield _kind(group, version, name, str(one.get("kind")), scope)


def _kind(group: str, version: str, plural: str, kind: str, scope: object) -> ReadKind:
    return ReadKind(group=group, version=version, plural=plural, kind=kind, namespaced=scope == "Namespaced")


def _read(connection: Connection, path: str, accept: str) -> Mapping[str, Any]:
    try:
        return as_map(json.loads(connection.get(path, accept=accept).body))
    except (ValueError, RecursionError):
        raise ClusterError(Why.DAMAGED, f"{path} is no JSON") from None
