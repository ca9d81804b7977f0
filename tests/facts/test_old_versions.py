"""What proxies make of HTTP/1.0 is told by the walk."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from troubleshooter.facts import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.walk import parse_request, walk

MESH = """
apiVersion: v1
kind: Namespace
metadata: {{name: shop, labels: {{istio-injection: enabled}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: pay, namespace: shop}}
spec: {{selector: {{app: pay}}, ports: [{{name: {port}, port: 8080}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: pay, namespace: shop}}
spec: {{template: {{metadata: {{labels: {{app: pay}}}}, spec: {{containers: [{{name: a}}]}}}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec: {{template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: a}}]}}}}}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: default, namespace: shop}}
spec: {{mtls: {{mode: {mode}}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: istiod, namespace: istio-system}}
spec: {{template: {{spec: {{containers: [{{name: a, env: [{{name: PILOT_HTTP10, value: "{istiod}"}}]}}]}}}}}}
"""


def _facts(mesh: str, *, http10: bool = True) -> dict[str, str]:
    view = Mesh(inventory(mesh))
    request = parse_request("http://pay:8080/", source="shop/deployment/web", http10=http10)
    (case,) = walk_cases(view, walk(view, request))
    told = ("request.http_version", "request.old_version", "request.refused_by")
    return {name: case.facts[name].word for name in told if name in case.facts}


@pytest.mark.parametrize(
    ("port", "mode", "istiod", "expected"),
    [
        ("http", "PERMISSIVE", "false", "refused"),
        ("http", "STRICT", "false", "lost"),
        ("web", "STRICT", "false", "passed-on"),
        ("http", "STRICT", "true", "read"),
    ],
)
def test_what_becomes_of_it(port: str, mode: str, istiod: str, expected: str) -> None:
    """A proxy that reads HTTP refuses it, one that passes it on may lose it, and with PILOT_HTTP10 it is read."""
    assert expected == _facts(MESH.format(port=port, mode=mode, istiod=istiod))["request.old_version"]


def test_who_refuses() -> None:
    """The proxy that answers is named by its part."""
    assert "target" == _facts(MESH.format(port="http", mode="PERMISSIVE", istiod="0"))["request.refused_by"]


def test_nothing_is_told_of_a_client_of_which_nothing_is_said() -> None:
    """Without the flag the version of HTTP is not known."""
    assert {} == _facts(MESH.format(port="http", mode="PERMISSIVE", istiod="0"), http10=False)
