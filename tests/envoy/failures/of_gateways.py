"""What a gateway turns away, or never gets."""

from __future__ import annotations

import contextlib
import ssl

from tests.envoy.apps import Place
from tests.envoy.envoy_shapes import Shape
from tests.envoy.failures.lab import Lab
from tests.envoy.failures.rows import failure
from tests.envoy.failures.secured import credential, gateway_socket
from tests.envoy.failures.shapes import asking, cluster, listener, manager, routes, to

NAME = "https.443.https.shop.shop"
HTTP = "http.8080"


def plain(place: Place) -> Shape:
    """A listener for plain HTTP."""
    made = manager("outbound_0.0.0.0_8080", **asking(HTTP), use_remote_address=True)
    return listener("0.0.0.0_8080", place, [{"filters": [made]}], traffic_direction="OUTBOUND")


def encrypted(place: Place, *, host: str = "shop.example.com", mutual: bool = False) -> Shape:
    """A listener that ends TLS for one host (for all: "")."""
    made = manager("outbound_0.0.0.0_8443", **asking(NAME), use_remote_address=True)
    chain: Shape = {"filters": [made], "transport_socket": gateway_socket("shop-cert", mutual=mutual)}
    if host:
        chain["filter_chain_match"] = {"server_names": [host]}
    return listener("0.0.0.0_8443", place, [chain], "tls", traffic_direction="OUTBOUND")


def served(name: str, host: str) -> Shape:
    """The routes of a host."""
    hosts = [{"name": f"{host}:443", "domains": [host], "routes": [to()]}]
    return routes(name, hosts)


def secret(lab: Lab) -> list[Shape]:
    """The certificate of the gateway."""
    return credential("shop-cert", lab.authority.identity("shop.example.com"))


@failure("vs-not-bound-to-gateway", "route", "the only virtual host of the gateway's port is blackhole")
def nr_gateway_no_virtualservice(lab: Lab) -> None:
    """A Gateway to which no VirtualService is bound."""
    empty = routes(HTTP, [{"name": "blackhole:8080", "domains": ["*"]}])
    lab.ask("shop.example.com", at=lab.gateway(plain, [cluster(lab.app())], empty, port=8080))


@failure("http-host-header-no-route", "route", "there are virtual hosts, and none for the one that was asked for")
def nr_gateway_unknown_host(lab: Lab) -> None:
    """A request with another Host than the VirtualService has."""
    held = served(HTTP, "shop.example.com")
    lab.ask("other.example.com", at=lab.gateway(plain, [cluster(lab.app())], held, port=8080))


@failure("gateway-tls-sni-mismatch", "listener", "filter_chain_not_found with a server name that no chain has")
def gw_sni_mismatch(lab: Lab) -> None:
    """A server name that no Gateway has."""
    place = lab.gateway(encrypted, [cluster(lab.app())], served(NAME, "shop.example.com"), secrets=secret(lab))
    handshake(lab, place, "other.example.com")


@failure("gateway-tls-sni-mismatch", "listener", "a hello was seen (tls_inspector.tls_found), and no name in it")
def gw_no_sni(lab: Lab) -> None:
    """No server name at all."""
    place = lab.gateway(encrypted, [cluster(lab.app())], served(NAME, "shop.example.com"), secrets=secret(lab))
    handshake(lab, place, "")


@failure(
    "gateway-plaintext-to-tls-server",
    "listener",
    "filter_chain_not_found without a server name, and chains for TLS alone",
)
def gw_http_to_https(lab: Lab) -> None:
    """http:// to a port that ends TLS."""
    place = lab.gateway(encrypted, [cluster(lab.app())], served(NAME, "shop.example.com"), secrets=secret(lab))
    lab.ask("shop.example.com", at=place)


@failure(
    "gateway-plaintext-to-tls-server",
    "listener",
    "no hello was ever seen (tls_inspector.tls_not_found), and chains for TLS alone",
)
def gw_http_to_https_of_all_hosts(lab: Lab) -> None:
    """The same, where the Gateway is for all hosts: no line is written."""
    place = lab.gateway(lambda p: encrypted(p, host=""), [cluster(lab.app())], served(NAME, "*"), secrets=secret(lab))
    lab.ask("shop.example.com", at=place)


@failure("gateway-tls-secret-wrong-namespace", "listener", "a secret that warms, and no line")
def gw_secret_missing(lab: Lab) -> None:
    """The Secret of the certificate is not there."""
    place = lab.gateway(encrypted, [cluster(lab.app())], served(NAME, "shop.example.com"),
                        unanswered=("sds kubernetes://shop-cert",))  # fmt: skip
    handshake(lab, place, "shop.example.com")


@failure(
    "gateway-istio-mutual-for-external-clients",
    "listener",
    "ssl.fail_verify_no_cert, and chains that demand a certificate",
)
def gw_mutual_no_cert(lab: Lab) -> None:
    """A Gateway with MUTUAL, and a client without a certificate."""
    place = lab.gateway(lambda p: encrypted(p, mutual=True), [cluster(lab.app())], served(NAME, "shop.example.com"),
                        secrets=secret(lab))  # fmt: skip
    handshake(lab, place, "shop.example.com")


@failure("", "", "TLS, and the request got through")
def gw_tls_works(lab: Lab) -> None:
    """Nothing is broken."""
    place = lab.gateway(encrypted, [cluster(lab.app())], served(NAME, "shop.example.com"), secrets=secret(lab))
    handshake(lab, place, "shop.example.com")


@failure(
    "app-not-ready-or-crashing",
    "application",
    "plaintext to an endpoint without a proxy, closed: that it waits for TLS nobody says",
)
def gw_plain_http_to_tls_backend(lab: Lab) -> None:
    """Plain HTTP to an application that takes TLS alone."""
    app = lab.app("tls", identity=lab.authority.identity("payments.test"))
    lab.ask("shop.example.com", at=lab.gateway(plain, [cluster(app)], served(HTTP, "shop.example.com"), port=8080))


def handshake(lab: Lab, place: Place, name: str) -> None:
    """A request inside TLS, whatever becomes of it."""
    with contextlib.suppress(ssl.SSLError, OSError):
        lab.say(b"GET /pay HTTP/1.1\r\nhost: shop.example.com\r\n\r\n", at=place, sni=name)
