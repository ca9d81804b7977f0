"""What istiod was started with."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.control_plane.istiod import switched_on

SCOPED = "PILOT_SCOPE_GATEWAY_TO_NAMESPACE"


def istiod(name: str, value: str, label: str = "istiod") -> str:
    """A Deployment with the variable."""
    container = f"{{name: discovery, env: [{{name: {SCOPED}, value: '{value}'}}, {{name: POD_NAME, valueFrom: {{}}}}]}}"
    spec = f"template: {{metadata: {{labels: {{app: {label}}}}}, spec: {{containers: [{container}]}}}}"
    return thing("Deployment", name, spec, namespace="istio-system")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((istiod("istiod", "true"),), True),
        ((istiod("istiod-1-27", "1", label="discovery"),), True),
        ((istiod("pilot", "TRUE"),), True),
        ((istiod("istiod", "false"),), False),
        ((istiod("web", "true", label="web"),), False),
        ((), False),
    ],
)
def test_a_variable_that_is_off_by_default(texts: tuple[str, ...], *, expected: bool) -> None:
    """It is on where a container of istiod says so."""
    assert expected == switched_on(mesh(*texts).index, SCOPED)
