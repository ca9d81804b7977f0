"""For which port an audit judges a destination that names none."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing
from troubleshooter.facts import audit_cases

HTTP = "{name: http, port: 8080}"
BOTH = "{name: http, port: 8080}, {name: http-admin, port: 9090}"
SUBSET = "http: [{%s route: [{destination: {host: payments, subset: v1}}]}]"
MATCH = "match: [{port: 9090}],"


def asked(ports: str, host: str, match: str = "", gateways: str = "[mesh]") -> str:
    """The name of the cluster for which an audit judges a route to a subset, and whether endpoints were looked for."""
    rule = thing("DestinationRule", "payments", "host: payments\nsubsets: [{name: v1, labels: {app: payments}}]")
    servers = "- {port: {number: 80, protocol: HTTP}, hosts: ['*']}"
    held = mesh(
        *(SPACES, INGRESS, gateway("public", servers), app("payments", ports), app("web", HTTP), rule),
        thing("VirtualService", "shop", f"hosts: [{host}]\ngateways: {gateways}\n{SUBSET % match}"),
    )
    case = next(c for c in audit_cases(held) if "piece/route/" in c.id)
    return str(case.details["destination.envoy_name"]).split("|")[1]


@pytest.mark.parametrize(
    ("ports", "host", "match", "gateways", "expected"),
    [
        (HTTP, "payments", "", "[mesh]", "8080"),
        (BOTH, "web", "", "[mesh]", "8080"),
        (BOTH, "payments", "", "[mesh]", "0"),
        (BOTH, "payments", MATCH, "[mesh]", "9090"),
        (HTTP, "shop.example.com", "", "[edge/public]", "8080"),
        (BOTH, "shop.example.com", "", "[edge/public]", "80"),
        (HTTP, "shop.example.com", "", "[mesh]", "0"),
    ],
)
def test_the_port_of_a_destination_that_names_none(
    ports: str, host: str, match: str, gateways: str, expected: str
) -> None:
    """A gateway takes the only port, or its server's; a sidecar the one that was dialled, where that is only one."""
    assert expected == asked(ports, host, match, gateways)
