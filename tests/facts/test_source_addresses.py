"""What is known of policies that go by the address of a client at a gateway."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing, walked
from troubleshooter.evidence import AccessLogEntry
from troubleshooter.facts import walk_cases
from troubleshooter.facts.observe import observe
from troubleshooter.model import Stage

WORDS = {"rbac_access_denied_matched_policy[none]": Stage.AUTHORIZATION}
FIELD = "- from: [{source: {%s: [198.51.100.0/24]}}]"
CONDITION = "- when: [{key: source.ip, values: [198.51.100.0/24]}]"
NODE = "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nstatus: {addresses: [{address: 10.0.3.17}]}"
ROUTE = "hosts: [shop.example.com]\ngateways: [edge/public]\nhttp: [{route: [{destination: {host: payments}}]}]"


def facts(rules: str, address: str) -> dict[str, str]:
    """The facts of a request that a gateway refused, by its log."""
    policy = thing(
        "AuthorizationPolicy",
        "offices",
        f"selector: {{matchLabels: {{istio: ingress}}}}\nrules:\n{rules}",
        namespace="edge",
    )
    server = gateway("public", "- {port: {number: 80, protocol: HTTP}, hosts: ['*']}")
    held = mesh(SPACES, INGRESS, server, app("payments"), thing("VirtualService", "shop", ROUTE), policy, NODE)
    entry = AccessLogEntry(
        start_time="", method="GET", path="/", protocol="HTTP/1.1", response_code=403, authority="shop.example.com",
        details="rbac_access_denied_matched_policy[none]", downstream_remote=f"{address}:40122",
        upstream_cluster="outbound|8080||payments.shop.svc.cluster.local",
    )  # fmt: skip
    found, seen = observe(walked(held, "http://shop.example.com/", "gateway:edge/public"), entry, WORDS)
    return {name: fact.word for name, fact in walk_cases(held, found, seen)[0].facts.items()}


@pytest.mark.parametrize(
    ("rules", "address", "expected"),
    [
        (FIELD % "ipBlocks", "10.0.3.17", ("ip-blocks", "node")),
        (FIELD % "remoteIpBlocks", "10.0.9.4", ("remote-ip-blocks", "private")),
        (CONDITION, "203.0.113.9", ("ip-blocks", "public")),
        (FIELD % "ipBlocks", "198.51.100.7", ("ip-blocks", "")),
        ("- to: [{operation: {paths: [/other]}}]", "10.0.3.17", ("", "")),
    ],
)
def test_whose_address_a_gateway_saw(rules: str, address: str, expected: tuple[str, str]) -> None:
    """A field or a condition asks for it; nothing is said of an address that is let in, or where none is asked for."""
    found = facts(rules, address)

    assert expected == tuple(found.get(n, "") for n in ("authorization_policy.address", "failure.client_address"))
