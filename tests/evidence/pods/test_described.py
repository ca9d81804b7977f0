"""What `kubectl describe` prints."""

from __future__ import annotations

import json

from tests.evidence.pods.pod_texts import read, text_of
from troubleshooter.evidence.pods.described import Described
from troubleshooter.mesh.workload.trouble import Trouble, ailment


def test_a_pod_becomes_an_object() -> None:
    """Its names, owner, address and the states of its containers are where the API server has them."""
    (pod,) = read(text_of("pod.txt"), Described).pods
    init, (payments, proxy) = pod.status["initContainerStatuses"], pod.status["containerStatuses"]

    assert (pod.namespace, pod.name, pod.status["podIP"]) == ("shop", "payments-6d5c9f7b8d-k2x9p", "10.244.0.17")
    assert pod.metadata["ownerReferences"][0]["name"] == "payments-6d5c9f7b8d"
    assert init == [
        {
            "name": "istio-init",
            "ready": True,
            "restartCount": 0,
            "state": {"terminated": {"reason": "Completed", "exitCode": 0}},
        }
    ]
    assert payments["state"] == {"waiting": {"reason": "CrashLoopBackOff"}}
    assert proxy["lastState"] == {"terminated": {"reason": "OOMKilled", "exitCode": 137}}


def test_it_is_judged_as_such_objects_are() -> None:
    """What keeps it from being ready is told from the printed states, with their line."""
    (pod,) = read(text_of("pod.txt"), Described).pods
    found = ailment(pod)

    assert (found.trouble, found.container, found.place.line) == (Trouble.CRASHING, "payments", 28)


def test_events_of_whoever_is_described() -> None:
    """The events at the end of each object are about it."""
    first, second = read(text_of("pod.txt"), Described).events

    assert (first.raw["involvedObject"]["kind"], first.raw["reason"]) == ("Pod", "BackOff")
    assert second.raw["involvedObject"] == {"kind": "ReplicaSet", "namespace": "shop", "name": "ledger-5b8f6d7c9"}
    assert second.raw["message"].endswith("exceeded quota: small")


def test_environment_is_left_out() -> None:
    """What stands in the environment of a container is not kept."""
    (pod,) = read(text_of("pod.txt"), Described).pods

    assert "hunter2" not in json.dumps(pod.raw)
