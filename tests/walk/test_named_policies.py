"""Where policies decide that name what they are for, instead of selecting it by labels."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import StageVerdict, Verdict
from troubleshooter.walk import parse_request, walk

EDGE = """
apiVersion: v1
kind: Service
metadata: {name: edge, namespace: shop}
spec: {selector: {app: edge}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: shop}
spec:
  template:
    metadata: {labels: {app: edge, gateway.networking.k8s.io/gateway-name: edge}}
    spec: {containers: [{name: istio-proxy}]}
"""
"""The pods of a Gateway `edge` of the Gateway API."""


def _policy(kind: str, ref: str, namespace: str = "shop", field: str = "targetRefs: [{}]") -> str:
    return f"""
apiVersion: security.istio.io/v1
kind: {kind}
metadata: {{name: named, namespace: {namespace}}}
spec: {{{field.format(ref)}}}
"""


def _unknown(to: str, *texts: str) -> list[str]:
    found = walk(Mesh(inventory(SHOP, EDGE, *texts)), parse_request(to, source="shop/deployment/web")).walk
    return [f"{s.stage}: {s.detail}" for s in found.path if s.verdict is StageVerdict.UNKNOWN]


@pytest.mark.parametrize(
    ("kind", "stage"), [("AuthorizationPolicy", "authorization"), ("RequestAuthentication", "authentication")]
)
@pytest.mark.parametrize("field", ["targetRefs: [{}]", "targetRef: {}"])
def test_policy_that_names_the_gateway(kind: str, stage: str, field: str) -> None:
    """At the gateway that it names, a policy leaves its stage unknown."""
    named = _policy(kind, "{kind: Gateway, name: edge}", field=field)

    assert [f"{stage}: {kind} shop/named is not modelled yet"] == _unknown("http://edge.shop/", named)


@pytest.mark.parametrize(
    ("ref", "namespace"),
    [
        ("{kind: Gateway, name: other}", "shop"),
        ("{kind: Gateway, name: edge}", "istio-system"),
        ("{kind: Service, name: edge}", "shop"),
    ],
)
def test_policy_that_names_something_else(ref: str, namespace: str) -> None:
    """A gateway takes no policy that names another one, one of another namespace, or a Service."""
    assert [] == _unknown("http://edge.shop/", _policy("AuthorizationPolicy", ref, namespace))


def test_policy_that_names_a_gateway_at_a_sidecar() -> None:
    """On a sidecar a policy that names a Gateway has no effect, although it allows nothing."""
    named = _policy("AuthorizationPolicy", "{kind: Gateway, name: edge}")

    assert [] == _unknown("http://payments.shop:8080/", named)


def test_policy_that_names_nothing() -> None:
    """An empty list of names is none: the policy is for the whole namespace, and allows nothing."""
    text = _policy("AuthorizationPolicy", "", field="targetRefs: []")
    request = parse_request("http://payments.shop:8080/", source="shop/deployment/web")

    assert Verdict.UNREACHABLE == walk(Mesh(inventory(SHOP, text)), request).walk.verdict
