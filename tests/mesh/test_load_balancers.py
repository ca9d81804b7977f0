"""What a Service's annotations say of TLS at the load balancer in front of it."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.gateway.load_balancers import ends_tls

AWS = "service.beta.kubernetes.io/aws-load-balancer-"


@pytest.mark.parametrize(
    ("annotations", "ends"),
    [
        ("", False),
        (f"{AWS}ssl-cert: arn", True),
        (f"{AWS}ssl-cert: arn, {AWS}backend-protocol: http", True),
        (f"{AWS}ssl-cert: arn, {AWS}backend-protocol: ssl", False),
        (f"{AWS}ssl-cert: arn, {AWS}ssl-ports: 'https, 8443'", True),
        (f"{AWS}ssl-cert: arn, {AWS}ssl-ports: '8443'", False),
    ],
)
def test_where_tls_ends(annotations: str, *, ends: bool) -> None:
    """TLS ends at the load balancer where it has a certificate for the port and sends plaintext on."""
    spec = "selector: {istio: gateway}\nports: [{name: https, port: 443}]"
    held = mesh(thing("Service", "gateway", spec, meta=f"annotations: {{{annotations}}}"))
    service = held.registry.all[0]

    assert ends == (ends_tls(service, service.ports[0]) is not None)
