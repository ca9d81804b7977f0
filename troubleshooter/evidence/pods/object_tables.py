"""The tables of `kubectl get` of objects that are no pods: services, endpoints, nodes, namespaces, workloads, and
Istio's own kinds.

Decides: of which kind a table's rows are, by its headings; and what a row says. What stands before a name
(`service/web`, as `kubectl get all` prints it) is left out. Must not know what follows: most of what an object holds is
in no table.
Sources: pkg/printers/internalversion/printers.go in kubernetes/kubernetes; additionalPrinterColumns of Istio's kinds in
manifests/charts/base/files/crd-all.gen.yaml (istio/istio). Tables with NAME and AGE alone say nothing, and are not
taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from troubleshooter.evidence.cleaning import MAX_LINE
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pods.columns import MAX_ROWS, Columns, Row, headings, row_of

_HEADINGS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Service", frozenset({"TYPE", "CLUSTER-IP", "PORT(S)"})),
    ("EndpointSlice", frozenset({"ADDRESSTYPE", "PORTS", "ENDPOINTS"})),
    ("Endpoints", frozenset({"ENDPOINTS"})),
    ("Node", frozenset({"STATUS", "ROLES", "VERSION"})),
    ("Deployment", frozenset({"READY", "UP-TO-DATE", "AVAILABLE"})),
    ("ReplicaSet", frozenset({"DESIRED", "CURRENT", "READY"})),
    ("VirtualService", frozenset({"GATEWAYS", "HOSTS"})),
    ("ServiceEntry", frozenset({"HOSTS", "LOCATION", "RESOLUTION"})),
    ("DestinationRule", frozenset({"HOST"})),
    ("PeerAuthentication", frozenset({"MODE"})),
    ("AuthorizationPolicy", frozenset({"ACTION"})),
    ("Namespace", frozenset({"STATUS", "LABELS"})),
)
"""By which headings, beside NAME and AGE, a kind is known; a table with more comes before one with fewer."""
_NOT_ITS_OWN = {
    "Endpoints": frozenset({"NAMESPACE", "NAME", "ENDPOINTS", "AGE"}),
    "DestinationRule": frozenset({"NAMESPACE", "NAME", "HOST", "AGE"}),
    "PeerAuthentication": frozenset({"NAMESPACE", "NAME", "MODE", "AGE"}),
    "AuthorizationPolicy": frozenset({"NAMESPACE", "NAME", "ACTION", "AGE"}),
    "Namespace": frozenset({"NAME", "STATUS", "AGE", "LABELS"}),
}
"""All headings that a table of this kind can have: one heading alone does not tell a kind."""
_HEAD = re.compile(r"^NAME(?:SPACE)? .*$", re.MULTILINE)
_LOOKED_AT = 50
"""So many lines of headings are looked at."""
_NAME = re.compile(r"(?:[a-z]+(?:\.[a-z0-9.-]+)?/)?(?P<name>[A-Za-z0-9][A-Za-z0-9._:-]{0,252})")
_LABEL = re.compile(r"(?P<key>[A-Za-z0-9][\w./-]{0,316})=(?P<value>[\w.-]{0,63})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One object as a table shows it: its kind, namespace ("" where it was not printed, or has none), name, its cells
    by heading, without those that say <none>, its labels (None where they were not printed), and the line."""

    kind: str
    namespace: str
    name: str
    cells: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] | None = None
    line: int = 0

    @property
    def text(self) -> str:
        """The row in a line."""
        return f"{self.kind} {' '.join(self.cells.values())}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectTable:
    """The objects of all tables of a text, in their order."""

    objects: tuple[Listed, ...] = ()

    def of(self, kind: str) -> Iterator[Listed]:
        """Those of a kind."""
        return (one for one in self.objects if one.kind == kind)


def _kind(columns: Columns) -> str:
    """The kind of which a table with these headings is; "" for none that is known."""
    names = {name for name, _ in columns}
    if "NAME" not in names:
        return ""
    for kind, wanted in _HEADINGS:
        if names >= wanted and names <= _NOT_ITS_OWN.get(kind, names) | {"LABELS"}:
            return kind
    return ""


def _read(page: Page) -> ObjectTable:
    return ObjectTable(objects=tuple(_objects(page)))


def _objects(page: Page) -> Iterator[Listed]:
    kind, columns = "", headings("")
    for number, raw in page.lines():
        line = raw[:MAX_LINE]
        if _is_head(line):
            columns = headings(line)
            kind = _kind(columns)
        elif not line.strip():
            kind = ""
        elif kind and number <= MAX_ROWS:
            yield from _listed(kind, columns, row_of(columns, number, line), page)


def _is_head(line: str) -> bool:
    return line.startswith(("NAME ", "NAMESPACE "))


def _listed(kind: str, columns: Columns, row: Row, page: Page) -> Iterator[Listed]:
    """A row with an age, as all rows of such tables have one: a sentence below a table is none."""
    name = _NAME.fullmatch(row.get("NAME"))
    if name is None or not row.get("AGE"):
        return
    labels = {m["key"]: m["value"] for m in _LABEL.finditer(row.get("LABELS"))}
    yield Listed(
        kind=kind,
        namespace=row.get("NAMESPACE") or page.pod.partition("/")[0],
        name=name["name"],
        cells=row.cells,
        labels=labels if "LABELS" in {heading for heading, _ in columns} else None,
        line=row.line,
    )


def _fits(page: Page) -> bool:
    """Whether any of the first tables is one; others may stand before it."""
    heads = islice(_HEAD.finditer(page.text), _LOOKED_AT)
    return any(_kind(headings(head[0])) for head in heads)


KINDS = (Kind(words="a table of objects (kubectl get)", fits=_fits, read=_read, also=True),)
"""`kubectl get all` prints such tables below that of the pods."""
