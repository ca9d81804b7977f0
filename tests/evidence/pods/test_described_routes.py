"""Routes of the Gateway API as kubectl describes them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troubleshooter.evidence import Evidence, take
from troubleshooter.evidence.pods.described_routes import Condition, DescribedRoutes
from troubleshooter.facts import evidence_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Exhibit, Inventory

TEXT = """\
Name:         payments
Namespace:    shop
API Version:  gateway.networking.k8s.io/v1
Kind:         HTTPRoute
Spec:
  Parent Refs:
    Kind:   Gateway
    Name:   public
  Rules:
    Matches:
      Path:
        Type:   PathPrefix
        Value:  /
Status:
  Parents:
    Conditions:
      Message:               backend(paymentz.shop.svc.cluster.local) not found
      Reason:                BackendNotFound
      Status:                False
      Type:                  ResolvedRefs
    Controller Name:         istio.io/gateway-controller
    Parent Ref:
      Kind:  Gateway
      Name:  public
Events:      <none>
"""
REFUSED = Condition(
    type="ResolvedRefs",
    status="False",
    reason="BackendNotFound",
    message="backend(paymentz.shop.svc.cluster.local) not found",
    line=20,
)


def put(text: str) -> Evidence:
    """What a text says."""
    return take([Exhibit(name="page", text=text)])


def conditions(text: str) -> list[Condition]:
    """All conditions of all routes in a text."""
    return [one for page in put(text).of(DescribedRoutes) for route in page.value.all for one in route.conditions]


def test_a_condition_is_read() -> None:
    """A condition has its type, status, reason and message, and no type of the spec is taken for one."""
    assert [REFUSED] == conditions(TEXT)


def test_whose_it_is() -> None:
    """The route is called by kind, namespace and name."""
    (page,) = put(TEXT).of(DescribedRoutes)

    assert [("HTTPRoute", "shop", "payments")] == [(one.kind, one.namespace, one.name) for one in page.value.all]


def test_another_controller() -> None:
    """What a controller other than Istio's says is left out."""
    assert [] == conditions(TEXT.replace("istio.io/", "example.com/"))


def test_two_routes_in_one_text() -> None:
    """Each has its own conditions."""
    (page,) = put(f"{TEXT}\n\n{TEXT.replace('payments', 'other')}").of(DescribedRoutes)

    assert [("payments", 1), ("other", 1)] == [(one.name, len(one.conditions)) for one in page.value.all]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT, ["no-backend"]),
        (TEXT.replace("BackendNotFound", "RefNotPermitted"), ["not-permitted"]),
        (TEXT.replace("BackendNotFound", "InvalidKind"), ["unresolved"]),
        (TEXT.replace("ResolvedRefs", "Accepted").replace("BackendNotFound", "NoMatchingParent"), ["not-accepted"]),
        (TEXT.replace("False", "True"), []),
        (TEXT.replace("False", "Unknown"), []),
    ],
)
def test_what_it_tells_alone(text: str, words: list[str]) -> None:
    """A condition that is False is told; one that is True, or not yet known, is not."""
    found = evidence_cases(Mesh(Inventory()), put(text))

    assert words == [case.facts["evidence.route_status"].word for case in found]


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_damage_raises(begin: int, end: int, inserted: str) -> None:
    """Whatever is cut out or put in, the text is read or not, and nothing is raised."""
    assert isinstance(put(TEXT[:begin] + inserted + TEXT[end:]), Evidence)
