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

METADATA = ("name", "namespace", "labels", "annotations", "creationTimestamp", "deletionTimestamp", "ownerReferences")
SPEC = (
    "containers", "initContainers", "nodeName", "hostNetwork", "serviceAccountName", "serviceAccount", "hostname",
    "subdomain", "dnsPolicy", "dnsConfig", "hostAliases", "securityContext", "terminationGracePeriodSeconds",
    "restartPolicy",
)  # fmt: skip
CONTAINER = (
    "name", "image", "command", "args", "env", "ports", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe",
    "restartPolicy", "securityContext",
)  # fmt: skip
STATUS = ("phase", "reason", "message", "podIP", "conditions", "containerStatuses", "initContainerStatuses")

LISTS: Mapping[str, tuple[str, ...]] = {
    "ownerReferences": ("apiVersion", "kind", "name", "controller"),
    "containers": CONTAINER,
    "initContainers": CONTAINER,
    "conditions": ("type", "status", "reason", "message"),
    "containerStatuses": ("name", "ready", "restartCount", "state", "lastState"),
    "initContainerStatuses": ("name", "ready", "restartCount", "state", "lastState"),
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
        """A pod that a controller made with what is read of it; whatever else as it is. Nothing of `raw` is changed,
        and parts of it are used."""
        if raw.get("kind") != "Pod":
            return raw
        head, spec, status = raw.get("metadata"), raw.get("spec"), raw.get("status")
        if not (isinstance(head, dict) and isinstance(spec, dict) and isinstance(status, dict)):
            return raw
        owner = _controller(head)
        if owner is None:
            return raw
        alike = self._last.setdefault((str(head.get("namespace")), *owner), {})
        return {
            "apiVersion": raw.get("apiVersion"),
            "kind": "Pod",
            "metadata": self._metadata(_kept(head, METADATA, alike)),
            "spec": _kept(spec, SPEC, alike),
            "status": _kept(status, STATUS, alike),
        }

    def _metadata(self, metadata: Raw) -> Raw:
        """Annotations of the injector are long, and the same for many pods."""
        told = metadata.get("annotations")
        if isinstance(told, dict):
            same = self._texts
            texts = {key: same.setdefault(each, each) if isinstance(each, str) else each for key, each in told.items()}
            metadata["annotations"] = texts
        return metadata


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


def _kept(whole: Raw, names: tuple[str, ...], alike: Raw) -> Raw:
    """Of a map what is read; the very value of the pod before where it is equal."""
    found: Raw = {}
    for name in names:
        if name in whole:
            value = whole[name]
            if name in LISTS:
                value = _each(value, LISTS[name])
            if name in ALIKE:
                before = alike.get(name)
                if before == value:
                    value = before
                else:
                    alike[name] = value
            found[name] = value
    return found


def _each(items: Any, names: tuple[str, ...]) -> Any:
    """Of each item of a list what is read; what is no list of maps as it is."""
    if not isinstance(items, list):
        return items
    found = []
    for item in items:
        if not isinstance(item, dict):
            return items
        kept = {name: item[name] for name in names if name in item}
        if "env" in kept:
            kept["env"] = _variables(kept["env"])
        found.append(kept)
    return found


def _variables(env: Any) -> Any:
    """Variables without where a value comes from that is not written there."""
    if not isinstance(env, list):
        return env
    return [_named(one) if isinstance(one, dict) and "valueFrom" in one else one for one in env]


def _named(variable: Raw) -> Raw:
    return {key: value for key, value in variable.items() if key != "valueFrom"}
