"""Edits are done on copies, and say so where they do not fit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.inventories import EXACT, inventory
from troubleshooter.model import Change, Inventory, Resource
from troubleshooter.remedy.edits import CannotEdit, changed, make, shown, unknown_names
from troubleshooter.rulebook import Edit

RAW: dict[str, Any] = {"spec": {"http": [{"match": [{"uri": {"exact": "/a"}}]}, {"name": "b"}], "hosts": ["x"]}}
ROLES = {
    "virtual_service": Resource(group="networking.istio.io", kind="VirtualService", namespace="shop", name="payments")
}


@pytest.mark.parametrize(
    ("verb", "at", "value", "expected"),
    [
        ("set", "spec.http[0].match[0].uri.exact", "/b", {"exact": "/b"}),
        ("set", "spec.http[0].match[0].uri.prefix", "/b", {"exact": "/a", "prefix": "/b"}),
        ("remove", "spec.http[0].match[0].uri.exact", "", {}),
        ("remove", "spec.http[0].match[0].uri.regex", "", {"exact": "/a"}),
    ],
)
def test_field_of_a_map(verb: str, at: str, value: Any, expected: dict[str, str]) -> None:
    """A field of a map is set, added or removed; removing what is not there changes nothing."""
    after = changed(RAW, verb, at, value)

    assert expected == after["spec"]["http"][0]["match"][0]["uri"]


def test_original_stays_as_it_is() -> None:
    """The object that comes in is never changed."""
    changed(RAW, "set", "spec.hosts", [])

    assert ["x"] == RAW["spec"]["hosts"]


def test_insert_at_the_end_of_a_list() -> None:
    """An insert at a list's own path goes last."""
    assert ["x", "y"] == changed(RAW, "insert", "spec.hosts", "y")["spec"]["hosts"]


def test_insert_before_an_item() -> None:
    """An insert at an item's path goes before it."""
    assert ["y", "x"] == changed(RAW, "insert", "spec.hosts[0]", "y")["spec"]["hosts"]


def test_insert_makes_the_list() -> None:
    """An insert into a list that is not there makes it."""
    assert ["y"] == changed(RAW, "insert", "spec.gateways", "y")["spec"]["gateways"]


def test_set_makes_the_maps_on_the_way() -> None:
    """Maps that a set needs are made."""
    assert {"tls": {"mode": "SIMPLE"}} == changed(RAW, "set", "spec.policy.tls.mode", "SIMPLE")["spec"]["policy"]


def test_remove_an_item() -> None:
    """An item of a list is removed."""
    assert 1 == len(changed(RAW, "remove", "spec.http[1]", "")["spec"]["http"])


@pytest.mark.parametrize("at", ["spec.http[7].name", "spec.hosts.deep.er", "spec.http[9]", "spec..x", ""])
def test_path_that_does_not_fit(at: str) -> None:
    """A path through what is not there, or that is none, is refused in a sentence."""
    with pytest.raises(CannotEdit):
        changed(RAW, "remove", at, "")


def test_change_of_an_object() -> None:
    """The edits of one fix work on the same object one after the other."""
    edits = (
        Edit(verb="remove", role="virtual_service", at="spec.http[0].match[0].uri.exact"),
        Edit(verb="set", role="virtual_service", at="spec.http[0].match[0].uri.prefix", value="${route.prefix}"),
    )
    change = make(edits, inventory(EXACT), ROLES, {"route.prefix": "/api"})
    (after,) = change.put.values()

    assert {"prefix": "/api"} == after.spec["http"][0]["match"][0]["uri"]


def test_deleted_object_is_gone() -> None:
    """A delete takes the object out of the copy."""
    before = inventory(EXACT)
    change = make((Edit(verb="delete", role="virtual_service"),), before, ROLES, {})

    assert () == change.on(before).objects


def test_created_object_is_new() -> None:
    """A created object has no state to go back to."""
    value = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${x.y}"}}
    change = make((Edit(verb="create", value=value),), Inventory(), {}, {"x.y": "made"})

    assert [None] == list(change.before.values())
    assert ["made"] == [thing.name for thing in change.put.values()]


def test_restart_changes_no_object() -> None:
    """A restart names the workload and leaves every object as it is."""
    change = make((Edit(verb="restart", role="virtual_service"),), inventory(EXACT), ROLES, {})

    assert Change(put={}, before={}, restart=(ROLES["virtual_service"].key,)) == change


def test_role_without_an_object() -> None:
    """An edit of an object that is not known is refused."""
    with pytest.raises(CannotEdit, match="not known"):
        make((Edit(verb="delete", role="gateway"),), inventory(EXACT), ROLES, {})


def test_object_that_was_not_read() -> None:
    """An edit of an object that is not in the inventory is refused."""
    with pytest.raises(CannotEdit, match="not among"):
        make((Edit(verb="delete", role="virtual_service"),), Inventory(), ROLES, {})


def test_unknown_names_of_edits() -> None:
    """Placeholders without a value are named, in values and in paths."""
    edits = (Edit(verb="set", role="x", at="spec.${a.b}", value=["${c.d}", "${e.f}"]),)

    assert ("c.d", "a.b") == unknown_names(edits, {"e.f": 1})


def test_shown_object_has_nothing_of_the_server() -> None:
    """What the server sets is not part of a manifest."""
    (thing,) = inventory(EXACT).objects

    assert {"name": "payments", "namespace": "shop"} == shown({**thing.raw, "status": {"x": 1}})["metadata"]
