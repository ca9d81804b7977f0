"""Events, from the tables that `kubectl get events` and `kubectl events` print, wide or not, and from their JSON.

Decides: which events a text tells of. Must not know what they mean. Each is given as the Event object that the API
server keeps, as far as it was printed: so it is read where such objects are.
Sources: pkg/printers/internalversion/printers.go in kubernetes/kubernetes (columns of events);
https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from troubleshooter.evidence.cleaning import MAX_TEXT, printable
from troubleshooter.evidence.kinds import DAMAGED, Kind, Unreadable
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pods.columns import MAX_ROWS, Row, headings_with, rows_below
from troubleshooter.evidence.pods.transcripts import transcript
from troubleshooter.model import Object, as_list, as_map

NAMES = {
    "pod": "Pod",
    "replicaset": "ReplicaSet",
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "job": "Job",
}
"""The kinds of objects that make pods, or are some, as the column OBJECT has them."""

_WANTED = frozenset({"REASON", "OBJECT", "MESSAGE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """The events that a text tells of, in its order, as Event objects. One whose namespace was not printed has none."""

    objects: tuple[Object, ...] = ()


def event(about: Mapping[str, str], reason: str, message: str, file: str, line: int) -> Object:
    """One event about an object (`kind`, `namespace`, `name`)."""
    text = printable(message)[:MAX_TEXT]
    raw = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"namespace": about["namespace"], "name": f"{about['name']} ({reason})"},
        "involvedObject": dict(about),
        "reason": reason,
        "message": text,
    }
    return transcript(raw, file, {}, line)


def _of_table(page: Page) -> Events:
    lines = page.lines()
    found = (
        _of_row(row, page)
        for n, line in lines
        if (columns := headings_with(_WANTED, line))
        for row in rows_below(columns, lines)
    )
    return Events(objects=tuple(one for one in found if one is not None))


def _of_row(row: Row, page: Page) -> Object | None:
    kind, slash, name = row.get("OBJECT").partition("/")
    if not slash or not row.get("REASON"):
        return None
    about = {"kind": NAMES.get(kind.lower(), kind), "namespace": row.get("NAMESPACE") or _namespace(page), "name": name}
    return event(about, row.get("REASON"), row.get("MESSAGE"), page.name, row.line)


def _namespace(page: Page) -> str:
    return page.pod.partition("/")[0]


def _is_table(page: Page) -> bool:
    return any(headings_with(_WANTED, line) for line in page.head.splitlines())


def _of_json(page: Page) -> Events:
    if page.json is None:
        raise Unreadable(DAMAGED)
    return Events(objects=tuple(_of_objects(page)))


def _of_objects(page: Page) -> Iterator[Object]:
    raw = as_map(page.json)
    for one in [raw] if raw.get("kind") == "Event" else as_list(raw.get("items"))[:MAX_ROWS]:
        told = as_map(one)
        whom = as_map(told.get("involvedObject") or told.get("regarding"))
        about = {key: _word(whom.get(key)) for key in ("kind", "namespace", "name")}
        if about["name"]:
            yield event(about, _word(told.get("reason")), _word(told.get("message") or told.get("note")), page.name, 1)


def _word(value: Any) -> str:
    return printable(value)[:MAX_TEXT] if isinstance(value, str) else ""


def _is_json(page: Page) -> bool:
    return page.looks_like_json and ('"involvedObject"' in page.head or '"regarding"' in page.head)


KINDS = (
    Kind(words="events (kubectl get events)", fits=_is_table, read=_of_table),
    Kind(words="events (kubectl get events -o json)", fits=_is_json, read=_of_json),
)
