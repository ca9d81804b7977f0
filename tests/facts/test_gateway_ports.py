"""Whether a port of a Service leads to the server of a Gateway that is meant, and which port that should be."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing, walked
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.facts.pieces import gateway_case
from troubleshooter.model import Case

PLAIN = "- {port: {number: %s, protocol: HTTP}, hosts: [shop.example.com]}"
TLS = "- {port: {number: %s, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: c}}"


def asked(servers: str, to: str, *more: str) -> Case:
    """The case of a request that comes in from outside."""
    held = mesh(SPACES, INGRESS, app("payments"), gateway("public", servers), *more)
    return walk_cases(held, walked(held, to, "gateway:edge/public"))[0]


@pytest.mark.parametrize(
    ("servers", "to", "expected", "meant"),
    [
        (PLAIN % 80, "http://shop.example.com/", "exposed", None),
        (PLAIN % 8080, "http://shop.example.com/", "exposed", None),
        (PLAIN % 8004, "http://shop.example.com:8004/", "not-exposed", 80),
        (PLAIN % 8004, "http://shop.example.com/", "not-exposed", 80),
        (TLS % 9443, "https://shop.example.com/", "not-exposed", 443),
        (TLS % 9443, "https://other.example.com/", "", None),
        (TLS % 9443, "http://shop.example.com/", "", None),
        (f"{PLAIN % 8004}\n{PLAIN % 80}", "http://shop.example.com:8004/", "not-exposed", None),
    ],
)
def test_port_of_the_server_that_a_request_means(servers: str, to: str, expected: str, meant: int | None) -> None:
    """By scheme and host; the port that is dialled, or the usual one, is the one to have."""
    case = asked(servers, to)

    assert (expected, meant) == (
        case.facts["gateway.server_port"].word if "gateway.server_port" in case.facts else "",
        case.details.get("gateway.port_meant"),
    )


def test_another_gateway_has_the_port() -> None:
    """The Gateway whose server is meant is named, not the one on the port."""
    other = gateway("other", PLAIN.replace("shop.", "other.") % 80)
    case = asked(PLAIN % 8004, "http://shop.example.com/", other)

    assert ("not-exposed", "public") == (case.facts["gateway.server_port"].word, case.roles["gateway"].name)


def piece(servers: str, *more: str) -> Case:
    """The case of the Gateway itself."""
    held = mesh(SPACES, INGRESS, gateway("public", servers), *more)
    return gateway_case(held, held.gateways.all[0])


def test_port_that_the_service_lacks() -> None:
    """The entry to add has a container port that is free, above those for which a proxy needs privileges."""
    entries = [piece(PLAIN % n).details["gateway.port_entry"] for n in (81, 9000)]

    assert [(81, 8081), (9000, 9000)] == [(e["port"], e["targetPort"]) for e in entries if isinstance(e, dict)]


def test_the_service_that_is_open_to_the_world_is_named() -> None:
    """Of several in front of a gateway."""
    outward = thing(
        "Service", "lb", "type: LoadBalancer\nselector: {istio: ingress}\nports: [{port: 443}]", namespace="edge"
    )

    assert "lb" == piece(PLAIN % 8004, outward).roles["service"].name


def test_a_gateway_of_which_all_servers_can_be_reached() -> None:
    """It is said that they are."""
    assert "exposed" == piece(PLAIN % 80).facts["gateway.server_port"].word
