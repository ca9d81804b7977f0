"""Several failures in one log of ztunnel, whose lines have no flags."""

from __future__ import annotations

import pytest

from troubleshooter.consult.from_log import log_groups
from troubleshooter.evidence import parse_lines, summarise
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory

LINE = (
    "2024-05-01T10:00:0{second}.123456Z\terror\taccess\tconnection complete\tsrc.addr=10.244.1.5:3344{second} "
    'src.workload="web-1" src.namespace="shop" dst.addr=10.244.2.7:15008 dst.hbone_addr=10.244.2.7:8080 '
    'dst.service="payments.shop.svc.cluster.local" direction="outbound" bytes_sent=0 bytes_recv=0 duration="2ms" '
    'error="{error}"'
)
BLOCKED = "connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed"
REFUSED = "connection failed: Connection refused (os error 111)"


def said(*errors: str) -> list[str]:
    """How the failures of a log are worded, in their order."""
    lines = [LINE.format(second=number, error=error) for number, error in enumerate(errors)]
    return [group.said for group in log_groups(Mesh(Inventory()), summarise(parse_lines(lines)))]


@pytest.mark.parametrize("errors", [(REFUSED, BLOCKED), (BLOCKED, REFUSED)])
def test_of_as_many_the_telling_one_is_first(errors: tuple[str, ...]) -> None:
    """A line that says what to look for comes before one that does not, whichever was first."""
    assert [BLOCKED, REFUSED] == said(*errors)


def test_the_biggest_is_first() -> None:
    """What happened more often is what the page is about."""
    assert [REFUSED, BLOCKED] == said(REFUSED, BLOCKED, REFUSED)
