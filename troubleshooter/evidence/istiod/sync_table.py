"""The tables that `istioctl proxy-status` and `istioctl remote-clusters` print.

Decides: the cells of a table by its header. Must not know what a state means for a request.

The columns of proxy-status differ by version (istioctl/pkg/writer/pilot/status.go):

    to 1.7      NAME CDS LDS EDS RDS PILOT VERSION
    from 1.8    NAME CDS LDS EDS RDS ISTIOD VERSION, later with CLUSTER behind NAME and ECDS behind RDS
    newest      NAME CLUSTER ISTIOD VERSION SUBSCRIBED TYPES; with `-v 1` a column for each type

With a column for each type, VERSION was istiod's own in some releases: it is taken for the proxy's only where two
proxies of one istiod differ in it. Those of remote-clusters: NAME SECRET STATUS ISTIOD (REVISION).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from troubleshooter.evidence.cleaning import MAX_LINE, MAX_TEXT, printable
from troubleshooter.evidence.istiod.values import (
    ProxySync,
    RemoteCluster,
    RemoteClusters,
    SyncState,
    SyncStatus,
    TypeSync,
)
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page

HEADER_WITHIN = 40
"""Lines in which the header must stand; warnings may come before it."""

_CELL = re.compile(r"\S+(?: \S+)*")
_GAP = re.compile(r" {2,}|\t+")
_TYPE = re.compile(r"[A-Z]{2,6}")
_STATES = (("SYNCED", SyncState.SYNCED), ("STALE", SyncState.STALE), ("NOT SENT", SyncState.NOT_SENT))
_MORE_STATES = (("NOT_SENT", SyncState.NOT_SENT), ("ERROR", SyncState.ERROR), ("IGNORED", SyncState.IGNORED))
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_AGE = re.compile(r"\(((?:[0-9]{1,6}[a-z]){1,4})\)")
_PART = re.compile(r"([0-9]+)([smhd])")
_NO_TYPES = frozenset(("NAME", "CLUSTER", "ISTIOD", "PILOT", "VERSION", "SUBSCRIBED TYPES"))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table, cell by column."""

    line: int
    text: str
    cells: Mapping[str, str]


def rows(page: Page) -> Iterator[Row]:
    """Every row under the header whose cells can be told apart."""
    header = _header(page)
    if header is None:
        return
    number, columns = header
    for line, raw in page.lines():
        text = printable(raw[:MAX_LINE]).rstrip() if "\t" not in raw else raw[:MAX_LINE].rstrip()
        if line > number and text.strip():
            cells = _cells(text, columns)
            if cells is not None:
                yield Row(line, printable(text)[:MAX_TEXT], cells)


def _header(page: Page) -> tuple[int, dict[str, int]] | None:
    """The number of the header's line, and where each column begins."""
    for number, raw in enumerate(page.head.splitlines()[:HEADER_WITHIN], 1):
        if raw.startswith(("NAME ", "NAME\t")):
            text = printable(raw[:MAX_LINE]) if "\t" not in raw else raw[:MAX_LINE]
            found = {m[0]: m.start() for m in _CELL.finditer(text)} if "\t" not in text else _tabbed(text)
            return number, found
    return None


def _tabbed(text: str) -> dict[str, int]:
    return {printable(cell).strip(): n for n, cell in enumerate(text.split("\t")) if cell.strip()}


def _cells(text: str, columns: Mapping[str, int]) -> dict[str, str] | None:
    """The cells by where the columns begin, if the row keeps to that; else by the gaps, if there are as many cells."""
    begins = [*columns.values()]
    if "\t" not in text and all(at == 0 or at > len(text) or text[at - 1] == " " for at in begins):
        ends = [*begins[1:], len(text)]
        return {name: text[at:end].strip() for name, at, end in zip(columns, begins, ends, strict=True)}
    split = [printable(cell).strip() for cell in _GAP.split(text)]
    return dict(zip(columns, split, strict=True)) if len(split) == len(columns) else None


def pod_of(name: str) -> tuple[str, str]:
    """Pod and namespace of a proxy's id (`web-1.shop`)."""
    pod, _, namespace = name.rpartition(".")
    return pod, namespace


def _sync(page: Page) -> SyncStatus:
    found = [one for row in rows(page) if (one := _proxy(row))]
    versions: dict[str, set[str]] = defaultdict(set)
    for one in found:
        versions[one.istiod].add(one.version)
    own = "SUBSCRIBED TYPES" in page.head
    kept = (one if own or len(versions[one.istiod]) > 1 else replace(one, version="") for one in found)
    return SyncStatus(proxies=tuple(kept), every_istiod=True)


def _proxy(row: Row) -> ProxySync | None:
    pod, namespace = pod_of(row.cells.get("NAME", ""))
    if not pod or not namespace:
        return None
    types = tuple(one for name, cell in row.cells.items() if name not in _NO_TYPES and (one := _type(name, cell)))
    return ProxySync(
        pod=pod,
        namespace=namespace,
        cluster=row.cells.get("CLUSTER", ""),
        istiod=row.cells.get("ISTIOD", "") or row.cells.get("PILOT", ""),
        version=row.cells.get("VERSION", ""),
        types=types or None,
        line=row.line,
        text=row.text,
    )


def _type(name: str, cell: str) -> TypeSync | None:
    state = next((state for word, state in (*_STATES, *_MORE_STATES) if cell.startswith(word)), None)
    if state is None or not _TYPE.fullmatch(name):
        return None
    return TypeSync(type=name, state=state, age=_seconds(cell))


def _seconds(cell: str) -> int | None:
    """The age in a cell such as `STALE (2h3m)`; None without one."""
    match = _AGE.search(cell)
    return sum(int(n) * _UNITS[unit] for n, unit in _PART.findall(match[1])) if match else None


def _remote(page: Page) -> RemoteClusters:
    return RemoteClusters(
        all=tuple(
            RemoteCluster(
                id=row.cells.get("NAME", ""),
                status=row.cells["STATUS"].lower(),
                secret=row.cells.get("SECRET", ""),
                istiod=row.cells.get("ISTIOD", ""),
                line=row.line,
                text=row.text,
            )
            for row in rows(page)
            if row.cells.get("STATUS")
        )
    )


def _headed(*columns: str) -> Callable[[Page], bool]:
    """Whether a table has these columns."""

    def fits(page: Page) -> bool:
        header = _header(page)
        return header is not None and all(name in header[1] for name in columns)

    return fits


SYNC = "which proxies are in step with istiod (istioctl proxy-status)"

KINDS = (
    Kind(words=SYNC, fits=_headed("NAME", "ISTIOD", "VERSION"), read=_sync),
    Kind(words=SYNC, fits=_headed("NAME", "PILOT", "VERSION"), read=_sync),
    Kind(
        words="the clusters that istiod reads (istioctl remote-clusters)",
        fits=_headed("NAME", "SECRET", "STATUS", "ISTIOD"),
        read=_remote,
    ),
)
