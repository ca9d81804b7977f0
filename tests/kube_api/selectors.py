"""Which objects a list keeps: `labelSelector` and `fieldSelector`.

Must not know resources, beyond the fields that may be selected by.

Facts: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ and …/field-selectors/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.kube_api.messages import Json, Refused

Keeps = Callable[[Json], bool]

FIELDS = {
    "*": ("metadata.name", "metadata.namespace"),
    "pods": ("spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "status.phase", "status.podIP"),
    "events": ("involvedObject.kind", "involvedObject.name", "involvedObject.namespace", "reason", "type"),
    "secrets": ("type",),
}
"""The fields that lists of a resource may be selected by; `*`: of each."""

_SET = re.compile(r"^(\S+)\s+(in|notin)\s*\(([^)]*)\)$")
_EQUAL = re.compile(r"^([^=!\s]+)\s*(==|!=|=)\s*(\S*)$")
_EXISTS = re.compile(r"^(!?)\s*([^=!\s(),]+)$")


def labels(text: str) -> Keeps:
    """Whether an object has the labels of a selector. Raises Refused (400) for what is no selector."""
    asked = [_label(part.strip()) for part in re.split(r",(?![^(]*\))", text) if part.strip()]

    def keeps(each: Json) -> bool:
        held = each["metadata"].get("labels") or {}
        return all(holds(held) for holds in asked)

    return keeps


def _label(part: str) -> Callable[[dict[str, str]], bool]:
    if found := _SET.match(part):
        key, operator, inside = found.groups()
        values = {value.strip() for value in inside.split(",")}
        if operator == "in":
            return lambda held: held.get(key) in values
        return lambda held: held.get(key) not in values
    if found := _EQUAL.match(part):
        key, operator, value = found.groups()
        return lambda held: (held.get(key) == value) is (operator != "!=")
    if found := _EXISTS.match(part):
        negated, key = found.groups()
        return lambda held: (key in held) is not bool(negated)
    raise Refused(400, f"unable to parse requirement: {part!r} is no label selector")


def fields(text: str, resource: str) -> Keeps:
    """Whether an object has the fields of a selector. Raises Refused (400) for a field that is not selectable."""
    asked = []
    for part in filter(None, text.split(",")):
        found = _EQUAL.match(part)
        if not found:
            raise Refused(400, f"invalid selector: {text!r}; can't understand {part!r}")
        path, operator, value = found.groups()
        if path not in (*FIELDS["*"], *FIELDS.get(resource, ())):
            raise Refused(400, f"field label not supported: {path}")
        asked.append((path.split("."), operator, value))

    def keeps(each: Json) -> bool:
        return all((_at(each, path) == value) is (operator != "!=") for path, operator, value in asked)

    return keeps


def _at(each: Any, path: list[str]) -> str:
    for key in path:
        each = (each or {}).get(key)
    return str(each or "")


def only_name(text: str) -> str:
    """The one name that a field selector asks for; "" where it asks for none. A right on that name is then enough."""
    for part in text.split(","):
        found = _EQUAL.match(part)
        if found and found[1] == "metadata.name" and found[2] != "!=":
            return found[3]
    return ""
