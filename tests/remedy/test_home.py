"""Which Kubernetes cluster a new object is for, where there are several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.inventories import inventory
from tests.meshes import thing
from troubleshooter.model import Object, Resource
from troubleshooter.remedy.home import home_of


def held(kind: str, cluster: str) -> Object:
    """An object of a cluster."""
    (found,) = inventory(thing(kind, "web")).objects
    return replace(found, cluster=cluster)


def place(cluster: str) -> Resource:
    """The place of a workload there."""
    return held("Deployment", cluster).at()


EAST, WEST = held("VirtualService", "east"), held("VirtualService", "west")
REMOTE = held("Deployment", "west")
POLICY, RULE = ("security.istio.io/v1", "PeerAuthentication"), ("networking.istio.io/v1", "DestinationRule")
SERVICE = ("v1", "Service")


@pytest.mark.parametrize(("made", "expected"), [(POLICY, "west"), (RULE, "east"), (SERVICE, "west")])
def test_side(made: tuple[str, str], expected: str) -> None:
    """Policies and Services are for the cluster of the target, rules for that of the caller."""
    roles = {"service": place("east"), "caller": place("east"), "target": place("west")}
    raw = {"apiVersion": made[0], "kind": made[1]}
    assert expected == home_of(raw, roles, [EAST, WEST])


def test_remote_cluster() -> None:
    """For a cluster that takes its istiod from another, Istio's objects go there."""
    raw = {"apiVersion": POLICY[0], "kind": POLICY[1]}
    assert "east" == home_of(raw, {"target": place("west")}, [EAST, REMOTE])


def test_no_such_role() -> None:
    """Without a caller the first object that the case is about says it."""
    raw = {"apiVersion": RULE[0], "kind": RULE[1]}
    assert "west" == home_of(raw, {"service": place("west")}, [EAST, WEST])
