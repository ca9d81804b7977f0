"""Why a caller sends what it sends, and what would change it."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

ADDRESSED = SHOP.replace(
    "spec:\n  selector: {app: payments}", "spec:\n  clusterIP: 10.96.0.20\n  selector: {app: payments}"
)
EXPORT = "metadata: {name: payments, namespace: shop, annotations: {networking.istio.io/exportTo: %s}}"
ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: bank}
spec:
  hosts: [api.bank.example]
  exportTo: ["~"]
  ports: [{number: 80, name: http, protocol: HTTP}]
"""
SIDECAR = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: shop}
spec: {egress: [{hosts: ["istio-system/*"]}]}
"""


def _case(*texts: str, to: str = "http://payments.shop:8080/", plaintext: bool = False) -> Case:
    mesh = Mesh(inventory(*texts))
    return walk_cases(mesh, walk(mesh, parse_request(to, source="shop/deployment/web", plaintext=plaintext)))[0]


def _annotated(name: str, value: str) -> str:
    told = f'labels: {{app: web}}, annotations: {{traffic.sidecar.istio.io/{name}: "{value}"}}'
    return ADDRESSED.replace("metadata: {labels: {app: web}}", f"metadata: {{{told}}}")


def _word(case: Case, name: str) -> str:
    return case.facts[name].word if name in case.facts else ""


@pytest.mark.parametrize(
    ("name", "value", "word", "rest"),
    [
        ("excludeOutboundIPRanges", "10.96.0.0/16", "one", None),
        ("excludeOutboundIPRanges", "10.96.0.0/16,10.96.0.20/32", "one", None),
        ("excludeOutboundIPRanges", "192.0.2.0/24, 10.96.0.0/16", "several", "192.0.2.0/24"),
        ("includeOutboundIPRanges", "192.0.2.0/24", "not-included", "192.0.2.0/24,10.96.0.20/32"),
        ("includeOutboundIPRanges", "", "none-included", "10.96.0.20/32"),
    ],
)
def test_address_that_goes_past_the_proxy(name: str, value: str, word: str, rest: str | None) -> None:
    """The annotation is what the connection is plaintext for, and what it would be without the gap is known."""
    case = _case(_annotated(name, value))

    assert ("excluded-range", word) == (_word(case, "connection.client_because"), _word(case, "caller.excluded_ranges"))
    assert rest == case.details.get("caller.excluded_rest")
    assert name in str(case.details["caller.excluded_field"])
    assert "10.96.0.20" == case.details["caller.excluded_address"]


def test_port_that_goes_past_the_proxy() -> None:
    """A port that is left out says nothing of ranges."""
    case = _case(_annotated("excludeOutboundPorts", "8080"))

    assert ("excluded-port", "one", "") == (
        _word(case, "connection.client_because"),
        _word(case, "caller.excluded_ports"),
        _word(case, "caller.excluded_ranges"),
    )


def test_address_that_the_proxy_takes() -> None:
    """A range that the address is not in leaves nothing out."""
    assert "auto-mtls" == _word(
        _case(_annotated("excludeOutboundIPRanges", "192.0.2.0/24")), "connection.client_because"
    )


def test_plaintext_that_the_request_tells() -> None:
    """The proxy takes the connection, and sends it as the request says."""
    case = _case(SHOP, plaintext=True)

    assert ("taken", "told") == (_word(case, "caller.capture"), _word(case, "connection.client_because"))


@pytest.mark.parametrize(
    ("exported", "expected"), [("bank", ("hidden", "no", "bank,shop")), ('"~"', ("hidden", "no", "shop"))]
)
def test_service_that_is_not_exported(exported: str, expected: tuple[str, str, str]) -> None:
    """What would show the service to the caller too keeps those who see it now."""
    case = _case(SHOP.replace("metadata: {name: payments, namespace: shop}", EXPORT % exported, 1))
    words = _word(case, "request.destination"), _word(case, "service.exported")

    assert expected == (*words, case.details["service.export_wider"])
    assert 'metadata.annotations["networking.istio.io/exportTo"]' == case.details["service.export_field"]


def test_entry_that_is_not_exported() -> None:
    """A ServiceEntry has a list of its own."""
    case = _case(SHOP, ENTRY, to="http://api.bank.example/")

    assert ("spec.exportTo", ["shop"]) == (case.details["service.export_field"], case.details["service.export_wider"])


def test_service_that_a_sidecar_hides() -> None:
    """Where the service is exported, exportTo is not to blame."""
    case = _case(SHOP, SIDECAR)

    assert ("hidden", "yes") == (_word(case, "request.destination"), _word(case, "service.exported"))


def test_service_that_is_known_is_not_judged() -> None:
    """Of a service that the caller knows nothing is said."""
    assert "" == _word(_case(SHOP), "service.exported")
