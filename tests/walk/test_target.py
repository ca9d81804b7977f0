"""The target's hop: its listener, tokens, policies, application."""

from __future__ import annotations

import base64
import json

import pytest

from tests.meshes import SPACES, app, death, deployment, hop_of, mesh, service, step, thing, unknown, walked
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.jwt import SHAPE

TO = "http://payments.shop:8080/"
BODY = base64.urlsafe_b64encode(json.dumps({"iss": "id", "sub": "ann", "aud": "x"}).encode()).decode().rstrip("=")
TOKEN = [("Authorization", f"Bearer e30.{BODY}.sig")]


def shop(*texts: str, ports: str = "{name: http, port: 8080}", payments: str = "") -> Mesh:
    """A mesh with payments, web, and a client without a proxy."""
    return mesh(
        SPACES, service("payments", ports), payments or deployment("payments"), deployment("web"),
        deployment("old", namespace="legacy"), *texts,
    )  # fmt: skip


def policy(spec: str, name: str = "p") -> str:
    """An AuthorizationPolicy of namespace shop."""
    return thing("AuthorizationPolicy", name, spec)


OLD = "legacy/deployment/old"


@pytest.mark.parametrize(
    ("ports", "to", "source", "expected"),
    [
        ("{name: http, port: 8080}", TO, "shop/web", "inbound|8080|| http"),
        ("{name: tcp, port: 8080}", TO, "shop/web", "inbound|8080|| tcp"),
        ("{name: x, port: 8080}", TO, "shop/web", "inbound|8080|| http"),
        ("{name: x, port: 8080}", "tcp://payments.shop:8080", "shop/web", "inbound|8080|| tcp"),
        ("{name: tls, port: 8080}", "https://payments.shop:8080/", "shop/web", "inbound|8080|| tcp"),
        ("{name: http, port: 8080}", TO, OLD, "inbound|8080|| http"),
        ("{name: http, port: 8080}", "tcp://payments.shop:8080", OLD, "listener: 400 DPE http1.codec_error"),
        ("{name: http, port: 8080}", "https://payments.shop:8080/", OLD, "listener: NR filter_chain_not_found reset"),
        ("{name: http, port: 8080}", "tcp://payments.shop:8080", "shop/web", "listener: 400 DPE http1.codec_error"),
        ("{name: tcp, port: 8080}", "https://payments.shop:8080/", OLD, "inbound|8080|| tcp"),
    ],
)
def test_listener(ports: str, to: str, source: str, expected: str) -> None:
    """By the port's protocol and what comes in."""
    found = walked(shop(ports=ports), to, source)
    result = step(found, "listener", hop=1).result

    assert expected == (death(found) or f"{result['filter_chain']} {result['protocol']}")


def test_tls_where_mutual_tls_is_off() -> None:
    """TLS gets as far as the HTTP codec there."""
    off = thing("PeerAuthentication", "p", "mtls: {mode: DISABLE}")

    assert "listener: 400 DPE http1.codec_error tls-error" == death(
        walked(shop(off), "https://payments.shop:8080/", OLD)
    )


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        (deployment("payments", labels='sidecar.istio.io/inject: "false"'), "no proxy"),
        (deployment("payments", notes='traffic.sidecar.istio.io/includeInboundPorts: ""'), "pass by"),
    ],
)
def test_application_without_a_listener(payments: str, expected: str) -> None:
    """Without a proxy, or past it, policies have no effect."""
    held = shop(policy("action: DENY\nrules: [{}]"), payments=payments)
    found = walked(held, TO, OLD)

    assert ("reachable", True) == (str(found.walk.verdict), expected in step(found, "listener", hop=1).detail)


def test_port_of_no_service() -> None:
    """What comes by a pod's own address to a port that no Service leads to is passed on as it is."""
    pod = thing(
        "Pod",
        "p-1",
        "containers: [{name: app}, {name: istio-proxy}]",
        meta="labels: {app: payments}",
        rest="status: {phase: Running, podIP: 10.0.0.1}",
    )
    found = walked(mesh(SPACES, service("payments"), pod, deployment("web")), "tcp://10.0.0.1:9999")

    assert "InboundPassthroughCluster" == step(found, "listener", hop=1).result["filter_chain"]


def jwt(rules: str = "[{issuer: id}]") -> str:
    """A RequestAuthentication of namespace shop."""
    return thing("RequestAuthentication", "jwt", f"jwtRules: {rules}")


@pytest.mark.parametrize(
    ("text", "headers", "expected"),
    [
        (jwt(), [], ""),
        (jwt(), TOKEN, ""),
        (jwt("[{issuer: other}]"), TOKEN, "authentication: 401 jwt_authn_access_denied{Jwt_issuer_is_not_configured}"),
        (
            jwt("[{issuer: id, audiences: [y]}]"),
            TOKEN,
            "authentication: 403 jwt_authn_access_denied{Audiences_in_Jwt_are_not_allowed}",
        ),
        (
            jwt(),
            [("Authorization", "Bearer x")],
            f"authentication: 401 jwt_authn_access_denied{{{SHAPE}}}",
        ),
    ],
)
def test_tokens(text: str, headers: list[tuple[str, str]], expected: str) -> None:
    """A token that is wrong is refused; none at all is not."""
    assert expected == death(walked(shop(text), TO, headers=headers))


def test_good_token() -> None:
    """That it is good is assumed; policies see who it is."""
    found = walked(shop(jwt(), policy("rules: [{from: [{source: {requestPrincipals: [id/ann]}}]}]")), TO, headers=TOKEN)

    assert ("reachable", "id/ann") == (
        str(found.walk.verdict),
        step(found, "authentication").result["request_principal"],
    )
    assert any("signature" in a for a in step(found, "authentication").assumes)


