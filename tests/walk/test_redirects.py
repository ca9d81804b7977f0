"""Redirects: to another URL, to the very URL that was asked for, and under which scheme a gateway sees a request."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, death, gateway, mesh, thing, walked
from troubleshooter.mesh import Mesh
from troubleshooter.walk import parse_request
from troubleshooter.walk.routes.redirecting import to_itself

PLAIN = "- {port: {number: 80, protocol: HTTP}, hosts: [shop.example.com]%s}"
TLS = "- {port: {number: 443, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: c}}"
REDIRECTING = PLAIN % ", tls: {httpsRedirect: true}"
ENDS_TLS = INGRESS.replace(
    "metadata: {name: ingress, namespace: edge}\nspec:\n  selector",
    "metadata:\n  name: ingress\n  namespace: edge\n  annotations: {{{}, {}}}\nspec:\n  selector".format(
        "service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn",
        "service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '443'",
    ),
).replace("targetPort: 8443", "targetPort: 8080")
"""An ingress whose load balancer ends TLS on port 443 and sends plain HTTP to where port 80 leads, too."""

LOOP = "route: 301 direct_response"
ONCE = "301 direct_response"


def edge(servers: str, routes: str = "- {route: [{destination: {host: payments}}]}", ingress: str = INGRESS) -> Mesh:
    """A gateway with these servers and routes."""
    spec = f"hosts: [shop.example.com]\ngateways: [edge/public]\nhttp:\n{routes}"
    return mesh(SPACES, ingress, app("payments"), gateway("public", servers), thing("VirtualService", "v", spec))


def ends(held: Mesh, to: str, headers: tuple[tuple[str, str], ...] = ()) -> str:
    """How a request from outside ends."""
    return death(walked(held, to, "gateway:edge/public", headers=headers))


@pytest.mark.parametrize(
    ("ingress", "to", "expected"),
    [
        (ENDS_TLS, "https://shop.example.com/", LOOP),
        (ENDS_TLS, "http://shop.example.com/", ONCE),
        (INGRESS, "http://shop.example.com/", ONCE),
    ],
)
def test_https_redirect_behind_a_load_balancer(ingress: str, to: str, expected: str) -> None:
    """Who asked for https already, and whose TLS ended in front, goes round in a circle."""
    assert expected == ends(edge(REDIRECTING, ingress=ingress), to)


@pytest.mark.parametrize(("number", "expected"), [(0, LOOP), (1, "")])
def test_a_gateway_that_trusts_the_load_balancer(number: int, expected: str) -> None:
    """It believes that the client used https."""
    config = f"{{gatewayTopology: {{numTrustedProxies: {number}}}}}"
    notes = f'metadata: {{labels: {{istio: ingress}}, annotations: {{proxy.istio.io/config: "{config}"}}}}'
    trusting = ENDS_TLS.replace("metadata: {labels: {istio: ingress}}", notes)

    assert expected == ends(edge(REDIRECTING, ingress=trusting), "https://shop.example.com/")


def test_a_mesh_that_trusts_load_balancers() -> None:
    """The mesh config says it for all gateways."""
    config = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\n"
        "data: {mesh: 'defaultConfig: {gatewayTopology: {numTrustedProxies: 2}}'}"
    )
    spec = "hosts: [shop.example.com]\ngateways: [edge/public]\nhttp:\n- {route: [{destination: {host: payments}}]}"
    held = mesh(
        SPACES, ENDS_TLS, app("payments"), gateway("public", REDIRECTING), thing("VirtualService", "v", spec), config
    )

    assert "" == ends(held, "https://shop.example.com/")


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("", LOOP),
        ("match: [{port: 80}], ", ""),
        ("match: [{port: 443}], ", LOOP),
        ("match: [{scheme: {exact: http}}], ", ""),
        ("match: [{headers: {x-forwarded-proto: {exact: http}}}], ", ""),
        ("match: [{headers: {x-forwarded-proto: {exact: https}}}], ", LOOP),
    ],
)
def test_a_route_that_redirects_to_https(match: str, expected: str) -> None:
    """Without a match for it, it takes requests that came with https."""
    routes = f"- {{{match}redirect: {{scheme: https}}}}\n- {{route: [{{destination: {{host: payments}}}}]}}"

    assert expected == ends(edge(f"{PLAIN % ''}\n{TLS}", routes), "https://shop.example.com/")


def test_what_a_gateway_takes_plain_http_for() -> None:
    """Behind a load balancer that ends TLS it says http in x-forwarded-proto, whatever was said before."""
    routes = (
        "- {match: [{headers: {x-forwarded-proto: {exact: http}}}], redirect: {scheme: https}}\n"
        "- {route: [{destination: {host: payments}}]}"
    )

    assert LOOP == ends(
        edge(PLAIN % "", routes, ENDS_TLS), "https://shop.example.com/", headers=(("X-Forwarded-Proto", "https"),)
    )


@pytest.mark.parametrize(
    ("to", "redirect", "expected"),
    [
        ("http://a.com/x", {"scheme": "https"}, False),
        ("https://a.com/x", {"scheme": "https"}, True),
        ("https://a.com/x?y=1", {"uri": "/x"}, True),
        ("https://a.com/x", {"uri": "/y"}, False),
        ("https://a.com/x", {"authority": "A.com"}, True),
        ("https://a.com/x", {"authority": "b.com"}, False),
        ("https://a.com:8443/x", {"authority": "a.com"}, False),
        ("https://a.com:8443/x", {"authority": "a.com:8443"}, True),
        ("https://a.com:8443/x", {"scheme": "https"}, True),
        ("https://a.com:8443/x", {"scheme": "https", "derivePort": "FROM_PROTOCOL_DEFAULT"}, True),
        ("https://a.com/x", {"port": 8443}, False),
        ("https://a.com/x", {"port": 443}, True),
        ("https://a.com/x", {"authority": "a.com:nonsense"}, False),
        ("http://a.com/x", {}, True),
    ],
)
def test_the_url_that_was_asked_for(to: str, redirect: dict[str, object], *, expected: bool) -> None:
    """Scheme, host, port and path have to be the same; what a redirect does not name stays as it was."""
    request = parse_request(to)

    assert expected == to_itself(request, redirect, request.scheme, request.port)
