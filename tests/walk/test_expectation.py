"""What is expected must be there, and where a request goes instead is said."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.consult import Conclude, Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.mesh import Mesh
from troubleshooter.model import Diagnosis, Request, Verdict
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import RequestError, parse_request, walk

RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: payments, namespace: shop}
spec:
  host: payments
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
---
apiVersion: v1
kind: Service
metadata: {name: ledger, namespace: shop}
spec: {selector: {app: payments}, ports: [{name: http, port: 8080}]}
"""


def _request(expect: str) -> Request:
    return parse_request("http://payments.shop:8080/", source="shop/deployment/web", expect=expect)


@pytest.mark.parametrize(
    ("expect", "verdict"),
    [
        ("payments", Verdict.REACHABLE),
        ("payments.shop", Verdict.REACHABLE),
        ("payments.shop.svc.cluster.local", Verdict.REACHABLE),
        ("payments:v1", Verdict.REACHABLE),
        ("payments:v2", Verdict.MISROUTED),
        ("ledger", Verdict.MISROUTED),
        ("ledger.bank", Verdict.MISROUTED),
    ],
)
def test_service_and_subset(expect: str, verdict: Verdict) -> None:
    """A service matches by any of its names, a subset by the labels of the pods; one that was not seen is elsewhere."""
    assert verdict == walk(Mesh(inventory(SHOP, RULE)), _request(expect)).walk.verdict


@pytest.mark.parametrize(
    ("expect", "near"),
    [("paymints", "payments.shop"), ("payments.shop.svc.cluster.locale", "payments"), ("payments:v9", "v1")],
)
def test_what_is_not_there_is_refused(expect: str, near: str) -> None:
    """A service or subset that does not exist is a mistake in the question, and the nearest names are offered."""
    with pytest.raises(RequestError, match=near):
        walk(Mesh(inventory(SHOP, RULE)), _request(expect))


def _diagnosis(expect: str) -> Diagnosis:
    situation = Situation(inventory=inventory(SHOP, RULE), request=_request(expect))
    step = Consultation(Rulebook(), PlainEvaluator(), situation).next_step()
    assert isinstance(step, Conclude)
    return step.diagnosis


def test_misrouted_request_has_a_root() -> None:
    """A request that arrives elsewhere is a finding also where no cause explains it, and says where it arrives."""
    root = _diagnosis("ledger").root

    assert root is not None
    assert "outbound|8080||payments.shop.svc.cluster.local, not at ledger" in root.title


def test_request_that_arrives_has_none() -> None:
    """Where it arrives as expected there is nothing to say."""
    assert () == _diagnosis("payments").findings
