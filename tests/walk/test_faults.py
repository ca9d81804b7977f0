"""What a walk says of the faults that a route injects."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import Stage, Verdict, Walk
from troubleshooter.walk import parse_request, walk


def _walk(fault: str, more: str = "") -> Walk:
    route = f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: payments, namespace: shop}}
spec:
  hosts: [payments]
  http:
  - fault: {fault}
    {more}
    route: [{{destination: {{host: payments}}}}]
"""
    request = parse_request("http://payments.shop:8080/", source="shop/deployment/web")
    return walk(Mesh(inventory(SHOP, route)), request).walk


def _said(found: Walk) -> str:
    return next(s.detail for s in found.path if s.stage is Stage.ROUTE)


@pytest.mark.parametrize(
    ("delay", "said"),
    [
        ("{fixedDelay: 10s, percentage: {value: 100}}", ", which holds every request for 10s"),
        ("{fixedDelay: 2s, percentage: {value: 50}}", ", which holds 50 % of the requests for 2s"),
        ("{fixedDelay: 2s, percentage: {value: 0}}", ""),
        ("{fixedDelay: 2s}", ""),
        ("{fixedDelay: 2s, percent: 20}", ", which holds 20 % of the requests for 2s"),
        ("{fixedDelay: 2s, percent: 20, percentage: {value: 0}}", ""),
    ],
)
def test_delay_is_said(delay: str, said: str) -> None:
    """The route step says how many requests a fault holds, and how long; without a percentage it holds none.
    The old field `percent` counts only where `percentage` is left out."""
    taken = "GET / takes route 0 of VirtualService shop/payments"

    assert f"{taken}{said}" == _said(_walk(f"{{delay: {delay}}}"))


def test_delay_and_timeout() -> None:
    """A delay does not run into the timeout of its own route, which is not in force where there are faults."""
    found = _walk("{delay: {fixedDelay: 10s, percentage: {value: 100}}}", "timeout: 1s")

    assert Verdict.REACHABLE == found.verdict


def test_share_of_aborts_is_a_percentage() -> None:
    """How many requests are aborted is said in per cent."""
    found = _walk("{abort: {httpStatus: 503, percentage: {value: 50}}}")

    assert "VirtualService shop/payments aborts 50 % of the requests with 503" == _said(found)
