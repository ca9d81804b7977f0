"""What is said of the faults that a route injects."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import audit_cases, walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.walk import parse_request, walk

ABORT = "abort: {httpStatus: 503, percentage: {value: 100}}"
DELAY = "delay: {fixedDelay: 2s, percentage: {value: 100}}"
TESTER = "match: [{headers: {user: {exact: tester}}}]"
RARELY = "match: [{headers: {user: {exact: tester}}}, {uri: {prefix: /x}}]"


def _mesh(fault: str, match: str) -> Mesh:
    route = f"""
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {{name: payments, namespace: shop}}
spec:
  hosts: [payments]
  http:
  - fault: {{{fault}}}
    route: [{{destination: {{host: payments}}}}]
    {match}
"""
    return Mesh(inventory(SHOP, route))


@pytest.mark.parametrize(
    ("fault", "match", "expected"),
    [
        (ABORT, "", "abort"),
        (DELAY, "", "delay"),
        (f"{ABORT}, {DELAY}", "", "both"),
        (f"{ABORT}, {DELAY}", TESTER, "abort"),
        (DELAY, TESTER, "none"),
        (DELAY, RARELY, "delay"),
        ("abort: {httpStatus: 503}", "", "none"),
    ],
)
def test_fault_of_the_route_that_took_a_request(fault: str, match: str, expected: str) -> None:
    """An abort is told always, a delay unless it is for chosen requests only."""
    headers = [("user", "tester")]
    request = parse_request("http://payments.shop:8080/", source="shop/deployment/web", headers=headers)
    mesh = _mesh(fault, match)

    assert expected == walk_cases(mesh, walk(mesh, request))[0].facts["route.fault"].word


@pytest.mark.parametrize(("match", "expected"), [("", ["abort"]), (TESTER, []), (RARELY, ["abort"])])
def test_faults_in_an_audit(match: str, expected: list[str]) -> None:
    """Without a request a fault is told unless it is kept to chosen requests."""
    found = [case.facts["route.fault"].word for case in audit_cases(_mesh(ABORT, match)) if "route.fault" in case.facts]

    assert expected == found
