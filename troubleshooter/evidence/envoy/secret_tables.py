"""The table of `istioctl proxy-config secret POD`: the certificates of the mesh that a proxy has.

Decides: which rows are the workload's own certificate and the roots of the mesh; those that a gateway shows to clients
are left out. A row without dates tells nothing. Must not know what time it is.

Source: istioctl/pkg/writer/compare/sds in istio/istio: RESOURCE NAME, TYPE (`Cert Chain` or `CA`), STATUS, VALID CERT,
SERIAL NUMBER, NOT AFTER, NOT BEFORE; newer versions have more columns behind. The names are SDSDefaultResourceName and
SDSRootResourceName of Istio's pkg/security.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence.envoy.status import Certificate, Certificates
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pods.columns import Columns, Row, headings_with, rows_below

HEADINGS = frozenset({"RESOURCE NAME", "TYPE", "STATUS", "VALID CERT", "SERIAL NUMBER", "NOT AFTER", "NOT BEFORE"})
OWN, ROOTS = "default", "ROOTCA"


def _heading(page: Page) -> tuple[int, Columns]:
    """The number and the columns of the line of headings near the top; (0, ()) if there is none."""
    found = ((number, headings_with(HEADINGS, line)) for number, line in enumerate(page.head.splitlines(), 1))
    return next((one for one in found if one[1]), (0, ()))


def _certificates(page: Page) -> Certificates:
    at, columns = _heading(page)
    rows = list(rows_below(columns, ((number, line) for number, line in page.lines() if number > at)))
    return Certificates(roots=tuple(_of(rows, ROOTS)), chain=tuple(_of(rows, OWN)))


def _of(rows: list[Row], name: str) -> Iterator[Certificate]:
    for row in rows:
        if row.get("RESOURCE NAME") == name and row.get("NOT AFTER"):
            yield Certificate(
                path=name,
                serial=row.get("SERIAL NUMBER"),
                valid_from=row.get("NOT BEFORE"),
                expires=row.get("NOT AFTER"),
                line=row.line,
            )


KINDS = (
    Kind(
        words="the certificates of a proxy (istioctl proxy-config secret)",
        fits=lambda page: bool(_heading(page)[1]),
        read=_certificates,
    ),
)
