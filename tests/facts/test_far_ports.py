"""What is known of the port at the far end of a ServiceEntry."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, app, deployment, mesh, thing, walked
from troubleshooter.facts import walk_cases


@pytest.mark.parametrize(
    ("port", "more", "expected"),
    [
        ("{number: 80, name: http, protocol: HTTP}", "", "other"),
        ("{number: 80, name: http, protocol: HTTP, targetPort: 443}", "", "tls"),
        ("{number: 80, name: http, protocol: HTTP, targetPort: 8443}", "", "other"),
        ("{number: 80, name: http, protocol: HTTP}", "endpoints: [{address: a.example, ports: {http: 443}}]", "tls"),
        ("{number: 80, name: http, protocol: HTTPS}", "", "tls"),
    ],
)
def test_what_is_spoken_there(port: str, more: str, expected: str) -> None:
    """By its protocol, or where it leads to."""
    entry = thing("ServiceEntry", "bank", f"hosts: [bank.example]\nresolution: DNS\nports: [{port}]\n{more}")
    found = walked(mesh(SPACES, app("payments"), deployment("web"), entry), "http://bank.example/")
    facts = {name: fact.word for case in walk_cases(mesh(SPACES, entry), found) for name, fact in case.facts.items()}

    assert expected == facts.get("service_entry.far_port", "")
