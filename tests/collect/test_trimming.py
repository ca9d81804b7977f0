"""What is kept of the pods that controllers make."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest

from bench.made_mesh import made_objects
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


def test_what_is_not_read_is_dropped() -> None:
    """Neither what the API server notes, nor resources, tolerations and the like."""
    found = Trimming().trimmed(pod())
    told = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d8f", "controller": True}

    assert {"containers": [{"name": "web"}]} == found["spec"]
    assert {"name": "web-5d8f-a", "namespace": "shop", "labels": HASH, "ownerReferences": [told]} == found["metadata"]


def test_pod_of_nobody_is_whole() -> None:
    """A fix may edit it, and shows all of it."""
    bare = pod(ownerReferences=[])

    assert bare is Trimming().trimmed(bare)


def test_pod_of_a_kind_that_is_not_read_is_whole() -> None:
    """Such as one of an operator's own, or of a ReplicaSet that no Deployment made: it stands for itself."""
    other = pod(ownerReferences=[{"kind": "StrimziPodSet", "name": "events", "controller": True}])
    alone = pod(labels={"rollouts-pod-template-hash": "5d8f"})

    assert (other, alone) == (Trimming().trimmed(other), Trimming().trimmed(alone))


def test_other_kinds_are_whole() -> None:
    """Only pods are many."""
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "ownerReferences": [OWNER]}, "spec": {}}

    assert service is Trimming().trimmed(service)


def test_pod_as_kubernetes_prints_it_shrinks() -> None:
    """Less than half of its JSON is left."""
    whole, trim = PODS[0], Trimming()
    before = len(json.dumps(whole))

    assert len(json.dumps(trim.trimmed(whole))) < before / 2


def test_pods_of_one_controller_share_what_is_alike() -> None:
    """Their containers are held once."""
    trim = Trimming()
    one, other = (trim.trimmed(copy.deepcopy(PODS[0])) for _ in range(2))

    assert one["spec"]["containers"] is other["spec"]["containers"]


def test_pods_that_differ_share_nothing_that_differs() -> None:
    """What only the next pod has is its own."""
    trim = Trimming()
    first = trim.trimmed(pod(labels={**HASH, "a": "1"}))
    second = trim.trimmed(pod(labels={**HASH, "a": "2"}))

    assert ("1", "2") == (first["metadata"]["labels"]["a"], second["metadata"]["labels"]["a"])


@pytest.mark.parametrize("wrong", [None, 1, "a", [1], {"a": 1}, [[1]]])
@pytest.mark.parametrize("field", ["metadata", "spec", "status"])
def test_any_shape(field: str, wrong: Any) -> None:
    """What is no map where one should be is left to others."""
    assert Trimming().trimmed({**pod(), field: wrong})["kind"] == "Pod"


@pytest.mark.parametrize("wrong", [None, 1, "a", [1], {"a": 1}, [None]])
def test_any_shape_within(wrong: Any) -> None:
    """The same of lists and names."""
    found = Trimming().trimmed(pod(namespace=wrong, labels=wrong, annotations=wrong))

    assert wrong == found["metadata"]["labels"]


def test_it_is_quick() -> None:
    """Ten thousand pods take a fraction of what parsing them takes."""
    trim, text = Trimming(), json.dumps(PODS)
    begin = time.process_time()
    whole = [json.loads(text) for _ in range(20)]
    parsed = time.process_time() - begin
    begin = time.process_time()
    for pods in whole:
        for one in pods:
            trim.trimmed(one)

    assert time.process_time() - begin < parsed
