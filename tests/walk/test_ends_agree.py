"""The transport stage: plaintext, mutual TLS or TLS, at both ends."""

from __future__ import annotations

import pytest

from tests.meshes import (
    SPACES,
    app,
    death,
    deployment,
    hop_of,
    mesh,
    mesh_config,
    service,
    step,
    thing,
    unknown,
    walked,
)
from troubleshooter.mesh import Mesh

TO = "http://payments.shop:8080/"
RESET = "upstream_reset_before_response_started"
TERMINATED = f"transport: 503 UC {RESET}{{connection_termination}}"
WRONG_VERSION = (
    f"transport: 503 UF {RESET}{{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:"
    "WRONG_VERSION_NUMBER:TLS_error_end}"
)


def peer(mode: str, selector: str = "", name: str = "p") -> str:
    """A PeerAuthentication of namespace shop."""
    chosen = f"selector: {{matchLabels: {{{selector}}}}}\n" if selector else ""
    return thing("PeerAuthentication", name, f"{chosen}mtls: {{mode: {mode}}}")


def rule(mode: str) -> str:
    """A DestinationRule for payments with this TLS mode."""
    return thing("DestinationRule", "r", f"host: payments\ntrafficPolicy: {{tls: {{mode: {mode}}}}}")


def shop(*texts: str, payments: str = "") -> Mesh:
    """A mesh with payments, web, and a client without a proxy."""
    return mesh(
        SPACES, service("payments"), payments or deployment("payments"), deployment("web"),
        deployment("old", namespace="legacy"), *texts,
    )  # fmt: skip


BARE = deployment("payments", labels="sidecar.istio.io/inject: 'false'")


@pytest.mark.parametrize(
    ("texts", "payments", "mode", "expected"),
    [
        ((), "", "mtls", ""),
        ((), BARE, "plaintext", ""),
        ((peer("STRICT"),), "", "mtls", ""),
        ((peer("STRICT"), rule("DISABLE")), "", "plaintext", TERMINATED),
        ((peer("STRICT"), rule("SIMPLE")), "", "tls", TERMINATED),
        ((peer("STRICT"), rule("MUTUAL")), "", "tls", TERMINATED),
        ((peer("STRICT"), rule("ISTIO_MUTUAL")), "", "mtls", ""),
        ((rule("DISABLE"),), "", "plaintext", ""),
        ((rule("ISTIO_MUTUAL"),), BARE, "mtls", WRONG_VERSION),
        ((peer("STRICT"), rule("DISABLE")), BARE, "plaintext", ""),
        ((peer("DISABLE"),), "", "plaintext", ""),
        ((peer("DISABLE"), rule("ISTIO_MUTUAL")), "", "mtls", WRONG_VERSION),
        ((peer("DISABLE", "app: payments"),), "", "plaintext", ""),
        ((peer("DISABLE"), peer("STRICT", "app: payments", "q")), "", "plaintext", TERMINATED),
        ((peer("STRICT"), mesh_config("enableAutoMtls: false")), "", "plaintext", TERMINATED),
        ((mesh_config("enableAutoMtls: false"),), "", "plaintext", ""),
        (
            (),
            deployment("payments", notes='traffic.sidecar.istio.io/excludeInboundPorts: "8080"'),
            "mtls",
            WRONG_VERSION,
        ),
    ],
)
def test_from_a_sidecar(texts: tuple[str, ...], payments: str, mode: str, expected: str) -> None:
    """What its proxy sends, and what the client gets where the ends do not agree."""
    found = walked(shop(*texts, payments=payments), TO)

    assert (mode, expected) == (step(found, "transport").result["mode"], death(found))


@pytest.mark.parametrize(
    ("texts", "to", "expected"),
    [
        ((), TO, ""),
        ((peer("STRICT"),), TO, "transport: reset"),
        ((peer("STRICT"),), "https://payments.shop:8080/", "transport: tls-error"),
        ((peer("STRICT"),), "tcp://payments.shop:8080", "transport: reset"),
        ((peer("PERMISSIVE"),), TO, ""),
    ],
)
def test_from_a_bare_client(texts: tuple[str, ...], to: str, expected: str) -> None:
    """Nobody makes mutual TLS for it."""
    assert expected == death(walked(shop(*texts), to, "legacy/deployment/old"))


