"""istiod as the proxies of a pod reach it."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.control_planes import endpoints_of_istiod


def istiod(revision: str, *, replicas: int = 1, port: int = 15012) -> str:
    """A control plane and its Service."""
    labels = f"labels: {{app: istiod, istio.io/rev: {revision}}}"
    spec = f"selector: {{app: istiod, istio.io/rev: {revision}}}\nports: [{{name: xds, port: {port}}}]"
    made = f"""
    replicas: {replicas}
    template: {{metadata: {{{labels}}}, spec: {{containers: [{{name: discovery}}]}}}}
    """
    name = f"istiod-{revision}"
    service = thing("Service", name, spec, namespace="istio-system", meta=labels)
    return service + "---\n" + thing("Deployment", name, made, namespace="istio-system", meta=labels)


def found(revision: str, *texts: str) -> str:
    """The Service that serves pods of a namespace with this revision, and how many are ready behind it."""
    label = f"labels: {{istio.io/rev: {revision}}}" if revision else "labels: {istio-injection: enabled}"
    web = thing("Deployment", "web", "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app}]}}")
    seen = mesh(thing("Namespace", "shop", namespace="", meta=label), web, *texts)
    workload = seen.workloads.get("Deployment", "shop", "web")
    assert workload is not None
    told = endpoints_of_istiod(seen, workload)
    return f"{told[0].name} {len(told[1].ready)}" if told else ""


@pytest.mark.parametrize(
    ("revision", "texts", "expected"),
    [
        ("", (istiod("default"),), "istiod-default 1"),
        ("", (istiod("default", replicas=0),), "istiod-default 0"),
        ("v2", (istiod("v1"), istiod("v2", replicas=0)), "istiod-v2 0"),
        ("stable", (istiod("v1"),), "istiod-v1 1"),
        ("stable", (istiod("v1"), istiod("v2")), ""),
        ("", (istiod("default", port=15010),), ""),
        ("", (), ""),
    ],
)
def test_the_service_of_istiod(revision: str, texts: tuple[str, ...], expected: str) -> None:
    """It is that of the revision asked for, or the only one; of several with other names none is meant for sure."""
    assert expected == found(revision, *texts)
