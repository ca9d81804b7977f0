"""Annotations that let ranges of addresses past a pod's proxy."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, deployment, mesh, service, step, unknown, walked
from troubleshooter.mesh import Mesh

PREFIX = "traffic.sidecar.istio.io/"


def shop(notes: str, address: str = "10.0.0.1") -> Mesh:
    """A mesh in which web calls payments, a Service with this address ("" for none)."""
    more = f'clusterIP: "{address}"' if address else ""
    return mesh(SPACES, service("payments", more=more), deployment("payments"), deployment("web", notes=notes))


def proxy(notes: str, to: str = "http://payments.shop:8080/", address: str = "10.0.0.1") -> str:
    """Whether the proxy takes the connection: `sidecar`, `none`, or `unknown`."""
    found = walked(shop(notes, address), to)
    return "unknown" if "capture" in unknown(found) else str(step(found, "capture").result["proxy"])


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (f'{PREFIX}excludeOutboundIPRanges: "10.0.0.0/8"', "none"),
        (f'{PREFIX}excludeOutboundIPRanges: "10.0.0.1/8, 192.168.0.0/16"', "none"),
        (f'{PREFIX}excludeOutboundIPRanges: "192.168.0.0/16"', "sidecar"),
        (f'{PREFIX}excludeOutboundIPRanges: "fd00::/8"', "sidecar"),
        (f'{PREFIX}excludeOutboundIPRanges: "nonsense"', "sidecar"),
        (f'{PREFIX}includeOutboundIPRanges: "10.0.0.0/8"', "sidecar"),
        (f'{PREFIX}includeOutboundIPRanges: "192.168.0.0/16"', "none"),
        (f'{PREFIX}includeOutboundIPRanges: "*"', "sidecar"),
        (f'{PREFIX}includeOutboundIPRanges: ""', "none"),
        (f'{PREFIX}includeOutboundIPRanges: "", {PREFIX}includeOutboundPorts: "8080"', "sidecar"),
        (f'{PREFIX}includeOutboundIPRanges: "10.0.0.0/8", {PREFIX}excludeOutboundIPRanges: "10.0.0.1/32"', "none"),
        (f'{PREFIX}includeOutboundPorts: "8080", {PREFIX}excludeOutboundPorts: "8080"', "none"),
    ],
)
def test_ranges(notes: str, expected: str) -> None:
    """What is excluded goes past the proxy, and what is not included."""
    assert expected == proxy(notes)


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (f'{PREFIX}excludeOutboundIPRanges: "10.0.0.0/8"', "unknown"),
        (f'{PREFIX}includeOutboundIPRanges: "10.0.0.0/8"', "unknown"),
        (f'{PREFIX}includeOutboundIPRanges: ""', "none"),
        (f'{PREFIX}excludeOutboundIPRanges: ""', "sidecar"),
    ],
)
def test_address_that_is_not_known(notes: str, expected: str) -> None:
    """Ranges decide nothing then."""
    assert expected == proxy(notes, address="")


def test_address_that_is_dialled() -> None:
    """It is known without any Service."""
    notes = f'{PREFIX}excludeOutboundIPRanges: "10.7.0.0/16"'

    assert ["none", "sidecar"] == [proxy(notes, to) for to in ("http://10.7.0.1/", "http://10.8.0.1/")]


@pytest.mark.parametrize("address", ["fd00::1", "[fd00::1]"])
def test_ipv6(address: str) -> None:
    """Addresses of both families."""
    assert "none" == proxy(f'{PREFIX}excludeOutboundIPRanges: "fd00::/8"', address=address)
