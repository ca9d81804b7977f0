"""A ztunnel that does not run, without a request in hand."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, thing
from troubleshooter.facts.pieces import audit_cases

REDIRECTED = "annotations: {ambient.istio.io/redirection: enabled}"
POD = thing("Pod", "web", "{nodeName: n1, containers: [{name: app}]}", meta=REDIRECTED)


def ztunnel(namespace: str) -> list[str]:
    """The DaemonSet in a namespace, with the one pod that it has."""
    made = "template: {metadata: {labels: {app: ztunnel}}, spec: {}}"
    meta = "labels: {app: ztunnel}, ownerReferences: [{kind: DaemonSet, name: ztunnel, controller: true}]"
    status = """
        status:
          containerStatuses: [{name: istio-proxy, ready: false, state: {waiting: {reason: ImagePullBackOff}}}]
        """
    spec = "{nodeName: n1, containers: [{name: istio-proxy}]}"
    return [
        thing("DaemonSet", "ztunnel", made, namespace=namespace),
        thing("Pod", "ztunnel-a", spec, meta=meta, rest=status, namespace=namespace),
    ]


@pytest.mark.parametrize("namespace", ["istio-system", "kube-system"])
def test_where_it_is_installed(namespace: str) -> None:
    """An audit tells it, also where nothing else is looked at."""
    cases = audit_cases(mesh(POD, *ztunnel(namespace)))

    assert ["down"] == [case.facts["pod.ztunnel"].word for case in cases if "pod.ztunnel" in case.facts]
