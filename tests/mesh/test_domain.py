"""The DNS suffix of the cluster, as objects tell it."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, mesh_config, thing

ARGS = "containers: [{{name: discovery, args: [discovery, {flag}]}}]"


def istiod(flag: str) -> str:
    """istiod, started with a flag."""
    spec = "template: {spec: {" + ARGS.format(flag=flag) + "}}"
    return thing("Deployment", "istiod", spec, namespace="istio-system", meta="labels: {app: istiod}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (istiod("--domain, corp.example"), "corp.example"),
        (istiod("--domain=corp.example."), "corp.example"),
        (istiod("--log, x"), "cluster.local"),
        (thing("Pod", "istiod-1", ARGS.format(flag="--domain, Corp"), namespace="istio-system"), "corp"),
        (
            thing(
                "ConfigMap",
                "istio-sidecar-injector",
                namespace="istio-system",
                rest="""data: {values: '{"global": {"proxy": {"clusterDomain": "corp.example"}}}'}""",
            ),
            "corp.example",
        ),
        (thing("ConfigMap", "istio-sidecar-injector", rest="data: {values: '{clusterDomain: ['}"), "cluster.local"),
        (thing("IstioOperator", "i", "values: {global: {proxy: {clusterDomain: corp.example}}}"), "corp.example"),
        (mesh_config("trustDomain: corp"), "cluster.local"),
    ],
)
def test_who_tells_the_suffix(text: str, expected: str) -> None:
    """Istiod's flag, what injects proxies, or what the mesh was installed with; else it is that of Kubernetes."""
    found = mesh(text).settings

    assert (expected, expected != "cluster.local") == (found.domain, found.domain_told)
