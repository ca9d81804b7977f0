"""Objects by kind and namespace, and what counts as seen."""

from __future__ import annotations

import pytest
import yaml

from tests.inventories import inventory
from tests.meshes import thing
from troubleshooter.mesh.basis.index import Index, oldest_first, selects, selects_expressions
from troubleshooter.model import Inventory, Object

OLD = thing("Service", "b", meta='creationTimestamp: "2024-01-01T00:00:00Z"')
NEW = thing("Service", "a", meta='creationTimestamp: "2025-01-01T00:00:00Z", labels: {tier: front}')


def index(*texts: str) -> Index:
    """The index of YAML texts."""
    return Index(inventory(*texts))


def test_served_versions_are_one_kind() -> None:
    """The version of an object is no part of what it is."""
    older = thing("VirtualService", "web").replace("io/v1", "io/v1alpha3")

    assert ["web"] == [o.name for o in index(older).all("networking.istio.io", "VirtualService")]


def test_object_by_name() -> None:
    """An object is found by kind, namespace and name."""
    held = index(OLD, NEW)

    assert "b" == str(getattr(held.get("", "Service", "shop", "b"), "name", ""))
    assert held.get("", "Service", "other", "b") is None
    assert [] == held.inside("", "Service", "other")


def test_objects_by_label() -> None:
    """An object is found by a label of it."""
    held = index(OLD, NEW)

    assert ["a"] == [o.name for o in held.labelled("", "Service", "shop", label="tier", value="front")]
    assert [] == held.labelled("", "Service", "shop", label="tier", value="back")


def test_namespace_of_any_object_was_seen() -> None:
    """One object of a namespace is enough for its configuration to count as complete."""
    held = index(OLD, thing("Namespace", "empty", namespace=""))

    assert [True, True, False] == [held.saw(n) for n in ("shop", "empty", "other")]


def test_what_a_running_cluster_writes_is_seen_by_kind() -> None:
    """That there are no Pods says something only where some Pod was seen."""
    held = index(OLD, thing("Pod", "web-1"))

    assert held.saw_running("", "Pod")
    assert held.saw_running("", "Pod", "shop")
    assert not held.saw_running("", "Pod", "other")
    assert not held.saw_running("discovery.k8s.io", "EndpointSlice")


def test_labels_of_a_namespace() -> None:
    """A namespace that was not seen has no labels."""
    held = index(thing("Namespace", "shop", namespace="", meta="labels: {a: b}"))

    assert ({"a": "b"}, {}) == (held.namespace_labels("shop"), held.namespace_labels("other"))


def test_oldest_first() -> None:
    """Objects come in the order of their creation; those without a time first, by name."""
    bare = thing("Service", "c")

    assert ["c", "b", "a"] == [o.name for o in oldest_first(inventory(NEW, OLD, bare).objects)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{key: app, operator: In, values: [web, api]}", True),
        ("{key: app, operator: In, values: [api]}", False),
        ("{key: app, operator: NotIn, values: [api]}", True),
        ("{key: none, operator: NotIn, values: [api]}", True),
        ("{key: app, operator: Exists}", True),
        ("{key: app, operator: DoesNotExist}", False),
        ("{key: app, operator: Near, values: [web]}", False),
        ("7", False),
    ],
)
def test_expressions(expression: str, *, expected: bool) -> None:
    """Every operator of Kubernetes; one that is none selects nothing."""
    selector = {"matchLabels": {"tier": "front"}, "matchExpressions": [yaml.safe_load(expression)]}

    assert expected == selects_expressions(selector, {"app": "web", "tier": "front"})


def test_an_empty_selector_selects_everything() -> None:
    """No pair of it is missing."""
    assert selects({}, {"a": "b"})
    assert not selects({"a": "c"}, {"a": "b"})


def test_the_first_of_two_clusters() -> None:
    """Of objects with one name in several Kubernetes clusters the first is found."""
    one, two = (Object(raw=inventory(OLD).objects[0].raw, cluster=c) for c in ("east", "west"))

    assert "east" == str(getattr(Index(Inventory(objects=(one, two))).get("", "Service", "shop", "b"), "cluster", ""))
