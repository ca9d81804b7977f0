"""How two servers with one certificate could be made one."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, gateway, mesh, thing
from troubleshooter.facts.of_certificates import certificate_cases
from troubleshooter.model import Case

SERVER = "- {port: {number: 443, protocol: HTTPS}, hosts: [%s], tls: {mode: %s, credentialName: one}}"


def bound(host: str, gateways: str, namespace: str = "shop") -> str:
    """A VirtualService that is bound to these Gateways."""
    spec = f"hosts: [{host}]\ngateways: [{gateways}]\nhttp: [{{route: [{{destination: {{host: x}}}}]}}]"
    return thing("VirtualService", host[0], spec, namespace=namespace)


def found(*texts: str) -> Case:
    """The only case there is."""
    held = mesh(INGRESS, *texts)
    (case,) = certificate_cases(held, held.gateways.proxies())
    return case


FIRST, SECOND = gateway("a", SERVER % ("a.com", "SIMPLE")), gateway("b", SERVER % ("b.com", "SIMPLE"))


@pytest.mark.parametrize(
    ("second", "routes", "expected"),
    [
        (SECOND, [bound("b.com", "edge/b")], ("gateway", "one")),
        (SECOND, [bound("b.com", "edge/b"), bound("c.com", "edge/b")], ("gateway", "none")),
        (SECOND.replace("SIMPLE", "MUTUAL"), [bound("b.com", "edge/b")], ("gateway", "none")),
        (SECOND.replace("istio: ingress", "'istio': ingress"), [bound("b.com", "edge/b")], ("gateway", "one")),
    ],
)
def test_whether_two_can_be_one(second: str, routes: list[str], expected: tuple[str, str]) -> None:
    """With the same TLS settings, and one VirtualService to bind anew."""
    facts = found(FIRST, second, bound("a.com", "edge/a"), *routes).facts

    assert expected == (facts["gateway.certificate_with"].word, facts["gateway.certificate_merge"].word)


@pytest.mark.parametrize(
    ("gateways", "namespace", "expected"),
    [
        ("edge/b", "shop", ["edge/a"]),
        ("b, mesh", "edge", ["a", "mesh"]),
        ("edge/a, edge/b", "shop", ["edge/a"]),
    ],
)
def test_what_the_virtual_service_would_be_bound_to(gateways: str, namespace: str, expected: list[str]) -> None:
    """The first Gateway in the place of the other."""
    case = found(FIRST, SECOND, bound("a.com", "edge/a"), bound("b.com", gateways, namespace))

    assert expected == case.details["virtual_service.other_gateways"]


def test_servers_of_one_gateway() -> None:
    """All hosts go into the first, and the second goes."""
    both = gateway("a", f"{SERVER % ('a.com', 'SIMPLE')}\n{SERVER % ('./b.com', 'SIMPLE')}")
    case = found(both, bound("a.com", "edge/a"), bound("b.com", "edge/a", "edge"))

    assert ("server", "one") == (
        case.facts["gateway.certificate_with"].word,
        case.facts["gateway.certificate_merge"].word,
    )
    assert (["a.com", "edge/b.com"], "spec.servers[1]") == (
        case.details["gateway.all_hosts"],
        case.details["rival.server_field"],
    )
