"""Pods of a cluster as they are kept: what a controller made, without what nothing here reads.

Decides: which pods are cut to the fields of `pod_fields`, and that what pods of one controller have alike is held once.
A pod of which the controller is not read is left whole: a fix may edit it. Must not know what a field means.

A pod of a running mesh has some 13 kB of JSON, of which a fifth is ever looked at: the rest is stepped over where it is
parsed, and never made into values.
"""

from __future__ import annotations

from typing import Any

from troubleshooter.collect import typed_json
from troubleshooter.collect.pod_fields import Pod
from troubleshooter.model import as_list, as_map

CONTROLLERS = frozenset({"StatefulSet", "DaemonSet", "Job"})
"""Kinds that are read with the pods that they make: a fix edits them, and not their pods."""

ALIKE = (
    ("metadata", "labels"),
    ("metadata", "ownerReferences"),
    ("spec", "containers"),
    ("spec", "initContainers"),
    ("spec", "securityContext"),
    ("status", "conditions"),
)
"""Fields that pods of one controller mostly have alike."""


class Trimming:
    """Reads one pod after another; what the one before of the same controller had, the next has too."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._texts: dict[str, str] = {}

    def read(self, text: typed_json.Text) -> Any:
        """A pod that was not parsed yet, cut if a controller made it; whatever else as it is.

        Raises:
            ValueError: it is no JSON.
            RecursionError: it is nested too deeply.
        """
        pod = typed_json.fields_of(text, Pod)
        owner = _controller(pod["metadata"]) if pod else None
        if owner is None:
            return typed_json.read(text)
        self._share(pod, self._last.setdefault((str(pod["metadata"].get("namespace")), *owner), {}))
        return pod

    def _share(self, pod: Any, before: dict[str, Any]) -> None:
        """What is equal to that of the pod before becomes the very same value."""
        for part, name in ALIKE:
            held = pod[part]
            if name in held:
                if before.setdefault(name, held[name]) != held[name]:
                    before[name] = held[name]
                held[name] = before[name]
        self._share_annotations(pod["metadata"])

    def _share_annotations(self, metadata: dict[str, Any]) -> None:
        """Annotations of the injector are long, and the same for many pods."""
        told, same = metadata.get("annotations"), self._texts
        if isinstance(told, dict):
            for key, each in told.items():
                if isinstance(each, str):
                    told[key] = same.setdefault(each, each)


def _controller(metadata: dict[str, Any]) -> tuple[str, str] | None:
    """Kind and name of what made a pod, if that is of a kind that is read too. A ReplicaSet is, as far as its
    Deployment is: only a Deployment's pods have that label."""
    owners = as_list(metadata.get("ownerReferences"))
    chosen = next((owner for owner in owners if owner.get("controller")), owners[0] if owners else {})
    kind, name = chosen.get("kind"), chosen.get("name")
    if not (isinstance(kind, str) and isinstance(name, str)):
        return None
    deployed = kind == "ReplicaSet" and "pod-template-hash" in as_map(metadata.get("labels"))
    return (kind, name) if deployed or kind in CONTROLLERS else None
