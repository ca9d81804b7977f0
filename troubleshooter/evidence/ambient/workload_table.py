"""The table of `istioctl ztunnel-config workload`: what ztunnel knows of workloads.

Decides: what stands in each row. Must not know what follows. PROTOCOL is HBONE where a workload takes
connections through the tunnel, TCP where it does not.
Source: istioctl/pkg/writer/ztunnel/configdump/workload.go in istio/istio.
"""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pods.columns import Row, headings_with, rows_below

_WANTED = frozenset({"NAMESPACE", "POD NAME", "WAYPOINT", "PROTOCOL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelWorkload:
    """One workload: its waypoint ("" for none) and the protocol in which it is spoken to, in ztunnel's words."""

    namespace: str
    name: str
    protocol: str
    waypoint: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelWorkloads:
    """All workloads of a table."""

    all: tuple[ZtunnelWorkload, ...] = ()

    def get(self, namespace: str, name: str) -> ZtunnelWorkload | None:
        """The workload of that pod."""
        return next((one for one in self.all if (one.namespace, one.name) == (namespace, name)), None)


def _read(page: Page) -> ZtunnelWorkloads:
    lines = page.lines()
    found = (
        _workload(row)
        for _, line in lines
        if (columns := headings_with(_WANTED, line))
        for row in rows_below(columns, lines)
        if row.get("PROTOCOL") and row.get("NAMESPACE")
    )
    return ZtunnelWorkloads(all=tuple(found))


def _workload(row: Row) -> ZtunnelWorkload:
    waypoint = row.get("WAYPOINT")
    return ZtunnelWorkload(
        namespace=row.get("NAMESPACE"),
        name=row.get("POD NAME"),
        protocol=row.get("PROTOCOL"),
        waypoint="" if waypoint == "None" else waypoint,
        line=row.line,
    )


KINDS = (
    Kind(
        words="what ztunnel knows of workloads (istioctl ztunnel-config workload)",
        fits=lambda page: any(headings_with(_WANTED, line) for line in page.head.splitlines()),
        read=_read,
    ),
)
