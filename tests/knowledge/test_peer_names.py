"""Codes of other analysers are printed where their own condition is met, on the object that they would name."""

from __future__ import annotations

import pytest

from tests.knowledge.knowledge_base import KNOWLEDGE, root_of

ROWS = {
    "destination/dr-conflicting-or-overridden/bad-older": "KIA0201 payments-pool",
    "egress/sidecar-egress-hosts-missing/bad": "",
    "egress/sidecar-egress-hosts-missing/bad-two": "IST0111 default, KIA0002 default",
    "egress/sidecar-egress-hosts-missing/bad-two-selected": "IST0110 default, KIA0003 default",
    "endpoints/app-not-ready-or-crashing/bad-gateway": "",
    "endpoints/app-not-ready-or-crashing/bad-gateway-not-injected": "IST0147 ingress-6b7c8d9f5-x2x7k",
    "authorization/authz-allow-implicit-deny/bad-method": "",
    "authorization/authz-allow-implicit-deny/bad-unknown-method": "KIA0102 payments",
    "mtls/dr-tls-mode-conflict/bad-namespace-switched-off": "KIA0505 default",
    "mtls/dr-tls-mode-conflict/bad-mesh-switched-off": "KIA0506 default",
    "mtls/dr-tls-mode-conflict/bad-switched-off": "",
    "mtls/mtls-strict-plaintext-client/bad-auto-mtls-off": "KIA0501 default",
    "mtls/mtls-strict-plaintext-client/bad-auto-mtls-off-mesh": "KIA0401 default",
    "mtls/mtls-strict-plaintext-client/bad-run-as-proxy": "IST0144 web",
    "protocol/server-first-protocol-sniffing/bad": "IST0118 orders-db, KIA0601 orders-db",
    "protocol/server-first-protocol-sniffing/bad-app-protocol": "IST0118 orders-db, KIA0602 orders-db",
    "routing/vs-no-match-no-default/bad-claims": "IST0149 shop",
    "routing/vs-destination-port-not-in-service/bad-from-request": "IST0112 payments",
    "routing/vs-destination-port-not-in-service/bad-single-port": "",
}
"""Meshes, with the codes and the names of the objects."""


@pytest.mark.parametrize("mesh", ROWS)
def test_codes_are_those_of_the_peer(mesh: str) -> None:
    """What the peer would say of the mesh is named, and nothing that it would not say."""
    held = root_of(KNOWLEDGE / "causes" / f"{mesh}.yaml").known_as

    assert ROWS[mesh] == ", ".join(sorted(f"{peer.code} {peer.resource.name}" for peer in held))
