"""Pods, and what makes them, as `kubectl describe` prints them.

Decides: what such a text says of containers, their states, and events. Must not know what follows from it. Each pod is
given as the Pod object that the API server keeps, as far as it was printed, and each event at its end as an Event: so
both are read where such objects are. What a container is called with and its environment are left out: they may be
secret. Source: staging/src/k8s.io/kubectl/pkg/describe/describe.go in kubernetes/kubernetes (the words, and how deep
they are indented).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from troubleshooter.evidence.cleaning import MAX_FIELD, MAX_LINE, printable
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pods.columns import headings, rows_below
from troubleshooter.evidence.pods.events import event
from troubleshooter.evidence.pods.transcripts import transcript
from troubleshooter.model import Object

PROXY = "istio-proxy"

_BEGIN = re.compile(r"Name: {2,}(\S+)")
_FIELD = re.compile(r"( *)([A-Z][A-Za-z() ]{0,40}|[a-z0-9.-]{1,253}):(?: +(.*))?")
_SECTIONS = {"Init Containers": "initContainers", "Containers": "containers"}
_STATES = {"State": "state", "Last State": "lastState"}
_DEPTH_OF_NAME, _DEPTH_OF_FIELD, _DEPTH_OF_STATE = 2, 4, 6
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_MAX_LINES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The `pods` and `events` of a text. Of pods whose containers were not printed nothing is said."""

    pods: tuple[Object, ...] = ()
    events: tuple[Object, ...] = ()


@dataclass(slots=True)
class _Draft:
    """One object in the making: where it begins, its fields at the top, and its containers by section, each with its
    line, its own fields and those of its two states."""

    name: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    containers: dict[str, list[_Container]] = field(default_factory=dict)
    events: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Container:
    name: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    states: dict[str, dict[str, str]] = field(default_factory=dict)


def _drafts(page: Page) -> Iterator[_Draft]:
    """Every object that is described."""
    draft: _Draft | None = None
    section = state = ""
    lines = page.lines()
    for number, line in lines:
        if number > _MAX_LINES:
            break
        text = printable(line[:MAX_LINE]).rstrip()
        begin = _BEGIN.fullmatch(text)
        if begin:
            if draft is not None:
                yield draft
            draft, section, state = _Draft(begin[1], number), "", ""
            continue
        match = _FIELD.fullmatch(text)
        if draft is None or match is None:
            continue
        depth, key, value = len(match[1]), match[2], (match[3] or "")[:MAX_FIELD].strip()
        if depth == 0:
            section, state = _SECTIONS.get(key, ""), ""
            draft.fields.setdefault(key, value)
            if key == "Events" and not value:
                draft.events.extend(_events(lines))
        elif section:
            state = _in_container(draft.containers.setdefault(section, []), state, (depth, key, value), number)
    if draft is not None:
        yield draft


def _in_container(held: list[_Container], state: str, told: tuple[int, str, str], line: int) -> str:
    """Put a field of a container where it belongs; the state in which the lines below it are."""
    depth, key, value = told
    if depth == _DEPTH_OF_NAME:
        held.append(_Container(key, line))
        return ""
    if not held or depth not in (_DEPTH_OF_FIELD, _DEPTH_OF_STATE):
        return state
    if depth == _DEPTH_OF_STATE:
        if state:
            held[-1].states[state].setdefault(key, value)
        return state
    if key in _STATES:
        held[-1].states[_STATES[key]] = {"": value}
        return _STATES[key]
    held[-1].fields.setdefault(key, value)
    return ""


def _events(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    """Line, reason and message of the events at the end."""
    columns = headings(next(lines, (0, ""))[1])
    if {"Reason", "Message"} <= {name for name, _ in columns}:
        for row in rows_below(columns, lines):
            if row.get("Reason") and not row.get("Reason").startswith("---"):
                yield row.line, row.get("Reason"), row.get("Message")


def _described(page: Page) -> Described:
    drafts = list(_drafts(page))
    pods = tuple(_pod(draft, page.name) for draft in drafts if draft.containers and _kind(draft) == "Pod")
    told = (event(_about(d), reason, text, page.name, line) for d in drafts for line, reason, text in d.events)
    return Described(pods=pods, events=tuple(told))


def _about(draft: _Draft) -> dict[str, str]:
    return {"kind": _kind(draft), "namespace": draft.fields.get("Namespace", ""), "name": draft.name}


def _kind(draft: _Draft) -> str:
    """The kind is not printed; what is printed differs by kind."""
    held = draft.fields
    if "StrategyType" in held:
        return "Deployment"
    if "Pods Status" in held:
        return "ReplicaSet" if held.get("Controlled By", "").startswith("Deployment/") else ""
    return "Pod" if "Node" in held or "IP" in held else ""


def _pod(draft: _Draft, file: str) -> Object:
    lines: dict[str, int] = {}
    for section, held in draft.containers.items():
        key = f"status.{section.removesuffix('s')}Statuses"
        lines.update({f"{key}[{n}]": one.line for n, one in enumerate(held)})
    owner = draft.fields.get("Controlled By", "").partition("/")
    meta: dict[str, Any] = {"name": draft.name, "namespace": draft.fields.get("Namespace", "")}
    if owner[2]:
        meta["ownerReferences"] = [{"kind": owner[0], "name": owner[2], "controller": True}]
    spec = {key: [_spec(one, key) for one in held] for key, held in draft.containers.items()}
    status: dict[str, Any] = {"phase": draft.fields.get("Status", "").split(" ")[0]}
    for key, held in draft.containers.items():
        status[f"{key.removesuffix('s')}Statuses"] = [_status(one) for one in held]
    if draft.fields.get("Status", "").startswith("Terminating"):
        meta["deletionTimestamp"] = draft.fields["Status"]
    if draft.fields.get("IP"):
        status["podIP"] = draft.fields["IP"]
    raw = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": status}
    return transcript(raw, file, lines, draft.line)


def _spec(one: _Container, key: str) -> dict[str, Any]:
    """A proxy among the init containers is one that stays: Istio puts it there in that form alone."""
    stays = {"restartPolicy": "Always"} if key == "initContainers" and one.name == PROXY else {}
    return {"name": one.name, "image": one.fields.get("Image", ""), **stays}


def _status(one: _Container) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.name}
    if "Ready" in one.fields:
        found["ready"] = one.fields["Ready"] == "True"
    count = one.fields.get("Restart Count", "")
    if _NUMBER.fullmatch(count):
        found["restartCount"] = int(count)
    for key, told in one.states.items():
        found[key] = {told[""].lower(): _state(told)}
    return found


def _state(told: dict[str, str]) -> dict[str, Any]:
    held: dict[str, Any] = {"reason": told["Reason"]} if "Reason" in told else {}
    if _NUMBER.fullmatch(told.get("Exit Code", "")):
        held["exitCode"] = int(told["Exit Code"])
    if told.get("Message"):
        held["message"] = told["Message"]
    return held


def _is_described(page: Page) -> bool:
    lines = page.head.splitlines()
    return any(_BEGIN.fullmatch(line.rstrip()) for line in lines) and any(
        line.startswith("Namespace:") for line in lines
    )


KINDS = (Kind(words="what kubectl describes", fits=_is_described, read=_described),)
