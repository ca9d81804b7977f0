"""What is said of a Gateway's pods, and of the Gateways that a VirtualService names."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import walk_cases
from troubleshooter.facts.pieces import binding_case, gateway_case
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

PUBLIC = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: istio-system}
spec:
  selector: {istio: %s}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}]
"""
BOUND = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [shop.example.com]
  gateways: [%s]
  http: [{route: [{destination: {host: payments}}]}]
"""


def pods(name: str, label: str) -> str:
    """A gateway's Deployment."""
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: istio-system}}
spec:
  template:
    metadata: {{labels: {{istio: {label}}}}}
    spec: {{containers: [{{name: istio-proxy, image: auto}}]}}
"""


def gateway(*texts: str) -> Case:
    """The piece of the first Gateway."""
    mesh = Mesh(inventory(*texts))
    return gateway_case(mesh, mesh.gateways.all[0])


def binding(*texts: str) -> Case:
    """The piece of the first VirtualService."""
    mesh = Mesh(inventory(*texts))
    return binding_case(mesh, mesh.virtual_services.all[0])


def words(case: Case, role: str) -> dict[str, str]:
    """What is known of a role: attribute to word."""
    found = {name.partition(".")[2]: fact.word for name, fact in case.facts.items() if name.startswith(f"{role}.")}
    return dict(sorted(found.items()))


def test_a_gateway_without_pods_is_known_where_others_have_some() -> None:
    """Where pods of some gateway were seen, a selector that matches none matches nothing, and the only one that could
    be meant is named."""
    case = gateway(PUBLIC % "ingress", pods("edge", "ingressgateway"))

    assert {"candidate": "one", "workload": "none"} == words(case, "gateway")
    assert {"istio": "ingressgateway"} == case.details["gateway.candidate_labels"]


def test_without_any_gateway_nothing_is_known() -> None:
    """Where no gateway's pods were seen at all, they may be where nobody looked."""
    assert {} == words(gateway(PUBLIC % "ingress", SHOP), "gateway")


def test_a_gateway_for_the_way_out_is_not_meant() -> None:
    """Where an ingress gateway is selected, an egress gateway is no candidate, though it be the only one."""
    case = gateway(PUBLIC % "ingressgateway", pods("egress", "egressgateway"))

    assert {"candidate": "none", "workload": "none"} == words(case, "gateway")


SHORT = {"gateway_form": "short", "gateway_guess": "one", "gateway_namespace": "seen", "gateway_ref": "not-found"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("public", SHORT),
        ("istio-system/public", {"gateway_ref": "found"}),
        ("public.istio-system.svc.cluster.local", {"gateway_ref": "found"}),
        ("mesh", {"gateway_ref": "found"}),
        ("edge/public", {}),
    ],
)  # fmt: skip
def test_names_of_gateways(written: str, expected: dict[str, str]) -> None:
    """Short names are of the own namespace, old ones are understood, and of a namespace that was not seen nothing is
    known."""
    assert expected == words(binding(SHOP, PUBLIC % "x", BOUND % written), "virtual_service")


def test_a_gateway_that_is_named_anyway_is_not_meant() -> None:
    """Beside a Gateway that it names already, a VirtualService does not mean it once more."""
    case = binding(SHOP, PUBLIC % "x", BOUND % "istio-system/public, istio-system/pubic")

    assert "none" == words(case, "virtual_service")["gateway_guess"]


def test_the_name_by_which_a_request_came_in_tells() -> None:
    """Where a request came in by a Gateway of the same name, one in a namespace that was not seen is not it."""
    mesh = Mesh(inventory(SHOP, PUBLIC % "edge", pods("edge", "edge"), BOUND % "edge/public"))
    walked = walk(mesh, parse_request("http://shop.example.com/", source="outside"))
    (case,) = walk_cases(mesh, walked)

    assert {"gateway_namespace": "not-seen", "gateway_ref": "not-found"}.items() <= words(
        case, "virtual_service"
    ).items()
