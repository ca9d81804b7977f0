"""The table of workloads that istioctl prints of a ztunnel."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.evidence import take
from troubleshooter.evidence.ambient.workload_table import ZtunnelWorkload, ZtunnelWorkloads
from troubleshooter.model import Exhibit

TABLE = """\
NAMESPACE   POD NAME     ADDRESS      NODE     WAYPOINT   PROTOCOL
shop        payments-1   10.244.0.9   node-1   waypoint   HBONE
shop        web-1        10.244.0.5   node-2   None       TCP
"""


def test_the_rows() -> None:
    """The protocol and the waypoint of each pod; None is none."""
    (reading,) = take([Exhibit(name="table", text=TABLE)]).of(ZtunnelWorkloads)

    assert reading.value.all == (
        ZtunnelWorkload(namespace="shop", name="payments-1", protocol="HBONE", waypoint="waypoint", line=2),
        ZtunnelWorkload(namespace="shop", name="web-1", protocol="TCP", line=3),
    )
    assert reading.value.get("shop", "web-1") == reading.value.all[1]


@given(st.text(max_size=60), st.integers(0, len(TABLE)))
def test_no_damage_raises(text: str, at: int) -> None:
    """A table that is cut or has anything in its middle is read or named."""
    found = take([Exhibit(name="table", text=TABLE[:at] + text + TABLE[at:])])

    assert found.readings or found.not_checked
