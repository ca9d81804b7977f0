"""Whether both ends of a connection agree."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import Outcome, Stage, Step, Walk
from troubleshooter.walk import parse_request, walk

RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: outside, namespace: shop}
spec:
  host: HOST
  trafficPolicy: {tls: {mode: MODE}}
"""
POLICY = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: MODE}}
"""
ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: shop}
spec:
  hosts: [api.bank.example]
  location: MESH_LOCATION
  resolution: DNS
  ports: [{number: 80, name: http, protocol: HTTP}]
"""
NAMED = "http://payments.shop:8080/"
OUTSIDE = "http://api.bank.example/"


def _walk(to: str, *texts: str, plaintext: bool = False) -> Walk:
    request = parse_request(to, source="shop/deployment/web", plaintext=plaintext)
    return walk(Mesh(inventory(*texts)), request).walk


def _rule(mode: str, host: str = "payments.shop.svc.cluster.local") -> str:
    return RULE.replace("HOST", f'"{host}"').replace("MODE", mode)


def _shop(protocol: str) -> str:
    return SHOP.replace("name: http, port", f"name: {protocol}, port")


def _step(found: Walk, stage: Stage) -> Step:
    return next(s for s in found.path if s.stage is stage)


@pytest.mark.parametrize(
    ("sends", "accepts", "protocol", "expected"),
    [
        ("SIMPLE", "PERMISSIVE", "http", "fail"),
        ("MUTUAL", "PERMISSIVE", "grpc", "fail"),
        ("SIMPLE", "DISABLE", "http", "fail"),
        ("SIMPLE", "PERMISSIVE", "tcp", "pass"),
        ("SIMPLE", "PERMISSIVE", "other", "pass"),
        ("SIMPLE", "DISABLE", "tcp", "pass"),
        ("SIMPLE", "STRICT", "http", "fail"),
        ("ISTIO_MUTUAL", "PERMISSIVE", "http", "pass"),
        ("DISABLE", "PERMISSIVE", "http", "pass"),
    ],
)
def test_what_a_rule_sends_and_a_sidecar_takes(sends: str, accepts: str, protocol: str, expected: str) -> None:
    """A port declared HTTP has no place for TLS that is not the mesh's; others pass it on to the application."""
    found = _walk(NAMED, _shop(protocol), _rule(sends), POLICY.replace("MODE", accepts))

    assert expected == _step(found, Stage.TRANSPORT).verdict


@pytest.mark.parametrize(
    ("accepts", "text"), [("PERMISSIVE", "Connection_reset_by_peer"), ("DISABLE", "WRONG_VERSION")]
)
def test_what_the_client_gets_of_a_refused_handshake(accepts: str, text: str) -> None:
    """Without a filter chain the connection is closed; where nobody looks for TLS, the answer is no TLS."""
    found = _walk(NAMED, SHOP, _rule("SIMPLE"), POLICY.replace("MODE", accepts))

    assert (503, ("UF",), True) == (found.outcome.status, found.outcome.flags, text in found.outcome.details)


def test_tls_that_nobody_takes_is_the_rules() -> None:
    """The place of the failure is the field that sets the TLS."""
    place = _step(_walk(NAMED, SHOP, _rule("SIMPLE")), Stage.TRANSPORT).resource

    assert ("DestinationRule", "spec.trafficPolicy.tls") == (place and place.kind, place and place.field)


@pytest.mark.parametrize(
    ("mode", "location", "expected"),
    [("ISTIO_MUTUAL", "EXTERNAL", "fail"), ("SIMPLE", "EXTERNAL", "pass"), ("ISTIO_MUTUAL", "INTERNAL", "pass")],
)
def test_mutual_tls_of_the_mesh_to_the_outside(mode: str, location: str, expected: str) -> None:
    """Nobody outside takes the mesh's certificate; an endpoint inside may."""
    found = _walk(OUTSIDE, SHOP, ENTRY.replace("LOCATION", location), _rule(mode, "*"))

    assert expected == _step(found, Stage.TRANSPORT).verdict


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (ENTRY.replace("HTTP}", "HTTP, targetPort: 15443}"), _rule("ISTIO_MUTUAL", "*")),
        (
            ENTRY,
            _rule("ISTIO_MUTUAL, subjectAltNames: ['spiffe://bank.example/ns/api/sa/api']", "*"),
        ),
    ],
    ids=["east-west-port", "names-of-a-mesh"],
)
def test_another_mesh_outside_may_take_mutual_tls(entry: str, rule: str) -> None:
    """A gateway of a mesh with the same root takes the mesh's certificate."""
    found = _walk(OUTSIDE, SHOP, entry.replace("LOCATION", "EXTERNAL"), rule)

    assert "pass" == _step(found, Stage.TRANSPORT).verdict


def test_mutual_tls_to_the_outside_is_the_rules() -> None:
    """The place of the failure is the rule's TLS setting, and the proxy answers that it could not connect."""
    found = _walk(OUTSIDE, SHOP, ENTRY.replace("LOCATION", "EXTERNAL"), _rule("ISTIO_MUTUAL", "*"))
    place = _step(found, Stage.TRANSPORT).resource

    assert "spec.trafficPolicy.tls" == (place and place.field)
    assert Outcome(status=503, flags=("UF",)) == found.outcome


def test_a_proxy_that_originates_no_tls_still_routes() -> None:
    """A request sent as plaintext meets the listener and the cluster like any other."""
    found = _walk(NAMED, SHOP, plaintext=True)

    assert {"proxy": "sidecar"} == _step(found, Stage.CAPTURE).result
    assert "outbound|8080||payments.shop.svc.cluster.local" == _step(found, Stage.CLUSTER).result["name"]
    assert "plaintext" == _step(found, Stage.TRANSPORT).result["mode"]


def test_plaintext_changes_nothing_where_no_proxy_sends() -> None:
    """Beyond the registry the connection is passed on as the client makes it, and no TLS is there to leave out."""
    found = _walk("http://203.0.113.9:9999/", SHOP, plaintext=True)

    assert "plaintext as the client makes it" == _step(found, Stage.TRANSPORT).detail
