"""What was listed completely is known to be absent where it is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.model import Listing


def _index(*listed: Listing) -> Index:
    return Index(replace(inventory(SHOP), listed=frozenset(listed)))


@pytest.mark.parametrize(
    ("listed", "seen"),
    [((), False), ((("", CORE, "Pod", "shop"),), True), ((("", CORE, "Pod", ""),), True)],
    ids=["not listed", "of the namespace", "of the cluster"],
)
def test_pods_that_were_listed_were_seen_though_there_are_none(listed: tuple[Listing, ...], *, seen: bool) -> None:
    """A list that came back empty is an answer."""
    assert seen == _index(*listed).saw_running(CORE, "Pod", "shop")


def test_listing_of_one_namespace_says_nothing_of_another() -> None:
    """Nor does that of one Kubernetes cluster of another."""
    index = _index(("", CORE, "Pod", "other"), ("east", CORE, "Pod", "shop"))

    assert not index.saw_running(CORE, "Pod", "shop")


def test_namespace_that_no_list_of_all_names_does_not_exist() -> None:
    """So that a name in it is absent, not unknown."""
    assert [False, True] == [_index(*listed).saw("elsewhere") for listed in ((), [("", CORE, "Namespace", "")])]


def test_workload_without_pods_stands_for_none_where_all_pods_were_listed() -> None:
    """Elsewhere each workload stands for its replicas."""
    listed = replace(inventory(SHOP), listed=frozenset({("", CORE, "Pod", "shop")}))

    assert [1, 0] == [len(Mesh(each).workloads.all[0].pods) for each in (inventory(SHOP), listed)]
