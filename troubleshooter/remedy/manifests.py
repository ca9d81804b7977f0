"""Manifests: objects as YAML, ready for `kubectl apply` or `kubectl replace`.

Decides: how an object is written, and which of the two it needs. Must not know edits or causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from troubleshooter.model import Change, Key, Object
from troubleshooter.remedy.edits import shown

FIRST_KEYS = ("apiVersion", "kind", "metadata")
PLURALS = {
    "NetworkPolicy": "networkpolicies",
    "AuthorizationPolicy": "authorizationpolicies",
    "ServiceEntry": "serviceentries",
}


RESTARTS = {
    "Pod": "kubectl delete pod {name} -n {namespace}  # its controller makes it anew; a bare pod is applied again",
    "Job": "kubectl delete job {name} -n {namespace}  # first, for a Job's template cannot change; then apply it",
    "CronJob": "kubectl create job {name}-now --from=cronjob/{name} -n {namespace}  # or wait for its next run",
    "Rollout": "kubectl argo rollouts restart {name} -n {namespace}",
    "ReplicaSet": "kubectl scale replicaset {name} --replicas=0 -n {namespace}  # then back to what it was",
    "ReplicationController": "kubectl scale rc {name} --replicas=0 -n {namespace}  # then back to what it was",
}
"""How the pods of a kind are made anew; all others are rolled."""


class _Dumper(yaml.SafeDumper):
    """Block style, no anchors, texts of several lines as blocks."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def manifest(objects: Iterable[Mapping[str, Any]]) -> str:
    """Objects as YAML documents; apiVersion, kind and metadata first."""
    return "---\n".join(_document(raw) for raw in objects)


def printed(raw: Mapping[str, Any]) -> str:
    """An object as kubectl prints it: every key in alphabetical order."""
    return yaml.dump(raw, Dumper=_Dumper, sort_keys=True, allow_unicode=True, width=10_000)


def _document(raw: Mapping[str, Any]) -> str:
    ordered = {**{k: raw[k] for k in FIRST_KEYS if k in raw}, **raw}
    return yaml.dump(ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def of_change(change: Change) -> str:
    """What to apply."""
    return manifest(shown(thing.raw) for thing in change.put.values())


def removes(change: Change) -> bool:
    """Whether an object that stays loses something. `kubectl apply` takes away only what an earlier `kubectl apply`
    wrote, so what was made by other means would stay; `kubectl replace` puts the whole object in its place.

    Source: kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config ("How apply calculates differences and
    merges changes").
    """
    pairs = ((change.before.get(key), thing) for key, thing in change.put.items())
    return any(_loses(old.raw, new.raw, whole_lists=_is_custom(new)) for old, new in pairs if old is not None)


def _is_custom(thing: Object) -> bool:
    """Of a custom resource `kubectl apply` writes lists as a whole; of a built-in kind it merges them."""
    return thing.group.endswith((".istio.io", "gateway.networking.k8s.io"))


def _loses(old: Any, new: Any, *, whole_lists: bool) -> bool:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return any(key not in new or _loses(value, new[key], whole_lists=whole_lists) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list) and not whole_lists:
        pairs = zip(old, new, strict=False)
        return len(new) < len(old) or any(_loses(a, b, whole_lists=whole_lists) for a, b in pairs)
    return False


def rollback(change: Change, commands: Iterable[str] = ()) -> str:
    """What undoes it: the objects as they were, the deletion of those that are new, and the `commands` that undo what
    others did."""
    old = [thing for thing in change.before.values() if thing is not None]
    text = manifest(shown(thing.raw) for thing in old)
    new = [f"# {' '.join(deletion(change.put[key]))}\n" for key, thing in change.before.items() if thing is None]
    return text + "".join(new) + "".join(f"# {command}\n" for command in commands)


def deletion(thing: Object) -> list[str]:
    """The command that deletes an object."""
    space = ["-n", thing.namespace] if thing.namespace else []
    return ["kubectl", "delete", _resource(thing), thing.name, *space]


def _resource(thing: Object) -> str:
    plural = PLURALS.get(thing.kind, f"{thing.kind.lower()}s")
    return f"{plural}.{thing.group}" if thing.group else plural


def restart_command(key: Key) -> str:
    """The command that makes a workload's pods anew."""
    _, _, kind, namespace, name = key
    command = RESTARTS.get(kind, "kubectl rollout restart {kind}/{name} -n {namespace}")
    return command.format(kind=kind.lower(), name=name, namespace=namespace)
