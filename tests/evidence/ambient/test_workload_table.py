"""The table of workloads that istioctl prints of a ztunnel."""

from __future__ import annotations

import json

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


def test_what_ztunnel_says_itself() -> None:
    """Its own page tells the same, in the list of today and under keys as once."""
    rows = [
        {"name": "payments-1", "namespace": "shop", "protocol": "HBONE", "waypoint": {"destination": "shop/waypoint"}},
        {"name": "web-1", "namespace": "shop", "protocol": "TCP"},
    ]
    told = {"policies": [], "services": [], "workloads": rows}
    pages = (told, {**told, "workloads": {str(n): row for n, row in enumerate(rows)}})

    for page in pages:
        (reading,) = take([Exhibit(name="dump", text=json.dumps(page))]).of(ZtunnelWorkloads)
        assert reading.value.all == (
            ZtunnelWorkload(namespace="shop", name="payments-1", protocol="HBONE", waypoint="shop/waypoint"),
            ZtunnelWorkload(namespace="shop", name="web-1", protocol="TCP"),
        )


@given(st.text(max_size=60), st.integers(0, len(TABLE)))
def test_no_damage_raises(text: str, at: int) -> None:
    """A table that is cut or has anything in its middle is read or named."""
    found = take([Exhibit(name="table", text=TABLE[:at] + text + TABLE[at:])])

    assert found.readings or found.not_checked
