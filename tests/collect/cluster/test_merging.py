"""The difference of two states as a patch, and who wrote the fields in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.collect.cluster.merging import Manager, managers, merge_patch, merged

leaves = st.one_of(st.integers(), st.text(max_size=3), st.booleans(), st.lists(st.integers(), max_size=2))
objects = st.dictionaries(
    st.sampled_from("abc"), st.recursive(leaves, lambda inner: st.dictionaries(st.sampled_from("abc"), inner))
)


def patched(old: Any, patch: Any) -> Any:
    """What RFC 7386 makes of an object and a patch."""
    if not isinstance(patch, dict):
        return patch
    target = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        else:
            target[key] = patched(target.get(key), value)
    return target


@given(objects, objects)
def test_patch_makes_the_new_of_the_old(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Applied as the RFC says, the patch gives exactly the new object."""
    assert new == patched(old, merge_patch(old, new))


@given(objects)
def test_equal_objects_need_no_patch(one: dict[str, Any]) -> None:
    """Where nothing differs, nothing is sent."""
    assert {} == merge_patch(one, one)


def test_only_what_differs_is_sent() -> None:
    """Fields beside the one that changes are not in the patch: they stay whose they are."""
    old = {"spec": {"host": "a", "tls": {"mode": "DISABLE"}}}
    new = {"spec": {"host": "a", "tls": {"mode": "ISTIO_MUTUAL"}}}

    assert {"spec": {"tls": {"mode": "ISTIO_MUTUAL"}}} == merge_patch(old, new)


def test_patches_are_joined() -> None:
    """A change and a restart of one workload are one request."""
    assert {"spec": {"a": 1, "b": 2}} == merged({"spec": {"a": 1}}, {"spec": {"b": 2}})


def entry(name: str, fields: Any, **more: Any) -> Any:
    """One of `managedFields`."""
    return {"manager": name, "operation": "Update", "fieldsV1": fields, **more}


def of(*entries: Any) -> Any:
    """An object that these have written."""
    return {"metadata": {"managedFields": list(entries)}}


MODE = {"spec": {"tls": {"mode": "SIMPLE"}}}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"f:spec": {"f:tls": {"f:mode": {}}}}, True),
        ({"f:spec": {"f:tls": {}}}, True),
        ({"f:spec": {"f:host": {}}}, False),
        ({"f:spec": {"f:tls": {"f:sni": {}}}}, False),
        ({}, False),
    ],
    ids=["the field", "all above it as one", "a field beside its parent", "a field beside it", "nothing"],
)
def test_manager_of_a_field(fields: Any, *, told: bool) -> None:
    """Whoever wrote the field, or what holds it as one value, is named."""
    expected = (Manager("helm", "spec.tls.mode"),) if told else ()

    assert expected == managers(of(entry("helm", fields)), MODE, "own")


def test_manager_of_items_below() -> None:
    """Whoever wrote items of a list that is replaced is named."""
    raw = of(entry("kubectl", {"f:spec": {"f:ports": {'k:{"port":80}': {"f:name": {}}}}}))

    assert (Manager("kubectl", "spec.ports"),) == managers(raw, {"spec": {"ports": []}}, "own")


def test_own_fields_are_not_told() -> None:
    """What this program wrote itself is nobody else's."""
    assert () == managers(of(entry("own", {"f:spec": {"f:tls": {"f:mode": {}}}})), MODE, "own")


def test_status_is_not_told() -> None:
    """Who writes the status writes no field that a fix changes."""
    raw = of(entry("istiod", {"f:spec": {"f:tls": {"f:mode": {}}}}, subresource="status"))

    assert () == managers(raw, MODE, "own")


@pytest.mark.parametrize("damage", [None, [], "x", [{"manager": 5, "fieldsV1": 3}], [None]])
def test_damaged_managers_are_nobody(damage: Any) -> None:
    """Whatever stands in managedFields, nothing breaks."""
    assert () == managers({"metadata": {"managedFields": damage}}, MODE, "own")
