"""Routes of the Gateway API, as `kubectl describe` prints them, with what the controller says of them.

Decides: which conditions are of Istio's controller. Must not know what follows from one. What kubectl has no words of
its own for it prints field by field, in the order of the alphabet: of a condition `Type` comes last, and the controller
that set them after them. Source: staging/src/k8s.io/kubectl/pkg/describe/describe.go in kubernetes/kubernetes
(printUnstructuredContent); https://gateway-api.sigs.k8s.io/reference/spec/#routeparentstatus.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from troubleshooter.evidence.cleaning import MAX_FIELD, MAX_LINE, printable
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page

_FIELD = re.compile(r"( *)([A-Z][A-Za-z() ]{0,40}):(?: +(.*))?")
_ROUTE = re.compile(r"^Kind: +(?:HTTP|GRPC|TLS|TCP|UDP)Route *$", re.MULTILINE)
_API = re.compile(r"^API Version: +gateway\.networking\.k8s\.io/", re.MULTILINE)
_OURS = "istio.io/"
_PARTS = ("Message", "Reason", "Status", "Type")
_MAX_LINES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a controller says of a route: a condition's type, its status (`True`, `False`, `Unknown`), the reason and
    the message, and the line of its type."""

    type: str
    status: str
    reason: str
    message: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedRoute:
    """A route with the conditions that Istio's controller set, of all its parents."""

    kind: str
    namespace: str
    name: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedRoutes:
    """All routes of a text."""

    all: tuple[DescribedRoute, ...]


@dataclass(slots=True)
class _Draft:
    """A route in the making: its fields at the top, what its present parent says, and the condition that is read."""

    fields: dict[str, str] = field(default_factory=dict)
    section: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    open: list[Condition] = field(default_factory=list)
    kept: list[Condition] = field(default_factory=list)

    def take(self, depth: int, key: str, value: str, line: int) -> None:
        """One line of it."""
        if depth == 0:
            self.section = key
            self.fields.setdefault(key, value)
        elif self.section != "Status":
            return
        elif key == "Controller Name":
            self.kept += self.open if value.startswith(_OURS) else []
            self.open = []
        elif key in _PARTS:
            self.parts[key] = value
            if key == "Type":
                kind, status, reason, message = (self.parts.get(p, "") for p in ("Type", "Status", "Reason", "Message"))
                self.open.append(Condition(type=kind, status=status, reason=reason, message=message, line=line))
                self.parts = {}

    def done(self) -> DescribedRoute:
        """The route; what no controller signed, at a text's end, counts as Istio's."""
        told = (*self.kept, *self.open)
        kind, namespace, name = (self.fields.get(key, "") for key in ("Kind", "Namespace", "Name"))
        return DescribedRoute(kind=kind, namespace=namespace, name=name, conditions=told)


def _drafts(page: Page) -> Iterator[_Draft]:
    draft: _Draft | None = None
    for number, raw in page.lines():
        match = _FIELD.fullmatch(printable(raw[:MAX_LINE]).rstrip()) if number <= _MAX_LINES else None
        if match is None:
            continue
        depth, key, value = len(match[1]), match[2], (match[3] or "")[:MAX_FIELD].strip()
        if depth == 0 and key == "Name":
            if draft is not None:
                yield draft
            draft = _Draft()
        if draft is not None:
            draft.take(depth, key, value, number)
    if draft is not None:
        yield draft


def _read(page: Page) -> DescribedRoutes:
    found = (draft.done() for draft in _drafts(page))
    return DescribedRoutes(all=tuple(one for one in found if one.kind.endswith("Route")))


KINDS = (
    Kind(
        words="a route of the Gateway API (kubectl describe)",
        fits=lambda page: _ROUTE.search(page.head) is not None and _API.search(page.head) is not None,
        read=_read,
    ),
)
