"""The one place that changes a cluster: a fix as requests, each tried before any is sent.

Decides: which request makes a change, and what has to be true for it. Must not know why something is changed, whom to
ask, or where a rollback is kept: whoever calls this has a person's yes.

How an object that is there is changed: by a JSON merge patch of the fields that differ, under a field manager of our
own, on condition that the object is still the version that was compared (`resourceVersion`). Server-side apply would be
wrong here in both of its ways. Sending the whole object makes us an owner of every field, so that whoever keeps it in a
repository meets conflicts later and can take no field away; sending the changed fields alone cannot take away what
somebody else wrote, which many fixes must. A patch makes us the owner of what it changes and of nothing else, and
conflicts show as a version that has moved on. What it does not do is refuse to overwrite another manager's field: so
the managers of the fields are told beforehand. New objects are made by POST, which refuses to touch one that is there.

Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/ (owners of fields, also of plain updates),
https://kubernetes.io/docs/reference/using-api/api-concepts/ (dry run, resourceVersion as a condition).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, NamedTuple

from troubleshooter.collect.cluster.connection import JSON, Connection
from troubleshooter.collect.cluster.discovery import discover
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.kinds import ReadKind
from troubleshooter.collect.cluster.merging import Manager, managers, merge_patch, merged
from troubleshooter.collect.objects import object_of
from troubleshooter.model import Change, Key, Object, Raw, as_map

FIELD_MANAGER = "troubleshoot"
MERGE_PATCH = "application/merge-patch+json"
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
"""What `kubectl rollout restart` sets in a pod template; a template that changes makes new pods."""
ROLLED = frozenset({"Deployment", "StatefulSet", "DaemonSet"})

SERVER_SET = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink")
_CONFIG_MAP = ReadKind(group="", version="v1", plural="configmaps", kind="ConfigMap")
_ABOUT = {
    Why.FORBIDDEN: "you may not do this in this cluster",
    Why.CONFLICT: "somebody has made or changed it since it was read; diagnose again",
    Why.MISSING: "it, or its namespace, is not there; diagnose again",
    Why.INVALID: "the cluster refuses it",
}


class CannotApply(Exception):
    """A change that cannot be made; the text says what and why, in one sentence without a full stop."""


class Request(NamedTuple):
    """A request that changes one object."""

    method: str
    path: str
    body: Mapping[str, Any]
    media: str = JSON


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A request, and what its dry run came to: the object as it is (`now`, None if there is none) and as it would be
    (`then`, None if it would be gone), both without status and server-set fields; `whole` is `now` with all that
    kubectl keeps in it, for the way back. `managers` wrote the fields that change. `resource` is what kubectl calls
    its kind."""

    connection: Connection
    key: Key
    resource: str
    request: Request
    now: Raw | None = None
    then: Raw | None = None
    whole: Raw | None = None
    managers: tuple[Manager, ...] = ()

    @property
    def name(self) -> str:
        """The object in people's words."""
        return _named(self.key)

    def send(self) -> None:
        """Make the change.

        Raises:
            CannotApply: it is refused, or nobody knows whether it was made.
        """
        try:
            _send(self.connection, self.request, dry=False)
        except ClusterError as error:
            raise _refusal(self.key, error) from None


def try_out(connections: Mapping[str, Connection], change: Change, now: str) -> list[Trial]:
    """The requests that make a change, in their order, each tried by the servers without effect. `connections` are by
    the names of their Kubernetes clusters; `now` is the time for what is restarted (RFC 3339).

    Raises:
        CannotApply: one of them would fail, or the mesh is no longer as it was when it was read.
    """
    kinds = {name: _kinds(connection) for name, connection in connections.items()}
    found: list[Trial] = []
    for key in dict.fromkeys((*change.put, *change.drop, *change.restart)):
        connection = connections.get(key[0])
        kind = kinds.get(key[0], {}).get((key[1], key[2]))
        if connection is None or kind is None or key[2] == "Secret":
            raise CannotApply(f"{_named(key)}: this is not changed from here")
        try:
            found += _tried(_Target(connection, kind, key), change, now)
        except ClusterError as error:
            raise _refusal(key, error) from None
    return found


def makes_pods(trial: Trial) -> bool:
    """Whether a change makes the pods of a workload anew."""
    return trial.key[2] in ROLLED and "template" in as_map(trial.request.body.get("spec"))


def is_rolled_out(connection: Connection, trial: Trial) -> bool:
    """Whether all pods of a workload that was changed are new ones, and ready.

    Raises:
        ClusterError: it does not tell.
    """
    raw = _json(connection.get(trial.request.path).body)
    status, spec = as_map(raw.get("status")), as_map(raw.get("spec"))
    wanted = status.get("desiredNumberScheduled", spec.get("replicas", 1))
    updated = status.get("updatedReplicas", status.get("updatedNumberScheduled", 0))
    ready = status.get("readyReplicas", status.get("numberReady", 0))
    total = status.get("replicas", status.get("currentNumberScheduled", wanted))
    seen = status.get("observedGeneration", 0) >= as_map(raw.get("metadata")).get("generation", 0)
    return bool(seen and updated == wanted == ready == total)


