"""Whether a gateway got its Secret, where nobody may read Secrets: its proxy and istiod tell it together."""

from __future__ import annotations

import json

import pytest

from tests.inventories import inventory
from tests.knowledge import knowledge_base
from tests.meshes import INGRESS, SPACES, app, gateway, thing
from tests.running import RUNNING
from troubleshooter.consult import Consultation, Look
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Diagnosis, Exhibit, RuntimePage
from troubleshooter.remedy import Situation
from troubleshooter.walk import parse_request

ROUTE = thing(
    "VirtualService",
    "shop",
    """
    hosts: [a.example.com]
    gateways: [edge/public]
    http: [{route: [{destination: {host: payments.shop.svc.cluster.local, port: {number: 8080}}}]}]
    """,
)
SERVER = "- {port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.example.com], tls: %s}"
PODS = "---".join(
    (
        RUNNING.format(name="ingress-1", namespace="edge", app="ingress", more="", number=1)
        .replace("app: ingress", "istio: ingress")
        .replace("name: ingress, ports", "name: istio-proxy, ports"),
        RUNNING.format(name="istiod-1", namespace="istio-system", app="istiod", more="", number=2),
    )
)
NOT_FOUND = "secret edge/shop not found"
NO_KEYS = "found secret, but didn't have expected keys (cert and key) or (tls.crt and tls.key); found: a.pem, b.pem"
NO_AUTHORITY = "found secret, but didn't have expected keys cacert or ca.crt; found: tls.crt, tls.key"


def _log(why: str, name: str = "kubernetes://shop", what: str = "key and certificate") -> str:
    return f"2026-01-05T10:00:00.000000Z\twarn\tads\tfailed to fetch {what} for {name}: {why}\n"


def _dump(state: str = "dynamic_warming_secrets", name: str = "kubernetes://shop") -> str:
    kind = "type.googleapis.com/envoy.admin.v3.SecretsConfigDump"
    return json.dumps({"configs": [{"@type": kind, state: [{"name": name, "secret": {"name": name}}]}]})


def _told(log: str, dump: str, tls: str = "{mode: SIMPLE, credentialName: shop}") -> tuple[Diagnosis, list[Look]]:
    """What is concluded where somebody sees a TLS handshake fail, and every look on the way."""
    texts = (SPACES, INGRESS, gateway("public", SERVER % tls), ROUTE, app("payments"), PODS)
    request = parse_request("https://a.example.com/", source="gateway:edge/public")
    situation = Situation(inventory=inventory(*texts), request=request)
    consultation = Consultation(knowledge_base.book(), PlainEvaluator(), situation, symptom="tls-handshake", live=True)
    looks: list[Look] = []
    while isinstance(step := consultation.next_step(), Look):
        looks.append(step)
        pod = f"{step.sight.namespace}/{step.sight.pods[0]}"
        text = dump if step.sight.page is RuntimePage.CONFIG_DUMP else ""
        text = log if step.sight.page is RuntimePage.LOG and step.sight.container == "discovery" else text
        consultation.tell_seen(step, [Exhibit(name=pod, text=text, origin=pod, pod=pod)] if text else [])
    return consultation.diagnosis(), looks


def _root(log: str, dump: str, tls: str = "{mode: SIMPLE, credentialName: shop}") -> str:
    root = _told(log, dump, tls)[0].root
    return root.cause if root else ""


def test_gateway_and_istiod_are_looked_at() -> None:
    """Both pages are needed: the one says that it waits, the other why."""
    looked = {(look.sight.page, look.sight.pods) for look in _told(_log(NOT_FOUND), _dump())[1]}

    assert {(RuntimePage.CONFIG_DUMP, ("ingress-1",)), (RuntimePage.LOG, ("istiod-1",))} <= looked


@pytest.mark.parametrize(
    ("why", "what", "expected"),
    [
        (NOT_FOUND, "key and certificate", "gateway-tls-secret-wrong-namespace"),
        (NO_KEYS, "key and certificate", "gateway-tls-secret-malformed"),
    ],
)
def test_what_istiod_says_of_a_secret_is_the_cause(why: str, what: str, expected: str) -> None:
    """In its words it is not there, or lacks a key."""
    assert expected == _root(_log(why, what=what), _dump())


def test_secret_without_an_authority() -> None:
    """A server that checks clients asks for a second one by the same name with an end."""
    name = "kubernetes://shop-cacert"
    found = _root(_log(NO_AUTHORITY, name, "ca certificate"), _dump(name=name), "{mode: MUTUAL, credentialName: shop}")

    assert "gateway-tls-secret-malformed" == found


def test_keys_that_are_there_are_named() -> None:
    """As istiod lists them."""
    root = _told(_log(NO_KEYS), _dump())[0].root

    assert root is not None
    assert "a.pem, b.pem" in root.explanation


@pytest.mark.parametrize(
    ("log", "dump"),
    [
        (_log(NOT_FOUND), _dump("dynamic_active_secrets")),
        (_log(NOT_FOUND), ""),
        ("", _dump()),
        (_log("secret other/shop not found"), _dump()),
        (_log(NOT_FOUND, "kubernetes://other"), _dump(name="kubernetes://other")),
        (_log('found keys "tls.crt" and "tls.key", but they were empty'), _dump()),
    ],
    ids=("has-come", "no-dump", "no-log", "another-namespace", "another-name", "empty-keys"),
)
def test_less_than_that_proves_nothing(log: str, dump: str) -> None:
    """A line of before, or of another Secret, names no cause."""
    assert "" == _root(log, dump)
