"""What istioctl and ztunnel print of what a ztunnel has."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.damage import damaged
from troubleshooter.evidence import take
from troubleshooter.evidence.ambient.ztunnel_config import (
    ZtunnelCertificate,
    ZtunnelConfig,
    ZtunnelPolicy,
    ZtunnelService,
    ZtunnelWorkload,
)
from troubleshooter.model import Exhibit

WEB = "spiffe://cluster.local/ns/shop/sa/web"
TABLE = """\
NAMESPACE   POD NAME     ADDRESS      NODE     WAYPOINT   PROTOCOL
shop        payments-1   10.244.0.9   node-1   waypoint   HBONE
shop        web-1        10.244.0.5   node-2   None       TCP
"""
ALL = f"""\
{TABLE}NAMESPACE   SERVICE NAME   SERVICE VIP   WAYPOINT   ENDPOINTS
shop        payments       10.96.0.7     waypoint   1/2
shop        web            10.96.0.8     None       0/1
NAMESPACE   POLICY NAME   ACTION   SCOPE
shop        only-web      Allow    WorkloadSelector
CERTIFICATE NAME                      TYPE  STATUS     VALID CERT  SERIAL NUMBER  NOT AFTER             NOT BEFORE
{WEB}  Leaf  Available  true        abc            2026-11-22T09:00:00Z  2026-11-21T08:58:00Z
{WEB}  Root  Available  true        def            2036-11-18T09:00:00Z  2026-11-21T08:58:00Z
"""
DUMP = f"""\
{{
  "workloads": [
    {{"uid": "k//Pod/shop/web-1", "workloadIps": ["10.244.0.5"], "protocol": "HBONE", "name": "web-1",
     "namespace": "shop", "serviceAccount": "web", "node": "node-2", "status": "Unhealthy",
     "waypoint": {{"destination": "/10.96.0.20"}}}}
  ],
  "services": {{
    "shop/payments.shop.svc.cluster.local": {{"name": "payments", "namespace": "shop",
      "hostname": "payments.shop.svc.cluster.local", "vips": ["/10.96.0.7"], "endpoints": {{}}}}
  }},
  "certificates": [
    {{"identity": "{WEB}", "state": "Available", "certChain": [
      {{"pem": "LS0t", "serialNumber": "1", "validFrom": "2026-11-21T08:58:00Z",
        "expirationTime": "2026-11-22T09:00:00Z"}}]}}
  ]
}}
"""
SERVICES = """\
[
    {
        "name": "payments", "namespace": "shop", "hostname": "payments.shop.svc.cluster.local",
        "vips": ["/10.96.0.7"], "ipFamilies": "IPv4", "endpoints": {"a": {}}
    }
]
"""
SAMPLES = {"table": TABLE, "all": ALL, "dump": DUMP, "services": SERVICES}


def _read(text: str) -> ZtunnelConfig:
    (reading,) = take([Exhibit(name="page", text=text)]).of(ZtunnelConfig)
    return reading.value


def test_the_rows_of_workloads() -> None:
    """Protocol, waypoint, address and node of each pod; None is none."""
    config = _read(TABLE)

    assert (
        ZtunnelWorkload(
            namespace="shop",
            name="payments-1",
            protocol="HBONE",
            waypoint="waypoint",
            addresses=("10.244.0.9",),
            node="node-1",
            line=2,
        ),
        ZtunnelWorkload(
            namespace="shop", name="web-1", protocol="TCP", addresses=("10.244.0.5",), node="node-2", line=3
        ),
    ) == config.workloads


def test_a_part_that_was_not_printed_is_not_known() -> None:
    """A table of workloads says nothing of services."""
    config = _read(TABLE)

    assert (None, None, None) == (config.services, config.policies, config.certificates)


def test_all_tables_below_each_other() -> None:
    """Each row belongs to the headings above it; of certificates the one of the workload is kept."""
    config = _read(ALL)

    assert [one.name for one in config.workloads or ()] == ["payments-1", "web-1"]
    assert config.services == (
        ZtunnelService(namespace="shop", name="payments", waypoint="waypoint", endpoints=2, line=5),
        ZtunnelService(namespace="shop", name="web", endpoints=1, line=6),
    )
    assert config.policies == (
        ZtunnelPolicy(namespace="shop", name="only-web", action="Allow", scope="WorkloadSelector", line=8),
    )
    assert config.certificates == (
        ZtunnelCertificate(
            identity=WEB,
            state="Available",
            valid_from="2026-11-21T08:58:00Z",
            expires="2026-11-22T09:00:00Z",
            line=10,
        ),
    )


def test_the_dump() -> None:
    """The parts of the dump, whether they are lists or maps; a certificate itself is not kept."""
    config = _read(DUMP)

    assert config.workloads == (
        ZtunnelWorkload(
            namespace="shop",
            name="web-1",
            protocol="HBONE",
            waypoint="/10.96.0.20",
            addresses=("10.244.0.5",),
            node="node-2",
            healthy=False,
        ),
    )
    assert config.services == (
        ZtunnelService(namespace="shop", name="payments", hostname="payments.shop.svc.cluster.local", endpoints=0),
    )
    assert (config.policies, "LS0t" in repr(config)) == (None, False)


def test_one_part_in_json() -> None:
    """What istioctl prints of one part is a list of it."""
    assert [("payments", 1)] == [(one.name, one.endpoints) for one in _read(SERVICES).services or ()]


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_no_damage_raises(name: str, data: st.DataObject) -> None:
    """Whatever is cut off or put in, nothing is raised, the text is read or named, and no escape is kept."""
    found = take([Exhibit(name="page", text=data.draw(damaged(SAMPLES[name])))])

    assert found.readings or found.not_checked
    assert "\\x1b" not in repr(found.readings)


@pytest.mark.parametrize("keyed", [False, True])
def test_workloads_alone(*, keyed: bool) -> None:
    """The workloads are a list today, and had keys once."""
    rows = [
        {"name": "payments-1", "namespace": "shop", "protocol": "HBONE", "waypoint": {"destination": "shop/waypoint"}},
        {"name": "web-1", "namespace": "shop", "protocol": "TCP"},
    ]
    held = {str(number): row for number, row in enumerate(rows)} if keyed else rows
    config = _read(json.dumps({"policies": [], "services": [], "workloads": held}))

    assert (
        ZtunnelWorkload(namespace="shop", name="payments-1", protocol="HBONE", waypoint="shop/waypoint"),
        ZtunnelWorkload(namespace="shop", name="web-1", protocol="TCP"),
    ) == config.workloads