def test_excluded_port() -> None:
    """What goes past the proxy is plaintext, and the annotation is pointed at."""
    web = deployment("web", notes='traffic.sidecar.istio.io/excludeOutboundPorts: "8080"')
    held = mesh(SPACES, app("payments"), web, peer("STRICT"))

    assert "transport: reset" == death(walked(held, TO))
    assert "excludeOutboundPorts" in str(getattr(hop_of(walked(held, TO), 0).offer.place, "field", ""))


def test_connection_of_a_sidecar() -> None:
    """A connection that its proxy makes is closed, with a flag in the log."""
    held = mesh(
        SPACES,
        app("db", "{name: tcp, port: 5432}"),
        deployment("web"),
        peer("STRICT"),
        thing("DestinationRule", "r", "host: db\ntrafficPolicy: {tls: {mode: DISABLE}}"),
    )

    assert "transport: reset" == death(walked(held, "tcp://db:5432"))


def test_what_decided() -> None:
    """The field of the rule or the policy."""
    assert "spec.trafficPolicy.tls" == getattr(
        step(walked(shop(rule("ISTIO_MUTUAL")), TO), "transport").resource, "field", ""
    )
    assert "spec.mtls.mode" == getattr(
        step(walked(shop(peer("STRICT"), rule("DISABLE")), TO), "transport").resource, "field", ""
    )


def test_name_in_the_hello() -> None:
    """Auto mTLS names the cluster."""
    assert {"mode": "mtls", "sni": "outbound_.8080_._.payments.shop.svc.cluster.local", "auto": True} == step(
        walked(shop(), TO), "transport"
    ).result


def test_headless_service() -> None:
    """To its endpoints a sidecar sends mutual TLS if all can take it."""
    head = service("db", "{name: tcp, port: 5432}", more="clusterIP: None")
    pods = [
        thing(
            "Pod", f"db-{n}", f"containers: [{{name: app}}{proxy}]", meta="labels: {app: db}",
            rest=f"status: {{phase: Running, podIP: 10.0.0.{n}}}",
        )
        for n, proxy in ((1, ", {name: istio-proxy}"), (2, ""))
    ]  # fmt: skip
    web = thing("Pod", "web", "containers: [{name: app}, {name: istio-proxy}]")
    sent = [
        step(walked(mesh(SPACES, head, web, *p), "tcp://db.shop:5432", "shop/web"), "transport").result["mode"]
        for p in (pods[:1], pods)
    ]

    assert ["mtls", "plaintext"] == sent


def test_bare_pods_under_strict() -> None:
    """A pod without a proxy takes plaintext whatever the policies say: every way is good."""
    pods = [
        thing(
            "Pod",
            f"p-{n}",
            f"containers: [{{name: app}}{proxy}]",
            meta="labels: {app: payments}",
            rest="status: {phase: Running}",
        )
        for n, proxy in ((1, ", {name: istio-proxy}"), (2, ""))
    ]
    found = walked(mesh(SPACES, service("payments"), deployment("web"), *pods, peer("STRICT")), TO)

    assert "reachable" == found.walk.verdict


def test_client_of_which_nothing_was_seen() -> None:
    """Whether it has a proxy is not known, and so neither is what it sends."""
    found = walked(shop(peer("STRICT")), TO, "dark/deployment/x")

    assert ("undetermined", True) == (str(found.walk.verdict), "transport" in unknown(found))


@pytest.mark.parametrize("mode", ["SIMPLE", "MUTUAL"])
def test_what_is_taken_for_granted(mode: str) -> None:
    """Certificates are in no object: that they are good is assumed."""
    entry = thing(
        "ServiceEntry", "api", "hosts: [a.com]\nports: [{number: 80, name: http, protocol: HTTP}]\nresolution: DNS"
    )
    tls = thing("DestinationRule", "r", f"host: a.com\ntrafficPolicy: {{tls: {{mode: {mode}}}}}")

    assert ("the far end takes this TLS",) == step(walked(shop(entry, tls), "http://a.com/"), "transport").assumes
    assert ("both ends trust one root",) == step(walked(shop(), TO), "transport").assumes
