"""Facts about redirects at a gateway: by whom, where to, and how requests with TLS could be told apart."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing, walked
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.model import Case

PLAIN = "- {port: {number: 80, protocol: HTTP}, hosts: [shop.example.com]%s}"
TLS = "- {port: {number: 443, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: c}}"
REDIRECTING = PLAIN % ", tls: {httpsRedirect: true}"
BEHIND = REDIRECTING.replace("number: 80", "number: 443")
ENDS_TLS = INGRESS.replace(
    "metadata: {name: ingress, namespace: edge}\nspec:\n  selector",
    "metadata:\n  name: ingress\n  namespace: edge\n  annotations: {{{}, {}}}\nspec:\n  selector".format(
        "service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn",
        "service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '443'",
    ),
)
SHARED = ENDS_TLS.replace("targetPort: 8443", "targetPort: 8080")
SEND = "- {route: [{destination: {host: payments}}]}"


def asked(servers: str, ingress: str = INGRESS, routes: str = SEND) -> Case:
    """The case of a request with https from outside."""
    spec = f"hosts: [shop.example.com]\ngateways: [edge/public]\nhttp:\n{routes}"
    held = mesh(SPACES, ingress, app("payments"), gateway("public", servers), thing("VirtualService", "v", spec))
    return walk_cases(held, walked(held, "https://shop.example.com/", "gateway:edge/public"))[0]


def words(case: Case, *names: str) -> list[str]:
    """The words of some facts, "" for what is not known."""
    return [case.facts[n].word if n in case.facts else "" for n in names]


@pytest.mark.parametrize(
    ("servers", "ingress", "expected"),
    [
        (REDIRECTING, SHARED, ["yes", "load-balancer", "shared", "free"]),
        (BEHIND, ENDS_TLS, ["yes", "load-balancer", "own", "taken"]),
        (f"{REDIRECTING}\n{TLS}", INGRESS, ["yes", "", "", ""]),
        (f"{PLAIN % ''}\n{TLS}", INGRESS, ["no", "", "", ""]),
        (f"{REDIRECTING}\n{(PLAIN % '').replace('80', '443')}", ENDS_TLS, ["no", "load-balancer", "", ""]),
    ],
)
def test_what_gets_requests_whose_tls_ended_in_front(servers: str, ingress: str, expected: list[str]) -> None:
    """The server behind the port that the client dials, and whether plain requests come to it, too."""
    names = ("gateway.https_redirect", "connection.tls_ends", "gateway.redirect_door", "gateway.decrypted_port")

    assert expected == words(asked(servers, ingress), *names)


def test_a_call_within_the_mesh_lands_at_no_server_that_redirects() -> None:
    """So nobody is asked about a load balancer in front of a gateway."""
    held = mesh(SPACES, app("web"), app("payments"))
    case = walk_cases(held, walked(held, "http://payments.shop:8080/", "shop/deployment/web"))[0]

    assert ["no", ""] == words(case, "gateway.https_redirect", "connection.tls_ends")


def test_a_door_of_their_own() -> None:
    """A container port that nothing uses, and a server on the Service port."""
    case = asked(REDIRECTING, SHARED)

    assert ("spec.ports[1].targetPort", 8443) == (
        case.details["gateway.decrypted_field"],
        case.details["gateway.decrypted_target"],
    )
    assert {
        "port": {"number": 443, "name": "http-443", "protocol": "HTTP"},
        "hosts": ["shop.example.com"],
    } == case.details["gateway.decrypted_server"]


@pytest.mark.parametrize(
    ("servers", "routes", "expected", "match"),
    [
        (f"{PLAIN % ''}\n{TLS}", "- {redirect: {scheme: https}}", ["to-itself", "route", "one"], [{"port": 80}]),
        (
            f"{PLAIN % ''}\n{TLS}",
            "- {match: [{uri: {prefix: /}}], redirect: {scheme: https}}",
            ["to-itself", "route", "one"],
            [{"uri": {"prefix": "/"}, "port": 80}],
        ),
        (TLS, "- {redirect: {scheme: https}}", ["to-itself", "route", "none"], None),
        (TLS, "- {redirect: {uri: /home}}", ["elsewhere", "route", "none"], None),
        (TLS, SEND, ["none", "", ""], None),
    ],
)
def test_a_route_that_redirects(servers: str, routes: str, expected: list[str], match: object) -> None:
    """The match that leaves it the plain requests only, where the Gateway has one plain port."""
    case = asked(servers, routes=routes)

    assert expected == words(case, "route.redirect", "route.redirect_by", "route.redirect_port")
    assert match == case.details.get("route.redirect_match")
