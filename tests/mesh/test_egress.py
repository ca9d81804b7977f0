"""The egress listeners of a Sidecar: what they import, and where they listen."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from tests.meshes import thing
from troubleshooter.mesh.sidecar.egress import Egress, listeners_of

HOST = "ratings.store.svc.cluster.local"


def listener(text: str) -> Egress:
    """One listener."""
    return listeners_of(inventory(thing("Sidecar", "s", f"egress: [{{{text}}}]")).objects[0])[0]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("'*/*'", True),
        ("./*", False),
        ("store/*", True),
        ("'*/*.store.svc.cluster.local'", True),
        (f"store/{HOST}", True),
        ("store/ratings", False),
        ("'~/*'", False),
        (HOST, False),
        ("store/*/x", False),
    ],
)
def test_imports(hosts: str, expected: object) -> None:
    """By namespace and host; without a namespace a host imports nothing."""
    assert expected == listener(f"hosts: [{hosts}]").imports("store", "shop", HOST)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hosts: ['*/*']", False),
        ("captureMode: NONE", True),
        ("captureMode: NONE, port: {number: 8080}", True),
        ("captureMode: NONE, port: {number: 9090}", False),
        ("captureMode: NONE, bind: 127.0.0.2", False),
        ("bind: 127.0.0.1", False),
        ("bind: 127.0.0.1, captureMode: NONE", True),
    ],
)
def test_where_it_listens(text: str, expected: object) -> None:
    """At its own address, if something there leads to it: nobody redirects what is sent to the loopback address."""
    assert expected == listener(text).listens_at("127.0.0.1", 8080)
