"""Why a Service without a selector has no endpoint, though EndpointSlices are there."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, mesh, thing

PARTS = (
    "addressType: IPv4\nports: [{name: %s, port: 9090}]\nendpoints: [{addresses: [10.9.0.5], conditions: {ready: %s}}]"
)


@pytest.mark.parametrize(
    ("name", "ready", "expected"),
    [
        ("http", "true", "none"),
        ("web", "true", "port-not-in-slice"),
        ("http", "false", "pods-not-ready"),
        ("web", "false", "no-ready-address"),
    ],
)
def test_why_there_is_none(name: str, ready: str, expected: str) -> None:
    """The name of the port is at fault only where an address is ready."""
    service = thing("Service", "ledger", "ports: [{name: http, port: 8080}]")
    labels = "labels: {kubernetes.io/service-name: ledger}"
    held = mesh(SPACES, service, thing("EndpointSlice", "ledger-1", meta=labels, rest=PARTS % (name, ready)))
    found = held.registry.all[0]

    assert expected == str(held.endpoints(found, found.ports[0]).absence)
