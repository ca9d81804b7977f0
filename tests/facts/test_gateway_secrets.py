"""Whether a gateway's pods get the Secret that a server names, and where it could be had from."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, gateway, mesh, thing
from troubleshooter.facts.pieces import gateway_case

CERTIFICATE = """
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: shop, namespace: shop}
spec: {secretName: shop, issuerRef: {name: all, kind: %s}}
"""
OTHER = thing("Secret", "other", namespace="edge")
COPY = thing("Secret", "shop")


def about(name: str, *texts: str) -> dict[str, str]:
    """What is known of the Secret of that name."""
    settings = f"tls: {{mode: SIMPLE, credentialName: {name}}}"
    servers = f"- {{port: {{number: 443, protocol: HTTPS}}, hosts: [a.example.com], {settings}}}"
    held = mesh(INGRESS, gateway("public", servers), *texts)
    facts = gateway_case(held, held.gateways.all[0]).facts
    return {n.removeprefix("gateway."): f.word for n, f in facts.items() if n.startswith("gateway.secret")}


@pytest.mark.parametrize(
    ("name", "texts", "expected"),
    [
        ("shop", (OTHER,), "none"),
        ("shop", (OTHER, COPY), "copy"),
        ("shop", (OTHER, COPY, CERTIFICATE % "ClusterIssuer"), "certificate"),
        ("shop", (OTHER, COPY, CERTIFICATE % "Issuer"), "copy"),
        ("others", (OTHER,), "name"),
        ("others", (OTHER, COPY.replace("shop", "others", 1)), "copy"),
        ("others", (OTHER, thing("Secret", "otherz", namespace="edge")), "none"),
        ("shop/other", (OTHER, COPY), "name"),
        ("shop/shop", (OTHER, COPY), "copy"),
    ],
)
def test_where_a_secret_could_be_had_from(name: str, texts: tuple[str, ...], expected: str) -> None:
    """Under another name in the same namespace, by a Certificate of another one, as a copy from there, or nowhere."""
    form = "qualified" if "/" in name else "short"

    assert {"secret": "not-found", "secret_form": form, "secret_from": expected} == about(name, *texts)


def test_a_secret_that_is_there() -> None:
    """It is said that it is."""
    assert {"secret": "found"} == about("other", OTHER)


def test_a_secret_that_one_of_two_gateways_has() -> None:
    """Nothing is missing where some pods that the Gateway selects have it."""
    second = thing(
        "Deployment",
        "more",
        "template: {metadata: {labels: {istio: ingress}}, spec: {containers: [{name: istio-proxy}]}}",
        namespace="far",
    )
    own = thing("Secret", "shop", namespace="far")

    assert {"secret": "found"} == about("shop", OTHER, second, own)


@pytest.mark.parametrize(
    ("keys", "expected"), [("{cert: '', key: ''}", "found"), ("{tls.crt: ''}", "no-certificate"), (None, "not-found")]
)
def test_second_server_whose_secret_is_of_no_use(keys: str | None, expected: str) -> None:
    """It is told, though that of the first server is as it should be."""
    tls = "tls: {{mode: SIMPLE, credentialName: {0}}}"
    server = f"- {{{{port: {{{{number: 443, protocol: HTTPS}}}}, hosts: [{{0}}.example.com], {tls}}}}}"
    secrets = [thing("Secret", "a", namespace="edge", rest="data: {tls.crt: '', tls.key: ''}")]
    if keys is not None:
        secrets.append(thing("Secret", "b", namespace="edge", rest=f"data: {keys}"))
    held = mesh(INGRESS, gateway("public", "\n".join(server.format(name) for name in "ab")), *secrets)

    assert expected == gateway_case(held, held.gateways.all[0]).facts["gateway.secret"].word
