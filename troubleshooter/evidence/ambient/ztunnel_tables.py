"""The tables of `istioctl ztunnel-config workload | service | policy | certificate | all`.

Decides: of which table a row is, by the headings above it: `all` prints them one below the other. Must not know what
follows.
Sources: istioctl/pkg/writer/ztunnel/configdump in istio/istio (workload.go, services.go, policies.go, certificates.go).
What is called POD NAME was called NAME, POLICY NAME and CERTIFICATE NAME likewise; `None` stands for no waypoint, `NA`
for a date that is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from troubleshooter.evidence.ambient.ztunnel_config import (
    ZtunnelCertificate,
    ZtunnelConfig,
    ZtunnelPolicy,
    ZtunnelService,
    ZtunnelWorkload,
    joined,
)
from troubleshooter.evidence.cleaning import MAX_LINE
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pods.columns import MAX_ROWS, Columns, Row, headings_with, row_of

Reader: TypeAlias = Callable[[Row], object | None]

_NOTHING = frozenset({"None", "NA", "-", ""})


def _workload(row: Row) -> ZtunnelWorkload | None:
    name = row.get("POD NAME") or row.get("NAME")
    if not (row.get("PROTOCOL") and row.get("NAMESPACE") and name):
        return None
    return ZtunnelWorkload(
        namespace=row.get("NAMESPACE"),
        name=name,
        protocol=row.get("PROTOCOL"),
        waypoint=_said(row, "WAYPOINT"),
        addresses=tuple(filter(None, [row.get("ADDRESS") or row.get("IP")])),
        node=row.get("NODE"),
        line=row.line,
    )


def _service(row: Row) -> ZtunnelService | None:
    if not (row.get("SERVICE NAME") and row.get("NAMESPACE")):
        return None
    healthy = row.get("ENDPOINTS").rpartition("/")[2]
    return ZtunnelService(
        namespace=row.get("NAMESPACE"),
        name=row.get("SERVICE NAME"),
        waypoint=_said(row, "WAYPOINT"),
        endpoints=int(healthy) if healthy.isdecimal() and len(healthy) < 9 else None,
        line=row.line,
    )


def _policy(row: Row) -> ZtunnelPolicy | None:
    name = row.get("POLICY NAME") or row.get("NAME")
    if not (name and row.get("ACTION")):
        return None
    return ZtunnelPolicy(
        namespace=row.get("NAMESPACE"), name=name, action=row.get("ACTION"), scope=row.get("SCOPE"), line=row.line
    )


def _certificate(row: Row) -> ZtunnelCertificate | None:
    """Only that of the workload itself (Leaf; older versions called it CA), not those that signed it."""
    identity = row.get("CERTIFICATE NAME") or row.get("NAME")
    if not (identity and row.get("STATUS")) or row.get("TYPE") not in {"Leaf", "CA", "NA"}:
        return None
    return ZtunnelCertificate(
        identity=identity,
        state=row.get("STATUS"),
        valid_from=_said(row, "NOT BEFORE"),
        expires=_said(row, "NOT AFTER"),
        line=row.line,
    )


def _said(row: Row, heading: str) -> str:
    cell = row.get(heading)
    return "" if cell in _NOTHING else cell


TABLES: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"NAMESPACE", "WAYPOINT", "PROTOCOL"}), _workload),
    (frozenset({"NAMESPACE", "SERVICE NAME", "SERVICE VIP", "WAYPOINT"}), _service),
    (frozenset({"NAMESPACE", "ACTION", "SCOPE"}), _policy),
    (frozenset({"TYPE", "STATUS", "VALID CERT", "NOT AFTER", "NOT BEFORE"}), _certificate),
)
"""The headings by which each table is known, and what reads its rows."""


OF_A_SIDECAR = "RESOURCE NAME"
"""A heading that only the secrets of a sidecar have."""


def _headed(line: str) -> tuple[Columns, Reader] | None:
    """The columns of a line of headings, and what reads the rows below it."""
    for wanted, reader in TABLES:
        columns = headings_with(wanted, line)
        if columns and OF_A_SIDECAR not in dict(columns):
            return columns, reader
    return None


def _rows(page: Page) -> Iterator[object]:
    table: tuple[Columns, Reader] | None = None
    for count, (number, line) in enumerate(page.lines()):
        found = _headed(line)
        table = found or table
        if count > MAX_ROWS:
            return
        if table is not None and found is None and line.strip():
            columns, reader = table
            yield reader(row_of(columns, number, line[:MAX_LINE]))


def _read(page: Page) -> ZtunnelConfig:
    return joined(one for one in _rows(page) if one is not None)


KINDS = (
    Kind(
        words="what a ztunnel has (istioctl ztunnel-config)",
        fits=lambda page: any(_headed(line) for line in page.head.splitlines()),
        read=_read,
    ),
)
