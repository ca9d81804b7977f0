"""Pods as they are kept: what a controller made, without what nothing here reads.

Decides: which fields of such a pod are kept, by their names, and that what pods of one controller have alike is held
once. A pod of which the controller is not read is left whole: a fix may edit it. Must not know what a field means.

A pod of a running mesh has some 13 kB of JSON, of which a fifth is ever looked at; a test holds that the diagnosis of
every mesh of the knowledge base is the same without the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Raw: TypeAlias = dict[str, Any]

CONTROLLERS = frozenset({"StatefulSet", "DaemonSet", "Job"})
"""Kinds that are read with the pods that they make: a fix edits them, and not their pods."""

METADATA = frozenset(
    {"name", "namespace", "labels", "annotations", "creationTimestamp", "deletionTimestamp", "ownerReferences"}
)
SPEC = frozenset({
    "containers", "initContainers", "nodeName", "hostNetwork", "serviceAccountName", "serviceAccount", "hostname",
    "subdomain", "dnsPolicy", "dnsConfig", "hostAliases", "securityContext", "terminationGracePeriodSeconds",
    "restartPolicy",
})  # fmt: skip
CONTAINER = frozenset({
    "name", "image", "command", "args", "env", "ports", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe",
    "restartPolicy", "securityContext",
})  # fmt: skip
STATUS = frozenset({"phase", "reason", "message", "podIP", "conditions", "containerStatuses", "initContainerStatuses"})
STATE = frozenset({"name", "ready", "restartCount", "state", "lastState"})

LISTS: Mapping[str, frozenset[str]] = {
    "ownerReferences": frozenset({"apiVersion", "kind", "name", "controller"}),
    "containers": CONTAINER,
    "initContainers": CONTAINER,
    "conditions": frozenset({"type", "status", "reason", "message"}),
    "containerStatuses": STATE,
    "initContainerStatuses": STATE,
}
"""Of lists of objects, what of each item is kept."""

ALIKE = ("labels", "ownerReferences", "containers", "initContainers", "conditions", "securityContext")
"""Fields that pods of one controller mostly have alike."""


class Trimming:
    """Trims one pod after another; what the one before of the same controller had, the next has too."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, str], Raw] = {}
        self._texts: dict[str, str] = {}

    def trimmed(self, raw: Raw) -> Raw:
        """A pod that a controller made, without what is not read of it; whatever else as it is. `raw` is ours: nobody
        has seen it yet, and it is cut in place, which takes a third of the time that a copy would."""
        if raw.get("kind") != "Pod":
            return raw
        head, spec, status = raw.get("metadata"), raw.get("spec"), raw.get("status")
        if not (isinstance(head, dict) and isinstance(spec, dict) and isinstance(status, dict)):
            return raw
        owner = _controller(head)
        if owner is None:
            return raw
        alike = self._last.setdefault((str(head.get("namespace")), *owner), {})
        _cut(head, METADATA, alike)
        _cut(spec, SPEC, alike)
        _cut(status, STATUS, alike)
        self._share_annotations(head)
        return raw

    def _share_annotations(self, metadata: Raw) -> None:
        """Annotations of the injector are long, and the same for many pods."""
        told, same = metadata.get("annotations"), self._texts
        if isinstance(told, dict):
            for key, each in told.items():
                if isinstance(each, str):
                    told[key] = same.setdefault(each, each)


def _controller(metadata: Raw) -> tuple[str, str] | None:
    """Kind and name of what made a pod, if that is of a kind that is read too. A ReplicaSet is, as far as its
    Deployment is: only a Deployment's pods have that label."""
    owners, labels = metadata.get("ownerReferences"), metadata.get("labels")
    held = [o for o in owners if isinstance(o, dict)] if isinstance(owners, list) else []
    chosen = next((o for o in held if o.get("controller")), held[0] if held else {})
    kind, name = chosen.get("kind"), chosen.get("name")
    if not (isinstance(kind, str) and isinstance(name, str)):
        return None
    deployed = kind == "ReplicaSet" and isinstance(labels, dict) and "pod-template-hash" in labels
    return (kind, name) if deployed or kind in CONTROLLERS else None


def _cut(whole: Raw, names: frozenset[str], alike: Raw) -> None:
    """Leave of a map what is read; what is equal to that of the pod before becomes the very same value."""
    for name in [name for name in whole if name not in names]:
        del whole[name]
    for name in LISTS.keys() & whole.keys():
        _cut_each(whole[name], LISTS[name])
    for name in ALIKE:
        if name in whole:
            before = alike.setdefault(name, whole[name])
            if before == whole[name]:
                whole[name] = before
            else:
                alike[name] = whole[name]


def _cut_each(items: Any, names: frozenset[str]) -> None:
    """The same of each map in a list; of variables stays what is written there."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            for name in [name for name in item if name not in names]:
                del item[name]
            env = item.get("env")
            for one in env if isinstance(env, list) else ():
                if isinstance(one, dict):
                    one.pop("valueFrom", None)
