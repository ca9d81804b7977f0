"""Handshakes that fail between two sidecars, and with servers that have none."""

from __future__ import annotations

from typing import Any

from tests.envoy.apps import Place
from tests.envoy.envoy_shapes import Shape
from tests.envoy.failures.lab import Lab
from tests.envoy.failures.peers import hangs_up
from tests.envoy.failures.rows import failure
from tests.envoy.failures.secured import begins_mutual, begins_simple, matches, secrets, takes_mutual
from tests.envoy.failures.shapes import PAYMENTS_ID, RETRIES, WEB, cluster, endpoint, table, taking, to

NOT_AGAIN = to(route={"retry_policy": RETRIES | {"num_retries": 0}})


def strict(lab: Lab, name: str = PAYMENTS_ID, flaw: str = "", **versions: str) -> Place:
    """The sidecar of payments, which takes mutual TLS alone."""
    own = lab.authority.identity(name, flaw)
    return lab.called([taking(takes_mutual(**versions))], lab.app(), secrets=secrets(own, lab.authority.roots))


def calls(lab: Lab, place: Place, *, name: str = WEB, flaw: str = "", roots: str = "", **fields: Any) -> None:
    """Call payments from the sidecar of web, with mutual TLS unless `fields` of the cluster say otherwise."""
    asked = fields or matches(begins_mutual())
    held = cluster(endpoint(place, mutual=True), **asked)
    own = lab.authority.identity(name, flaw)
    lab.caller([held], table(NOT_AGAIN), secrets=secrets(own, roots or lab.authority.roots))
    lab.ask()


@failure("", "", "mutual TLS, and the request got through")
def mtls_works(lab: Lab) -> None:
    """Nothing is broken."""
    calls(lab, strict(lab))


@failure(
    "mtls-strict-plaintext-client",
    "transport",
    "NR filter_chain_not_found at the one that was called, without a server name",
)
def strict_no_sidecar_client(lab: Lab) -> None:
    """A client without a sidecar calls a workload that takes mutual TLS alone."""
    lab.ask(at=strict(lab))


@failure(
    "mtls-strict-plaintext-client", "transport", "the far end has no chain for plaintext, and the cluster begins no TLS"
)
def strict_plaintext_client(lab: Lab) -> None:
    """A DestinationRule with DISABLE, against STRICT."""
    calls(lab, strict(lab), connect_timeout="10s")


@failure("dr-tls-mode-conflict", "transport", "TLS without a certificate, against chains that demand one (TLS 1.3)")
def mtls_no_client_cert(lab: Lab) -> None:
    """A DestinationRule with SIMPLE, against STRICT."""
    calls(lab, strict(lab), transport_socket=begins_simple(trusted=lab.authority.roots))


@failure("dr-tls-mode-conflict", "transport", "the same with TLS 1.2, where the refusal comes within the handshake")
def mtls_no_client_cert_tls12(lab: Lab) -> None:
    """The same with TLS 1.2."""
    calls(lab, strict(lab), transport_socket=begins_simple(trusted=lab.authority.roots, newest="TLSv1_2"))


@failure("dr-tls-mode-conflict", "transport", "mutual TLS to a far end that has a chain for plaintext alone")
def disable_mtls_client(lab: Lab) -> None:
    """PeerAuthentication DISABLE, and a client that begins mutual TLS."""
    calls(lab, lab.called([taking(None)], lab.app()))


@failure("mtls-dest-without-sidecar", "transport", "WRONG_VERSION_NUMBER: the far end speaks plaintext")
def uf_tls_wrong_version(lab: Lab) -> None:
    """Mutual TLS to an application without a sidecar, which answers in plaintext."""
    calls(lab, lab.app("well"), transport_socket=begins_mutual())


@failure("mtls-dest-without-sidecar", "transport", "no handshake was ever completed, and the far end hung up")
def uf_tls_peer_closes(lab: Lab) -> None:
    """The same to one that hangs up."""
    calls(lab, lab.app(hangs_up))


@failure("unexplained", "endpoint", "a handshake that nobody answers and a packet that is dropped look the same")
def uf_tls_handshake_timeout(lab: Lab) -> None:
    """The same to one that waits."""
    calls(lab, lab.app("hangs"), connect_timeout="0.3s", **matches(begins_mutual()))


