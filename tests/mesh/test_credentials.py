"""The Secrets that servers of Gateways name, and which of them the pods do not get."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, gateway, mesh, thing
from troubleshooter.mesh.gateway.credentials import assumed, missing, named_by, unfit

SECRET = thing("Secret", "shop", namespace="edge")
OTHER = thing("Secret", "other", namespace="edge")
GRANT = "apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: shop}"


def server(tls: str) -> str:
    """A Gateway with a TLS server of these settings."""
    return gateway(
        "public", f"- {{port: {{number: 443, protocol: HTTPS}}, hosts: [shop.example.com], tls: {{{tls}}}}}"
    )  # fmt: skip


def lacking(tls: str, *texts: str) -> str:
    """`namespace/name` of the Secret that pods in namespace edge do not get, "" if they get all or nobody knows."""
    held = mesh(INGRESS, server(tls), *texts)
    found = missing(held.index, held.gateways.servers(held.gateways.all[0])[0], "edge")
    return f"{found.namespace}/{found.name} at {found.field}" if found else ""


def custom(group: str, kind: str, name: str, spec: str) -> str:
    """A custom resource of namespace edge."""
    return f"apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: edge}}\nspec: {{{spec}}}"


FIELD = "spec.servers[0].tls.credentialName"


@pytest.mark.parametrize(
    ("tls", "texts", "expected"),
    [
        ("mode: SIMPLE, credentialName: shop", (SECRET,), ""),
        ("mode: SIMPLE, credentialName: shop", (OTHER,), f"edge/shop at {FIELD}"),
        ("credentialName: shop", (OTHER,), ""),
        ("mode: SIMPLE, credentialName: shop", (), ""),
        ("mode: SIMPLE, credentialName: shop", (thing("Secret", "shop"),), ""),
        ("mode: MUTUAL, credentialName: shop", (OTHER,), f"edge/shop at {FIELD}"),
        ("mode: OPTIONAL_MUTUAL, credentialName: shop", (OTHER,), f"edge/shop at {FIELD}"),
        ("mode: PASSTHROUGH, credentialName: shop", (OTHER,), ""),
        ("mode: ISTIO_MUTUAL, credentialName: shop", (OTHER,), ""),
        ("mode: SIMPLE, credentialName: 'kubernetes://shop'", (OTHER,), f"edge/shop at {FIELD}"),
        ("mode: SIMPLE, credentialName: 'builtin://'", (OTHER,), ""),
        ("mode: SIMPLE, credentialName: edge/shop", (SECRET,), ""),
        ("mode: SIMPLE, credentialName: shop/shop", (thing("Secret", "shop"),), f"shop/shop at {FIELD}"),
        ("mode: SIMPLE, credentialName: shop/shop", (thing("Secret", "shop"), GRANT), ""),
        ("mode: SIMPLE, credentialName: unseen/shop", (SECRET,), ""),
        ("mode: SIMPLE, credentialNames: [other, shop]", (OTHER,), f"edge/shop at {FIELD}s[1]"),
        ("mode: SIMPLE, serverCertificate: /etc/tls.crt, privateKey: /etc/tls.key", (OTHER,), ""),
    ],
)
def test_secrets_that_pods_do_not_get(tls: str, texts: tuple[str, ...], expected: str) -> None:
    """Those that are not in the namespace of the pods, where Secrets were seen, and those of another namespace."""
    assert expected == lacking(tls, *texts)


@pytest.mark.parametrize(
    "maker",
    [
        custom("cert-manager.io", "Certificate", "c", "secretName: shop"),
        custom("external-secrets.io", "ExternalSecret", "e", "target: {name: shop}"),
        custom("external-secrets.io", "ExternalSecret", "shop", "refreshInterval: 1h"),
        custom("bitnami.com", "SealedSecret", "s", "template: {metadata: {name: shop}}"),
        custom("networking.k8s.io", "Ingress", "i", "tls: [{secretName: shop}]"),
        thing("Secret", "shop", meta="annotations: {replicator.v1.mittwald.de/replicate-to: edge}"),
    ],
)
def test_secrets_that_something_makes(maker: str) -> None:
    """What makes a Secret, or copies it from elsewhere, may do so as it runs."""
    assert "" == lacking("mode: SIMPLE, credentialName: shop", OTHER, maker)


@pytest.mark.parametrize(("texts", "expected"), [((SECRET,), ""), ((), "shop"), ((OTHER,), "")])
def test_secrets_that_are_taken_for_granted(texts: tuple[str, ...], expected: str) -> None:
    """Where no Secrets were seen, nobody knows."""
    held = mesh(INGRESS, server("mode: SIMPLE, credentialName: shop"), *texts)
    found = assumed(held.index, held.gateways.servers(held.gateways.all[0])[0], "edge")

    assert expected == (found.name if found else "")


def test_where_a_secret_is_looked_for() -> None:
    """In the namespace of the pods, if no other is named."""
    held = mesh(server("mode: SIMPLE, credentialName: shop"))
    (found,) = named_by(held.gateways.servers(held.gateways.all[0])[0], "edge")

    assert ("edge", "shop", False, FIELD) == (found.namespace, found.name, found.foreign, found.field)


def keyed(keys: str, name: str = "shop", field: str = "data") -> str:
    """A Secret of namespace edge with these keys."""
    held = ", ".join(f"{key}: ''" for key in keys.split())
    return thing("Secret", name, namespace="edge", rest=f"{field}: {{{held}}}")


def flaw(tls: str, *texts: str) -> str:
    """Which Secret lacks what, "" if none does or nobody knows."""
    held = mesh(INGRESS, server(tls), *texts)
    found = unfit(held.index, held.gateways.servers(held.gateways.all[0])[0], "edge")
    return f"{found.secret.name} {found.lacks}" if found else ""


SIMPLE, MUTUAL = "mode: SIMPLE, credentialName: shop", "mode: MUTUAL, credentialName: shop"


@pytest.mark.parametrize(
    ("tls", "texts", "expected"),
    [
        (SIMPLE, (keyed("tls.crt tls.key"),), ""),
        (SIMPLE, (keyed("cert key"),), ""),
        (SIMPLE, (keyed("tls.crt tls.key", field="stringData"),), ""),
        (SIMPLE, (keyed("tls.crt"),), "shop no-certificate"),
        (SIMPLE, (keyed("tls.crt key"),), "shop no-certificate"),
        (SIMPLE, (SECRET,), ""),
        (SIMPLE, (keyed("ca.crt", "other"),), ""),
        ("mode: PASSTHROUGH, credentialName: shop", (keyed("x"),), ""),
        ("mode: SIMPLE, credentialName: edge/shop", (keyed("x"),), "shop no-certificate"),
        ("mode: SIMPLE, credentialNames: [rsa, ec]", (keyed("cert key", "rsa"), keyed("x", "ec")), "ec no-certificate"),
        (MUTUAL, (keyed("tls.crt tls.key"),), "shop no-authority"),
        ("mode: OPTIONAL_MUTUAL, credentialName: shop", (keyed("cert key"),), "shop no-authority"),
        (MUTUAL, (keyed("tls.crt tls.key ca.crt"),), ""),
        (MUTUAL, (keyed("cert key cacert"),), ""),
        (MUTUAL, (keyed("cert key"), keyed("cacert", "shop-cacert")), ""),
        (MUTUAL, (keyed("cert key cacert"), keyed("x", "shop-cacert")), "shop-cacert no-authority"),
        (MUTUAL, (keyed("cert key"), custom("e.io", "ExternalSecret", "shop-cacert", "x: y")), ""),
        (f"{MUTUAL}, caCertCredentialName: ca", (keyed("cert key"),), ""),
        (f"{MUTUAL}, caCertificates: /etc/ca.crt", (keyed("cert key"),), ""),
    ],
)
def test_keys_that_secrets_lack(tls: str, texts: tuple[str, ...], expected: str) -> None:
    """A certificate with its key, and in the modes that ask for certificates of clients an authority to check them."""
    assert expected == flaw(tls, *texts)
