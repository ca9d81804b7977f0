"""The tables of `istioctl proxy-config`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.damage import damaged
from troubleshooter.evidence import Evidence, take
from troubleshooter.evidence.envoy.status import Clusters, Host
from troubleshooter.model import Exhibit

PAY = "outbound|8080||payments.shop.svc.cluster.local"
ENDPOINTS = f"""\
ENDPOINT                                       STATUS        OUTLIER CHECK     CLUSTER
10.0.0.9:8080                                  HEALTHY       OK                {PAY}
10.0.0.10:8080                                 HEALTHY       FAILED            {PAY}
[fd00::7]:8080                                 UNHEALTHY     OK                {PAY}
envoy://connect_originate/10.0.0.11:8080       HEALTHY       OK                {PAY}
unix://./etc/istio/proxy/XDS                   HEALTHY       OK                xds-grpc
"""
CLUSTERS = """\
SERVICE FQDN                       PORT     SUBSET     DIRECTION     TYPE             DESTINATION RULE
BlackHoleCluster                   -        -          -             STATIC
payments.shop.svc.cluster.local    8080     v1         outbound      EDS              payments.shop
"""
LISTENERS = """\
ADDRESSES PORT  MATCH                                 DESTINATION
0.0.0.0   15006 Addr: *:15006                         Non-HTTP/Non-TCP
"""


def _taken(text: str) -> Evidence:
    return take([Exhibit(name="page", text=text)])


def _hosts() -> tuple[Host, ...]:
    (reading,) = _taken(ENDPOINTS).of(Clusters)
    return reading.value.by_name[PAY].hosts


def test_the_endpoints() -> None:
    """Every address is read, through a listener of the proxy too; a socket of the file system is none."""
    expected = [("10.0.0.9", 2), ("10.0.0.10", 3), ("fd00::7", 4), ("10.0.0.11", 5)]

    assert expected == [(host.address, host.line) for host in _hosts()]


def test_why_one_is_not_used() -> None:
    """What istiod calls unhealthy, and what outlier detection has put aside, has Envoy's flag for it."""
    assert [set(), {"failed_outlier_check"}, {"failed_eds_health"}, set()] == [host.flags for host in _hosts()]


@pytest.mark.parametrize("table", [CLUSTERS, LISTENERS.replace("ADDRESSES", "ADDRESS  ")])
def test_a_table_of_names_is_not_read(table: str) -> None:
    """What leaves out most of a configuration is known for what it is, and asked for in a form that does not."""
    (missing,) = _taken(table).not_checked

    assert "-o json" in missing.why


@given(data=st.data())
def test_no_damage_raises(data: st.DataObject) -> None:
    """A table that is cut off, or has anything in its middle, is read or named, and no control character is kept."""
    found = _taken(data.draw(damaged(ENDPOINTS)))

    assert found.readings or found.not_checked
    assert "\\x1b" not in repr(found.readings)