@failure(
    "app-not-ready-or-crashing",
    "application",
    "plaintext to an endpoint without a proxy, closed: that it waits for TLS nobody says",
)
def plaintext_to_tls(lab: Lab) -> None:
    """Plain HTTP to a server that takes TLS alone."""
    lab.caller([cluster(lab.app("tls", identity=lab.authority.identity("payments.test")))])
    lab.ask()


@failure(
    "mtls-peer-identity-unexpected",
    "transport",
    "the names in the certificate are not those expected, of the same domain",
)
def mtls_san_mismatch(lab: Lab) -> None:
    """The pods run as another service account than istiod told the caller."""
    calls(lab, strict(lab, name=f"{PAYMENTS_ID}-old"))


@failure("ca-root-mismatch-after-rotation", "transport", "the server's certificate comes from a root that is not known")
def mtls_unknown_ca(lab: Lab) -> None:
    """The server's certificate comes from another authority."""
    calls(lab, strict(lab, flaw="stranger"))


@failure("ca-root-mismatch-after-rotation", "transport", "ssl.fail_verify_error at the one that was called")
def mtls_server_rejects_client_ca(lab: Lab) -> None:
    """The client's certificate comes from another authority."""
    calls(lab, strict(lab), flaw="stranger")


@failure("ca-root-mismatch-after-rotation", "transport", "the same with TLS 1.2: the alert says unknown CA")
def mtls_server_rejects_client_ca_tls12(lab: Lab) -> None:
    """The same with TLS 1.2."""
    calls(lab, strict(lab, newest="TLSv1_2"), flaw="stranger")


@failure(
    "trust-domain-mismatch",
    "transport",
    "ssl.fail_verify_san at the one that was called: its chain expects another domain",
)
def mtls_trust_domain(lab: Lab) -> None:
    """The client is of a trust domain that the server does not take."""
    calls(lab, strict(lab), name="spiffe://old.example/ns/shop/sa/web")


@failure(
    "workload-cert-expired", "transport", "certificate_has_expired, and the far end's page of certificates says so"
)
def mtls_cert_expired(lab: Lab) -> None:
    """The server's certificate has run out."""
    calls(lab, strict(lab, flaw="expired"))


@failure("workload-cert-expired", "transport", "the caller's own page of certificates says so")
def mtls_client_cert_expired(lab: Lab) -> None:
    """The client's certificate has run out."""
    calls(lab, strict(lab), flaw="expired")


@failure(
    "tls-version-mismatch",
    "transport",
    "the alert says that the versions of TLS differ",
)
def tls_versions(lab: Lab) -> None:
    """The server takes TLS 1.3 alone, and the client speaks 1.2 at most."""
    calls(lab, strict(lab, oldest="TLSv1_3"), **matches(begins_mutual(newest="TLSv1_2")))


@failure("workload-cert-missing", "transport", "the line says that the secret was not supplied")
def sds_secret_missing(lab: Lab) -> None:
    """The certificate of the caller never comes."""
    held = cluster(endpoint(strict(lab), mutual=True), **matches(begins_mutual()))
    own = secrets(lab.authority.identity(WEB))
    (missing,) = (one for one in own if one["name"] == "default")
    lab.caller(
        [held], table(NOT_AGAIN), secrets=[one for one in own if one is not missing], unanswered=("sds default",)
    )
    lab.ask()


@failure(
    "dr-tls-mode-conflict",
    "transport",
    "TLS without the mesh's certificate, and WRONG_VERSION_NUMBER",
)
def tls_to_plaintext(lab: Lab) -> None:
    """A DestinationRule with SIMPLE for a port outside that speaks plaintext."""
    outside(lab, lab.app(port=80), begins_simple("api.example.com"))


@failure("egress-plain-http-to-443", "application", "plain HTTP to port 443 of a host outside, and closed")
def plaintext_to_443(lab: Lab) -> None:
    """A ServiceEntry for port 443 that a client calls with http://, without a DestinationRule that begins TLS."""
    outside(lab, lab.app("tls", port=443, identity=lab.authority.identity("api.example.com")))


def outside(lab: Lab, place: Place, socket: Shape | None = None) -> None:
    """Call a host outside, which a ServiceEntry names."""
    name = f"outbound|{place[1]}||api.example.com"
    held = cluster(place, name=name, **({"transport_socket": socket} if socket else {}))
    lab.caller(
        [held], table(to(name, route={"retry_policy": RETRIES | {"num_retries": 0}}), domains=("api.example.com",))
    )
    lab.ask("api.example.com:8080")
