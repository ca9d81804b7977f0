"""Events as kubectl prints them."""

from __future__ import annotations

import json

from tests.evidence.pods.pod_texts import read, text_of
from troubleshooter.evidence.pods.events import Events


def test_a_table_with_namespaces() -> None:
    """Each row is an Event object: about whom, the reason and the whole message."""
    first, second, _ = read(text_of("events.txt"), Events).objects

    assert first.raw["involvedObject"] == {"kind": "ReplicaSet", "namespace": "shop", "name": "payments-6d5c9f7b8d"}
    assert (first.raw["reason"], first.at("message").line) == ("FailedCreate", 2)
    assert first.raw["message"].endswith('/inject?timeout=10s": context deadline exceeded')
    assert second.raw["message"] == "Readiness probe failed: HTTP probe failed with statuscode: 503"


def test_a_wide_table() -> None:
    """Columns beside the message do not get into it; where no namespace was printed, none is known."""
    (only,) = read(text_of("events-wide.txt"), Events).objects

    assert only.raw["message"].endswith("failed (add): unable to push")
    assert only.namespace == ""


def test_the_namespace_of_the_pod_in_whose_folder_it_stood() -> None:
    """A table without the column is of the namespace that the path in an archive names."""
    (only,) = read(text_of("events-wide.txt"), Events, pod="shop/web-1").objects

    assert only.namespace == "shop"


def test_json() -> None:
    """The same from JSON."""
    event = {"kind": "Event", "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "a"}, "reason": "BackOff"}
    (only,) = read(json.dumps({"kind": "List", "items": [event, 7]}), Events).objects

    assert (only.raw["reason"], only.namespace, only.raw["message"]) == ("BackOff", "shop", "")
