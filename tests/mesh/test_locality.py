"""Which endpoints a proxy prefers, by where they are."""

from __future__ import annotations

from typing import Any

import pytest

from troubleshooter.mesh.service.locality import Placement, place
from troubleshooter.mesh.service.services import Endpoint

HERE = "r1/z1/s1"
NEAR, ZONE, REGION, AWAY, FAR = "r1/z1/s1", "r1/z1/s2", "r1/z2/s1", "r2/z1/s1", "r3/z1/s1"


def at(*localities: str) -> list[Endpoint]:
    """An endpoint in each place."""
    return [Endpoint(address=f"10.0.0.{n}", port=80, locality=place_) for n, place_ in enumerate(localities)]


def placed(*localities: str, locality: str = HERE, **options: Any) -> Placement:
    """Where endpoints are placed by a setting."""
    defaults: dict[str, Any] = {"setting": {}, "outlier_detection": True, "traffic_distribution": "", "labels": {}}
    return place(at(*localities), locality=locality, **{**defaults, **options})


def priorities(found: Placement) -> list[int]:
    """The priority of each endpoint."""
    return [e.priority for e in found.endpoints]


def test_flat_without_outlier_detection() -> None:
    """Without outlier detection locality does not matter."""
    found = placed(NEAR, FAR, outlier_detection=False)

    assert ("flat", [0, 0], (0.5, 0.5)) == (found.spread, priorities(found), found.shares)


def test_flat_where_it_is_switched_off() -> None:
    """Nor does it where the setting is off."""
    assert "flat" == placed(NEAR, FAR, setting=None).spread


def test_priorities() -> None:
    """The same subzone first, then zone, region, and the rest."""
    found = placed(AWAY, REGION, ZONE, NEAR)

    assert ("priorities", [3, 2, 1, 0], (0.0, 0.0, 0.0, 1.0)) == (found.spread, priorities(found), found.shares)


def test_priorities_are_levels() -> None:
    """Levels that have no endpoint are left out."""
    assert [0, 1] == priorities(placed(REGION, FAR))


@pytest.mark.parametrize(
    ("failover", "expected"),
    [
        ("r2", [0, 1, 2]),
        ("r3", [0, 2, 1]),
        ("r1", [0, 1, 1]),
        ("r9", [0, 1, 1]),
    ],
)
def test_failover_between_regions(failover: str, expected: list[int]) -> None:
    """The region that failover points at comes before others."""
    assert expected == priorities(placed(NEAR, AWAY, FAR, setting={"failover": [{"from": "r1", "to": failover}]}))


def test_failover_from_another_region() -> None:
    """A failover of another region says nothing here."""
    assert [0, 1, 1] == priorities(placed(NEAR, AWAY, FAR, setting={"failover": [{"from": "r5", "to": "r2"}]}))


DISTRIBUTE = {"distribute": [{"from": "r1/z1/*", "to": {"r1/z1/*": 80, "r2/*": 20, "r3/*": 0}}]}


def test_distribute() -> None:
    """Weights go to targets, and are shared by the localities there; what no target names gets nothing."""
    found = placed(NEAR, ZONE, AWAY, FAR, setting=DISTRIBUTE)

    assert ("weights", [40, 40, 20], (0.4, 0.4, 0.2)) == (
        found.spread, [e.weight for e in found.endpoints], found.shares,
    )  # fmt: skip


def test_distribute_needs_no_outlier_detection() -> None:
    """Weights hold with or without it, and outrank failover."""
    setting = {**DISTRIBUTE, "failover": [{"from": "r1", "to": "r2"}]}

    assert "weights" == placed(NEAR, AWAY, setting=setting, outlier_detection=False).spread


def test_distribute_from_elsewhere() -> None:
    """A distribution that is not from here does nothing."""
    assert "flat" == placed(NEAR, AWAY, setting=DISTRIBUTE, locality="r2/z1").spread


def test_distribute_to_nobody() -> None:
    """Where no endpoint is in a target, none gets anything."""
    assert () == placed(FAR, setting=DISTRIBUTE).endpoints


