"""Which objects that are not modelled leave which stages of a walk unknown."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import StageVerdict
from troubleshooter.walk import parse_request, walk


def _unknown(*texts: str) -> list[tuple[int, str]]:
    """(hop, stage) of every stage of web's way to payments that is unknown."""
    request = parse_request("http://payments.shop:8080/", source="shop/deployment/web")
    found = walk(Mesh(inventory(SHOP, *texts)), request).walk
    return [(s.hop, str(s.stage)) for s in found.path if s.verdict is StageVerdict.UNKNOWN]


def _envoy_filter(*patches: tuple[str, str], more: str = "") -> str:
    written = [f"{{applyTo: {apply}, match: {{{f'context: {where}' if where else ''}}}}}" for apply, where in patches]
    return f"""
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {{name: patches, namespace: istio-system}}
spec:
  configPatches: [{", ".join(written)}]
{more}
"""


@pytest.mark.parametrize(
    ("apply", "where", "expected"),
    [
        ("HTTP_FILTER", "GATEWAY", []),
        ("HTTP_FILTER", "SIDECAR_OUTBOUND", [(0, "listener")]),
        ("HTTP_FILTER", "SIDECAR_INBOUND", [(1, "listener")]),
        ("HTTP_FILTER", "", [(0, "listener"), (1, "listener")]),
        ("HTTP_ROUTE", "SIDECAR_OUTBOUND", [(0, "route")]),
        ("VIRTUAL_HOST", "SIDECAR_INBOUND", [(1, "listener")]),
        ("CLUSTER", "SIDECAR_OUTBOUND", [(0, "cluster")]),
        ("BOOTSTRAP", "SIDECAR_OUTBOUND", [(0, "listener"), (0, "route"), (0, "cluster")]),
    ],
)
def test_patch_touches_what_it_is_for(apply: str, where: str, expected: list[tuple[int, str]]) -> None:
    """An EnvoyFilter touches the stage that `applyTo` names, at the hops that its context fits."""
    assert expected == _unknown(_envoy_filter((apply, where)))


def test_envoy_filter_for_a_gateway() -> None:
    """An EnvoyFilter that names a Gateway touches no sidecar."""
    named = "  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]"

    assert [] == _unknown(_envoy_filter(("HTTP_FILTER", ""), more=named))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{concurrency: 2, image: {imageType: distroless}}", []),
        ("{environmentVariables: {ISTIO_META_HTTP10: '1'}}", []),
        ("{environmentVariables: {ISTIO_META_INTERCEPTION_MODE: NONE}}", [(0, "capture")]),
    ],
)
def test_proxy_config(spec: str, expected: list[tuple[int, str]]) -> None:
    """A ProxyConfig touches capture only with variables that change what a proxy takes."""
    text = f"""
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: {{name: proxies, namespace: shop}}
spec: {spec}
"""
    assert expected == _unknown(text)