def test_tokens_on_a_connection() -> None:
    """There are none."""
    held = shop(jwt("[{issuer: other}]"), ports="{name: tcp, port: 8080}")

    assert "reachable" == walked(held, TO, headers=TOKEN).walk.verdict


DENIED = "authorization: 403 rbac_access_denied_matched_policy[{}]"


@pytest.mark.parametrize(
    ("spec", "source", "expected"),
    [
        ("rules: [{}]", "shop/web", ""),
        ("action: DENY\nrules: [{}]", "shop/web", DENIED.format("ns[shop]-policy[p]-rule[0]")),
        ("{}", "shop/web", DENIED.format("none")),
        ("rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/default]}}]}]", "shop/web", ""),
        ("rules: [{from: [{source: {namespaces: [shop]}}]}]", "shop/web", ""),
        ("rules: [{from: [{source: {namespaces: [shop]}}]}]", OLD, DENIED.format("none")),
        ("rules: [{from: [{source: {namespaces: [legacy]}}]}]", OLD, DENIED.format("none")),
        ("rules: [{from: [{source: {notNamespaces: [shop]}}]}]", OLD, ""),
        ("rules: [{to: [{operation: {hosts: ['payments.shop:8080']}}]}]", "shop/web", ""),
        ("rules: [{to: [{operation: {ports: ['8080']}}]}]", "shop/web", ""),
    ],
)
def test_policies(spec: str, source: str, expected: str) -> None:
    """An identity needs mutual TLS; a bare client has none."""
    text = policy(spec) if spec != "{}" else policy("")

    assert expected == death(walked(shop(text), TO, source))


def test_identity_of_plaintext() -> None:
    """A rule that switches TLS off takes the caller's identity away."""
    off = thing("DestinationRule", "r", "host: payments\ntrafficPolicy: {tls: {mode: DISABLE}}")
    held = shop(policy("rules: [{from: [{source: {namespaces: [shop]}}]}]"), off)

    assert DENIED.format("none") == death(walked(held, TO))
    assert "" == hop_of(walked(held, TO)).subject.principal


def test_port_of_a_policy() -> None:
    """It names the container's port, not the Service's."""
    held = [
        shop(
            policy(f"rules: [{{to: [{{operation: {{ports: ['{n}']}}}}]}}]"),
            ports="{name: http, port: 80, targetPort: 8080}",
        )
        for n in (80, 8080)
    ]

    assert ["unreachable", "reachable"] == [str(walked(h, "http://payments.shop/").walk.verdict) for h in held]


def test_policies_on_a_connection() -> None:
    """The connection is closed."""
    held = shop(policy("rules: [{to: [{operation: {methods: [GET]}}]}]"), ports="{name: tcp, port: 8080}")

    assert "authorization: rbac_access_denied_matched_policy[none] reset" == death(
        walked(held, "tcp://payments.shop:8080")
    )


def test_policy_by_address() -> None:
    """An address of the client is not known."""
    found = walked(shop(policy("rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]")), TO)

    assert ("undetermined", ["authorization"]) == (str(found.walk.verdict), unknown(found))


def test_policy_and_an_assumed_client() -> None:
    """Its identity is not known, but that it has one."""
    held = [shop(policy(f"rules: [{{from: [{{source: {{principals: ['{p}']}}}}]}}]")) for p in ("*", "a/ns/b/sa/c")]

    assert ["reachable", "undetermined"] == [str(walked(h, TO, "").walk.verdict) for h in held]


def test_result_of_a_policy() -> None:
    """Action and policies as the contract prints them."""
    found = step(walked(shop(policy("action: DENY\nrules: [{}]")), TO), "authorization")

    assert {"action": "DENY", "policies": ["shop/p"]} == found.result
    assert "spec.rules[0]" == getattr(found.resource, "field", "")


def test_authorizer() -> None:
    """That it allows the request is assumed."""
    found = step(walked(shop(policy("action: CUSTOM\nprovider: {name: opa}\nrules: [{}]")), TO), "authorization")

    assert any("authorizer" in a for a in found.assumes)


@pytest.mark.parametrize(("port", "expected"), [("8080", ""), ("9090", "not declared")])
def test_application(port: str, expected: str) -> None:
    """What listens is assumed; a port that the containers do not declare is said."""
    text = thing(
        "Deployment", "payments",
        f"""
        template:
          metadata: {{labels: {{app: payments}}}}
          spec: {{containers: [{{name: app, ports: [{{containerPort: {port}}}]}}]}}
        """,
    )  # fmt: skip
    found = step(walked(shop(payments=text), TO), "application")

    assert (True, expected) == ("pass" == found.verdict, "not declared" if "not declared" in found.detail else "")
    assert any("answers in time" in a for a in found.assumes)


def test_wasm_is_not_modelled() -> None:
    """It may change what is authenticated and authorized."""
    found = walked(shop(thing("WasmPlugin", "w", "selector: {matchLabels: {app: payments}}")), TO)

    assert ["authentication", "authorization"] == unknown(found)


def test_target_in_a_namespace_that_was_not_seen() -> None:
    """Whether it has a proxy is not known."""
    held = mesh(SPACES, app("far", namespace="dark"), deployment("web"))

    assert "listener" in unknown(walked(held, "http://far.dark:8080/"))


def test_what_a_connection_was_refused() -> None:
    """A connection has no method or path: it is told by its port."""
    held = shop(policy("rules: [{from: [{source: {principals: [a]}}]}]"), ports="{name: tcp, port: 8080}")

    assert step(walked(held, "tcp://payments:8080"), "authorization").detail.endswith("to connect to port 8080")
