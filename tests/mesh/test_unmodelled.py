"""Kinds that are not modelled, and whom they touch."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from tests.meshes import mesh, thing
from troubleshooter.mesh.not_modelled.unmodelled import at_stage
from troubleshooter.model import Stage


def touches(*texts: str, labels: dict[str, str] | None = None) -> list[str]:
    """What touches a proxy of namespace shop."""
    return [t.object.name for t in mesh(*texts).unmodelled.of_proxy("shop", labels or {"app": "web"})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (thing("EnvoyFilter", "f"), ["f"]),
        (thing("EnvoyFilter", "f", namespace="istio-system"), ["f"]),
        (thing("EnvoyFilter", "f", namespace="other"), []),
        (thing("EnvoyFilter", "f", "workloadSelector: {labels: {app: web}}"), ["f"]),
        (thing("EnvoyFilter", "f", "workloadSelector: {labels: {app: api}}"), []),
        (thing("WasmPlugin", "f", "selector: {matchLabels: {app: web}}"), ["f"]),
        (thing("WasmPlugin", "f", "selector: {matchLabels: {app: api}}"), []),
        (thing("ProxyConfig", "f", "selector: x"), ["f"]),
    ],
)
def test_of_a_proxy(text: str, expected: list[str]) -> None:
    """By namespace and labels."""
    assert expected == touches(text)


@pytest.mark.parametrize(
    ("kind", "stage", "spec"),
    [
        ("EnvoyFilter", "route", "configPatches: [{applyTo: HTTP_ROUTE}]"),
        ("WasmPlugin", "authorization", ""),
        ("ProxyConfig", "capture", "environmentVariables: {ISTIO_META_INTERCEPTION_MODE: NONE}"),
    ],
)
def test_stages(kind: str, stage: str, spec: str) -> None:
    """Each kind changes some stages only."""
    held = mesh(thing(kind, "f", spec)).unmodelled.of_proxy("shop", {})

    assert kind == getattr(getattr(at_stage(held, next(s for s in Stage if s == stage)), "object", None), "kind", "")
    assert at_stage(held, Stage.DNS) is None
    assert "spec" == held[0].resource.field


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        ("{kind: Service, name: web}", ["r"]),
        ("{kind: Service, name: web, namespace: shop}", ["r"]),
        ("{kind: Service, name: web, namespace: other}", []),
        ("{kind: Service, name: api}", []),
        ("{name: web}", []),
        ("7", []),
    ],
)
def test_routes_of_a_service(parent: str, expected: list[str]) -> None:
    """A route of the Gateway API with a Service as parent replaces its mesh routes."""
    held = mesh(thing("HTTPRoute", "r", f"parentRefs: [{parent}]"))
    service = inventory(thing("Service", "web")).objects[0]

    assert expected == [t.object.name for t in held.unmodelled.of_service(service)]