class _Target(NamedTuple):
    connection: Connection
    kind: ReadKind
    key: Key

    @property
    def path(self) -> str:
        return self.kind.path(self.key[3], self.key[4])

    def read(self) -> dict[str, Any]:
        return _json(self.connection.get(self.path).body)


def _kinds(connection: Connection) -> dict[tuple[str, str], ReadKind]:
    try:
        served = discover(connection).kinds
    except ClusterError as error:
        raise CannotApply(f"the cluster does not say what it serves: {error}") from None
    return {(kind.group, kind.kind): kind for kind in (_CONFIG_MAP, *served)}


def _tried(target: _Target, change: Change, now: str) -> Iterator[Trial]:
    before = change.before.get(target.key)
    if target.key in change.put and before is None:
        yield _made(target, change.put[target.key])
        return
    whole = target.read()
    version = {"metadata": {"resourceVersion": as_map(whole.get("metadata")).get("resourceVersion")}}
    known = object_of(deepcopy(whole), target.connection.name)
    if before is not None and _content(before.raw) != _content(known.raw):
        raise ClusterError(Why.CONFLICT)
    if target.key in change.drop:
        yield _dropped(target, whole, known)
        return
    patch = merge_patch(before.raw, change.put[target.key].raw) if before and target.key in change.put else {}
    if target.key in change.restart:
        patch = merged(patch, _restart(known, now))
    if patch:
        request = Request("PATCH", target.path, merged(patch, version), MERGE_PATCH)
        yield _trial(
            target,
            request,
            now=_content(known.raw),
            then=_then(target, request),
            whole=_shown(whole),
            managers=managers(whole, patch, FIELD_MANAGER),
        )


def _made(target: _Target, thing: Object) -> Trial:
    raw = {**_shown(thing.raw), "apiVersion": target.kind.api_version}
    request = Request("POST", target.kind.path(target.key[3]), raw)
    return _trial(target, request, then=_then(target, request))


def _dropped(target: _Target, whole: Raw, known: Object) -> Trial:
    conditions = {name: known.metadata.get(name) for name in ("uid", "resourceVersion")}
    body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": conditions}
    request = Request("DELETE", target.path, body)
    _send(target.connection, request, dry=True)
    return _trial(target, request, now=_content(known.raw), whole=_shown(whole))


def _trial(target: _Target, request: Request, **shown: Any) -> Trial:
    """A trial of this request on the target; `shown` are the fields that people see."""
    return Trial(connection=target.connection, key=target.key, resource=target.kind.resource, request=request, **shown)


def _restart(known: Object, now: str) -> dict[str, Any]:
    """What makes the pods of a workload anew.

    Raises:
        CannotApply: changing its template does not.
    """
    strategy = as_map(known.spec.get("updateStrategy")).get("type")
    if known.kind not in ROLLED or known.group != "apps":
        raise CannotApply(f"{known}: its pods are not made anew from here")
    if known.spec.get("paused") or strategy == "OnDelete":
        raise CannotApply(f"{known}: it makes no new pods by itself (it is paused, or its strategy is OnDelete)")
    return {"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: now}}}}}


def _then(target: _Target, request: Request) -> Raw:
    """The object as it would be, with what defaults and webhooks of the cluster make of it."""
    raw = _json(_send(target.connection, request, dry=True))
    return _content(object_of(raw, target.connection.name).raw)


def _json(body: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise ClusterError(Why.DAMAGED) from None
    return raw if isinstance(raw, dict) else {}


def _send(connection: Connection, request: Request, *, dry: bool) -> bytes:
    query = {"dryRun": "All"} if dry else {}
    if request.method != "DELETE":
        query["fieldManager"] = FIELD_MANAGER
    return connection.send(request.method, request.path, request.body, query, media=request.media).body


def _content(raw: Raw) -> Raw:
    """What somebody wrote of an object, whichever of its versions it was read in."""
    return {key: value for key, value in _shown(raw).items() if key != "apiVersion"}


def _shown(raw: Raw) -> dict[str, Any]:
    """An object as it is applied: without status and without what the server sets."""
    copy = {key: value for key, value in raw.items() if key != "status"}
    copy["metadata"] = {key: value for key, value in as_map(raw.get("metadata")).items() if key not in SERVER_SET}
    return copy


def _refusal(key: Key, error: ClusterError) -> CannotApply:
    about = _ABOUT.get(error.why, error.why.value)
    return CannotApply(f"{_named(key)}: {about}" + (f" ({error.said})" if error.said else ""))


def _named(key: Key) -> str:
    cluster, _, kind, namespace, name = key
    return f"{kind} {'/'.join(filter(None, (namespace, name)))}" + (f" of {cluster}" if cluster else "")