@pytest.mark.parametrize(
    "setting",
    [
        {"distribute": [7]},
        {"distribute": [{"from": "r1/*", "to": [1]}]},
        {"distribute": [{"from": "r1/*", "to": {"r1/*": "x"}}]},
    ],
)
def test_distribute_of_wrong_shape(setting: dict[str, Any]) -> None:
    """It raises nothing."""
    assert placed(NEAR, setting=setting).spread in {"flat", "weights"}


@pytest.mark.parametrize(
    ("pattern", "covered"), [("*", True), ("r1/*", True), ("r1/z1", True), ("r1/z2/*", False), ("r1/z1/s1/x", False)]
)
def test_patterns(pattern: str, *, covered: bool) -> None:
    """A pattern covers what begins like it."""
    found = placed(NEAR, setting={"distribute": [{"from": "*", "to": {pattern: 100}}]})

    assert covered == bool(found.endpoints)


def test_failover_priority_by_labels() -> None:
    """Labels that endpoint and proxy share, in their order, make the priority."""
    held = [
        Endpoint(address=n, port=80, labels=labels)
        for n, labels in (("a", {"v": "1", "n": "1"}), ("b", {"v": "1"}), ("c", {}))
    ]
    found = place(
        held,
        setting={"failoverPriority": ["v", "n"]},
        outlier_detection=True,
        traffic_distribution="",
        locality=HERE,
        labels={"v": "1", "n": "1"},
    )

    assert [0, 1, 2] == [e.priority for e in found.endpoints]


def test_failover_priority_with_fixed_values() -> None:
    """`key=value` asks for the endpoint's value alone."""
    held = [Endpoint(address=n, port=80, labels={"v": n}) for n in ("a", "b")]
    found = place(
        held,
        setting={"failoverPriority": ["v=b"]},
        outlier_detection=True,
        traffic_distribution="",
        locality="",
        labels={},
    )

    assert [1, 0] == [e.priority for e in found.endpoints]


def test_failover_priority_with_failover() -> None:
    """Both together: labels first, then the region."""
    setting = {"failoverPriority": ["topology.kubernetes.io/region"], "failover": [{"from": "r1", "to": "r3"}]}

    assert [0, 2, 1] == priorities(placed(NEAR, AWAY, FAR, setting=setting))


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("PreferClose", [0, 0, 1, 2]),
        ("PreferSameZone", [0, 0, 1, 2]),
        ("PreferSameNode", [0, 1, 2, 3]),
        ("Other", [0, 0, 0, 0]),
    ],
)
def test_traffic_distribution(wish: str, expected: list[int]) -> None:
    """What a Service prefers holds without outlier detection."""
    found = placed(NEAR, ZONE, REGION, AWAY, traffic_distribution=wish, outlier_detection=False)

    assert expected == priorities(found)


def test_traffic_distribution_outranks_the_setting() -> None:
    """What the Service prefers outranks the mesh's distribution."""
    assert "priorities" == placed(NEAR, AWAY, setting=DISTRIBUTE, traffic_distribution="PreferClose").spread


def test_network_is_close() -> None:
    """Endpoints of another network are farther."""
    held = [Endpoint(address=n, port=80, locality=HERE, network=n) for n in ("n1", "n2")]
    found = place(
        held,
        setting=None,
        outlier_detection=False,
        traffic_distribution="PreferClose",
        locality=HERE,
        labels={"topology.istio.io/network": "n1"},
    )

    assert [0, 1] == [e.priority for e in found.endpoints]


def test_endpoints_own_weights() -> None:
    """Shares go by the weights that endpoints have."""
    held = [Endpoint(address=str(w), port=80, weight=w) for w in (3, 1)]
    found = place(held, setting=None, outlier_detection=False, traffic_distribution="", locality="", labels={})

    assert (0.75, 0.25) == found.shares
    assert (
        () == place([], setting=None, outlier_detection=False, traffic_distribution="", locality="", labels={}).shares
    )
