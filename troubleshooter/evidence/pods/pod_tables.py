"""The table of `kubectl get pods`, wide or not.

Decides: what it says of each pod. Must not know which container is meant by a status: the table names none. Tables of
other kinds prove little by themselves and are not read.
Source: pkg/printers/internalversion/printers.go in kubernetes/kubernetes (printPod: how STATUS comes about).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pods.columns import Row, headings_with, rows_below

_WANTED = frozenset({"NAME", "READY", "STATUS", "RESTARTS"})
_READY = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")
_COUNT = re.compile(r"[0-9]{1,9}")
_NAME = re.compile(r"(?:pods?/)?([a-z0-9][a-z0-9.-]{0,252})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PodRow:
    """One pod: how many of its containers are ready, of how many, its status in kubectl's words, restarts, address and
    node ("" where not printed), and the line. A namespace that was not printed is ""."""

    namespace: str
    name: str
    ready: int
    containers: int
    status: str
    restarts: int = 0
    address: str = ""
    node: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PodTable:
    """The pods of a table, in its order."""

    pods: tuple[PodRow, ...] = ()


def _read(page: Page) -> PodTable:
    lines = page.lines()
    found = (
        pod
        for _, line in lines
        if (columns := headings_with(_WANTED, line))
        for row in rows_below(columns, lines)
        for pod in _pod(row, page)
    )
    return PodTable(pods=tuple(found))


def _pod(row: Row, page: Page) -> Iterator[PodRow]:
    ready, name = _READY.fullmatch(row.get("READY")), _NAME.fullmatch(row.get("NAME"))
    count = _COUNT.match(row.get("RESTARTS"))
    if ready and name and row.get("STATUS"):
        yield PodRow(
            namespace=row.get("NAMESPACE") or page.pod.partition("/")[0],
            name=name[1],
            ready=int(ready[1]),
            containers=int(ready[2]),
            status=row.get("STATUS"),
            restarts=int(count[0]) if count else 0,
            address=row.get("IP"),
            node=row.get("NODE"),
            line=row.line,
        )


KINDS = (
    Kind(
        words="a table of pods (kubectl get pods)",
        fits=lambda page: any(headings_with(_WANTED, line) for line in page.head.splitlines()),
        read=_read,
    ),
)
