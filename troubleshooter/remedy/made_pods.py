"""Changes of pods whose controller was not read: what has to be done to the controller instead.

Decides: the command that makes the change where the pods come from, and the one that takes it back. A pod that is
changed itself is made anew as it was, and what is decided when it is made (its proxy) is decided no more. Must not know
causes, or why something is changed.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from troubleshooter.mesh.workload.ownership import maker_by_name
from troubleshooter.model import Change, Key, Object, Raw

ROLLED = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
"""Kinds that make their pods anew when their template changes."""


@dataclass(frozen=True, kw_only=True)
class ByTemplate:
    """A change without the pods that somebody else makes (`rest`), the commands that stand for these, and those that
    take them back; `left` says of the first pod for which there is no command why there is none, or is ""."""

    rest: Change
    commands: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    left: str = ""

    @property
    def any(self) -> bool:
        """Whether there is such a pod."""
        return bool(self.commands or self.left)


def by_template(change: Change) -> ByTemplate:
    """The change as it has to be made."""
    makers = {key: maker for key, thing in change.put.items() if (maker := _maker(change, key, thing))}
    if not makers:
        return ByTemplate(rest=change)
    commands, back, left = [], [], ""
    for key, (kind, name) in makers.items():
        old, new = change.before[key], change.put[key]
        if old is None or kind not in ROLLED:
            left = left or f"{new} is made by {kind} {name}, which was not read: change the template there"
            continue
        commands.append(_command(kind, name, new.namespace, old.raw, new.raw))
        back.append(_command(kind, name, new.namespace, new.raw, old.raw))
    rest = replace(
        change,
        put={key: thing for key, thing in change.put.items() if key not in makers},
        before={key: thing for key, thing in change.before.items() if key not in makers},
        restart=tuple(key for key in change.restart if key not in makers),
    )
    return ByTemplate(rest=rest, commands=tuple(dict.fromkeys(commands)), back=tuple(dict.fromkeys(back)), left=left)


def _maker(change: Change, key: Key, thing: Object) -> tuple[str, str] | None:
    return maker_by_name(thing) if thing.kind == "Pod" and change.before.get(key) is not None else None


def _command(kind: str, name: str, namespace: str, old: Raw, new: Raw) -> str:
    """A merge patch of the template; lists can only be edited by hand, since one would take the place of the whole."""
    where = f"{kind.lower()} {shlex.quote(name)} -n {shlex.quote(namespace)}"
    patch = _difference(old, new)
    if patch is None:
        return f"kubectl edit {where}  # the same change, below spec.template"
    text = json.dumps({"spec": {"template": patch}}, separators=(",", ":"), ensure_ascii=False)
    return f"kubectl patch {where} --type merge -p {shlex.quote(text)}"


def _difference(old: Raw, new: Raw) -> dict[str, Any] | None:
    """What makes `new` of `old` as a JSON merge patch (RFC 7386); None where a list differs."""
    patch: dict[str, Any] = {}
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        if isinstance(was, list) or isinstance(now, list):
            return None
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            inner = _difference(was, now)
            if inner is None:
                return None
            patch[key] = inner
        else:
            patch[key] = now
    return patch
