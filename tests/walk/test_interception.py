"""Which connections go past a pod's proxy."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from troubleshooter.mesh import Mesh
from troubleshooter.mesh.workload import inbound_ports
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Inventory, Object
from troubleshooter.walk.basis import interception


def pod(
    annotations: Mapping[str, str] | None = None, *, proxy: bool = True, labels: Mapping[str, str] | None = None
) -> tuple[Mesh, Pod]:
    """A pod with these annotations of Istio (`EXCLUDE_INBOUND`), in a namespace with these labels."""
    named = {
        getattr(inbound_ports if "INBOUND" in name else interception, name): value
        for name, value in (annotations or {}).items()
    }
    containers = [{"name": "app"}, *([{"name": "istio-proxy"}] if proxy else [])]
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": dict(labels or {})}}
    raw = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "annotations": named},
        "spec": {"containers": containers},
        "status": {"phase": "Running"},
    }
    mesh = Mesh(Inventory(objects=(Object(raw=space), Object(raw=raw))))
    return mesh, mesh.workloads.inside("shop")[0].pods[0]


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({}, False),
        ({"EXCLUDE_INBOUND": "9090, 8080"}, True),
        ({"EXCLUDE_INBOUND": "80"}, False),
        ({"INCLUDE_INBOUND": "*"}, False),
        ({"INCLUDE_INBOUND": ""}, True),
        ({"INCLUDE_INBOUND": "8080"}, False),
        ({"INCLUDE_INBOUND": "80"}, True),
    ],
)
def test_what_is_let_in(annotations: dict[str, str], expected: bool) -> None:  # noqa: FBT001 - the expected answer
    """A port goes past the proxy if it is left out, or if others are named and it is not."""
    _, web = pod(annotations)

    assert expected == inbound_ports.lets_in(web, 8080)


def test_what_is_left_out() -> None:
    """Ports of the annotation go past the proxy on the way out."""
    _, web = pod({"EXCLUDE_OUTBOUND": "5432,6379"})

    assert (True, False) == (interception.leaves_out(web, 6379), interception.leaves_out(web, 80))


@pytest.mark.parametrize(
    ("labels", "proxy", "expected"),
    [
        ({"istio.io/dataplane-mode": "ambient"}, False, True),
        ({"istio.io/dataplane-mode": "ambient"}, True, False),
        ({"istio.io/dataplane-mode": "none"}, False, False),
        ({}, False, False),
    ],
)
def test_who_is_in_ambient(labels: dict[str, str], proxy: bool, expected: bool) -> None:  # noqa: FBT001 - a parameter of the case
    """The namespace's label counts for pods without a proxy of their own."""
    mesh, web = pod(proxy=proxy, labels=labels)

    assert expected == interception.in_ambient(mesh, web)
