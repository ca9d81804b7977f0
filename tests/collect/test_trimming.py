"""What is kept of the pods that controllers make."""

from __future__ import annotations

import json
import time
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.made_mesh import made_objects
from troubleshooter.collect.pod_fields import Pod
from troubleshooter.collect.trimming import Trimming

OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d8f", "controller": True, "uid": "1"}
HASH = {"pod-template-hash": "5d8f"}
PODS = [one for one in made_objects(2, 5) if one["kind"] == "Pod"]


def pod(**more: Any) -> dict[str, Any]:
    """A pod that a ReplicaSet made."""
    metadata = {"name": "web-5d8f-a", "namespace": "shop", "ownerReferences": [OWNER], "uid": "2", "labels": HASH}
    metadata |= more
    spec = {"containers": [{"name": "web", "resources": {"limits": {"cpu": 1}}}], "tolerations": [{"key": "a"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {"qosClass": "Burstable"}}


def read(raw: Any, trimming: Trimming | None = None) -> Any:
    """The pod as it is kept of what the API server sends."""
    return (trimming or Trimming()).read(json.dumps(raw).encode())


def test_what_is_not_read_is_dropped() -> None:
    """Neither what the API server notes, nor resources, tolerations and the like."""
    found = read(pod())
    told = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d8f", "controller": True}

    assert {"containers": [{"name": "web"}]} == found["spec"]
    assert {"name": "web-5d8f-a", "namespace": "shop", "labels": HASH, "ownerReferences": [told]} == found["metadata"]


def test_where_a_variable_comes_from_is_dropped() -> None:
    """A value that was written stays."""
    one, other = {"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {}}}
    found = read({**pod(), "spec": {"containers": [{"name": "web", "env": [one, other]}]}})

    assert [one, {"name": "B"}] == found["spec"]["containers"][0]["env"]


def test_pod_of_nobody_is_whole() -> None:
    """A fix may edit it, and shows all of it."""
    bare = pod(ownerReferences=[])

    assert bare == read(bare)


def test_pod_of_a_kind_that_is_not_read_is_whole() -> None:
    """Such as one of an operator's own, or of a ReplicaSet that no Deployment made: it stands for itself."""
    other = pod(ownerReferences=[{"kind": "StrimziPodSet", "name": "events", "controller": True}])
    alone = pod(labels={"rollouts-pod-template-hash": "5d8f"})

    assert (other, alone) == (read(other), read(alone))


def test_pod_as_kubernetes_prints_it_shrinks() -> None:
    """Less than half of its JSON is left."""
    assert len(json.dumps(read(PODS[0]))) < len(json.dumps(PODS[0])) / 2


def test_pods_of_one_controller_share_what_is_alike() -> None:
    """Their containers are held once."""
    trim = Trimming()
    one, other = (read(PODS[0], trim) for _ in range(2))

    assert one["spec"]["containers"] is other["spec"]["containers"]


def test_pods_that_differ_share_nothing_that_differs() -> None:
    """What only the next pod has is its own."""
    trim = Trimming()
    first = read(pod(labels={**HASH, "a": "1"}), trim)
    second = read(pod(labels={**HASH, "a": "2"}), trim)

    assert ("1", "2") == (first["metadata"]["labels"]["a"], second["metadata"]["labels"]["a"])


@pytest.mark.parametrize("wrong", [None, 1, "a", [1], {"a": 1}, [[1]]])
@pytest.mark.parametrize("field", ["spec.containers", "status.conditions", "metadata.ownerReferences"])
def test_lists_of_any_shape(field: str, wrong: Any) -> None:
    """A pod with a list that is none, or holds other things than maps, is whole, or has that list as it is."""
    given_pod = pod()
    part, name = field.split(".")
    given_pod[part] = {**given_pod[part], name: wrong}

    assert wrong == read(given_pod)[part][name]


ANY = st.recursive(
    st.none() | st.integers() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


def shaped(declared: Any) -> st.SearchStrategy[Any]:
    """Values that fit what `pod_fields` declares, mostly, with other fields beside."""
    if is_typeddict(declared):
        fields = {name: shaped(each) for name, each in get_type_hints(declared).items()}
        return st.fixed_dictionaries({}, optional={**fields, "other": ANY})
    held = get_args(declared)
    return ANY if not held else st.lists(shaped(get_args(held[0])[0]), max_size=2) | ANY


def cut(value: Any, declared: Any) -> Any:
    """The same by hand: of each map what is declared. Raises TypeError where it does not fit."""
    held = get_args(declared)
    if held and value is not None:
        if not isinstance(value, list):
            raise TypeError
        return [cut(each, get_args(held[0])[0]) for each in value]
    if not is_typeddict(declared):
        return value
    if not isinstance(value, dict) or not declared.__required_keys__ <= value.keys():
        raise TypeError
    fields = get_type_hints(declared)
    return {name: cut(each, fields[name]) for name, each in value.items() if name in fields}


@given(shaped(Pod), st.sampled_from([PODS[0]["metadata"], pod()["metadata"], {}]))
def test_any_pod(raw: Any, metadata: dict[str, Any]) -> None:
    """It is cut where it fits and a controller made it, and else is whole; reading it twice changes nothing."""
    given_pod = {**raw, "metadata": metadata} if metadata else raw
    trim = Trimming()
    try:
        expected = cut(given_pod, Pod) if metadata else given_pod
    except TypeError:
        expected = given_pod

    assert [expected, expected] == [read(given_pod, trim), read(given_pod, trim)]


def test_it_is_quick() -> None:
    """Pods take less than parsing them whole takes."""
    text = [json.dumps(one).encode() for one in PODS] * 200
    begin = time.process_time()
    for one in text:
        json.loads(one)
    parsed = time.process_time() - begin
    trim = Trimming()
    begin = time.process_time()
    for one in text:
        trim.read(one)

    assert time.process_time() - begin < parsed
