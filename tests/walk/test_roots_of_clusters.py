"""Mutual TLS between two Kubernetes clusters of one mesh, and the roots that both trust."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from tests.meshes import app, deployment, service, thing, walked
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, Object, StageVerdict
from troubleshooter.walk import Walked

SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}"


def pem(*letters: str) -> str:
    """A PEM text with these certificates."""
    return "\n".join(f"-----BEGIN CERTIFICATE-----\n{each}\n-----END CERTIFICATE-----" for each in letters)


def roots(*letters: str) -> str:
    """The ConfigMap that istiod writes its roots into."""
    text = "\n".join(f"    {line}" for line in pem(*letters).split("\n"))
    return thing("ConfigMap", "istio-ca-root-cert", rest=f"data:\n  root-cert.pem: |\n{text}")


def config(text: str) -> str:
    """The mesh config of a cluster."""
    body = "\n".join(f"    {line}" for line in text.split("\n"))
    return thing("ConfigMap", "istio", namespace="istio-system", rest=f"data:\n  mesh: |\n{body}")


def remote(name: str) -> str:
    """The secret by which istiod reads another cluster."""
    notes = f"annotations: {{networking.istio.io/cluster: {name}}}"
    return thing(
        "Secret", f"remote-{name}", namespace="istio-system", meta=f'labels: {{istio/multiCluster: "true"}}, {notes}'
    )


def found(east: list[str], west: list[str]) -> tuple[Mesh, Walked]:
    """The walk from web in cluster east to payments, which runs in cluster west alone."""
    texts = {"east": [SPACE, app("web"), service("payments"), *east], "west": [SPACE, app("payments"), *west]}
    held = [
        Object(raw=o.raw, file=o.file, cluster=cluster) for cluster, t in texts.items() for o in inventory(*t).objects
    ]
    mesh = Mesh(Inventory(objects=tuple(held)))
    return mesh, walked(mesh, "http://payments:8080/", "shop/deployment/web@east")


def death(east: list[str], west: list[str]) -> str:
    """Where the request dies, with its flags; "" where it arrives."""
    died = found(east, west)[1].walk.branches[0]
    return f"{died.failed.stage} {','.join(died.outcome.flags)}" if died.failed else ""


JOINED = remote("west")


@pytest.mark.parametrize(
    ("east", "west", "expected"),
    [
        ([JOINED, roots("AAAA")], [roots("BBBB")], "transport UF"),
        ([JOINED, roots("AAAA")], [roots("AA\nAA")], ""),
        ([JOINED, roots("AAAA", "CCCC")], [roots("BBBB", "CCCC")], ""),
        ([roots("AAAA")], [roots("BBBB")], ""),
        ([JOINED, roots("AAAA")], [], ""),
        ([JOINED, roots("AAAA"), config("caCertificates: [{pem: BBBB}]")], [roots("BBBB")], "transport UF"),
        (
            [JOINED, roots("AAAA"), config("caCertificates: [{spiffeBundleUrl: 'https://ca'}]")],
            [roots("BBBB")],
            "transport UC",
        ),
        ([JOINED, roots("AAAA")], [roots("BBBB"), config("caCertificates: [{spiffeBundleUrl: x}]")], "transport UF"),
        (
            [roots("AAAA"), config("defaultConfig: {meshId: one}")],
            [roots("BBBB"), config("defaultConfig: {meshId: one}")],
            "transport UF",
        ),
        (
            [roots("AAAA"), config("defaultConfig: {meshId: one}")],
            [roots("BBBB"), config("defaultConfig: {meshId: two}")],
            "",
        ),
    ],
    ids=[
        "different",
        "folded",
        "one-in-common",
        "not-joined",
        "not-seen",
        "no-pem",
        "url-here",
        "url-there",
        "mesh-id",
        "two-meshes",
    ],
)
def test_certificates_of_another_cluster(east: list[str], west: list[str], expected: str) -> None:
    """They are refused where both clusters are one mesh and no root of the one is trusted in the other."""
    assert expected == death(east, west)


def trusting(letters: str) -> str:
    """A mesh config that has proxies trust one more root."""
    lines = pem(letters).split("\n")
    return config("caCertificates:\n- pem: |\n" + "\n".join(f"    {line}" for line in lines))


def test_a_server_that_does_not_trust_its_client_closes_the_connection() -> None:
    """Where only the client trusts the other's root, the server refuses, and the client logs UC."""
    assert "transport UC" == death([JOINED, roots("AAAA"), trusting("BBBB")], [roots("BBBB")])


def test_both_may_trust_each_other_s_roots() -> None:
    """Without a common root, each may know that of the other."""
    both = ([JOINED, roots("AAAA"), trusting("BBBB")], [roots("BBBB"), trusting("AAAA")])

    assert "" == death(*both)


@pytest.mark.parametrize(
    ("west", "expected"),
    [
        ([roots("AAAA")], ("common", ())),
        ([roots("BBBB")], ("different", ())),
        ([], ("", ("both ends trust one root",))),
    ],
)
def test_the_fact_and_what_is_assumed(west: list[str], expected: tuple[str, tuple[str, ...]]) -> None:
    """What is known is a fact, and what is not is assumed."""
    mesh, seen = found([JOINED, roots("AAAA")], west)
    facts = walk_cases(mesh, seen)[0].facts
    steps = [s for s in seen.walk.branches[0].path if s.stage == "transport" and s.verdict is not StageVerdict.FAIL]

    assert expected == (
        facts["connection.roots"].word if "connection.roots" in facts else "",
        tuple(text for step in steps for text in step.assumes if "root" in text),
    )


def test_pods_of_one_cluster_are_not_asked() -> None:
    """Between pods of one cluster no roots are compared."""
    seen = found([deployment("payments"), JOINED, roots("AAAA")], [roots("BBBB")])[1].walk

    assert ["unreachable", "reachable"] == [str(b.verdict) for b in seen.branches]
