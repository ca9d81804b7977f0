"""What is said of the path that a route sends on."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

MERGING = """
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "pathNormalization: {normalization: %s}"}
"""


def case_of(path: str, match: str, rewrite: str, *more: str) -> Case:
    """The case of a request to one route."""
    routes = f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: payments, namespace: shop}}
spec:
  hosts: [payments]
  http:
  - route: [{{destination: {{host: payments}}}}]
    {match}
    {rewrite}
"""
    mesh = Mesh(inventory(SHOP, routes, *more))
    return walk_cases(mesh, walk(mesh, parse_request(f"http://payments.shop:8080{path}", source="shop/deploy/web")))[0]


@pytest.mark.parametrize(
    ("path", "match", "rewrite", "expected"),
    [
        ("/pay/now", "match: [{uri: {prefix: /pay}}]", "rewrite: {uri: /}", ("doubled", "//now")),
        ("/pay/now?a=/", "match: [{uri: {prefix: /pay}}]", "rewrite: {uri: /v1/}", ("doubled", "/v1//now")),
        ("/pay", "match: [{uri: {prefix: /pay}}]", "rewrite: {uri: /}", ("clean", "/")),
        ("/payroll", "match: [{uri: {prefix: /pay}}]", "rewrite: {uri: /}", ("clean", "/roll")),
        ("/pay/now", "match: [{uri: {prefix: /pay/}}]", "rewrite: {uri: /}", ("clean", "/now")),
        ("/pay/now", "match: [{uri: {prefix: /pay/}}]", "rewrite: {uri: /v1}", ("glued", "/v1now")),
        ("/pay/", "match: [{uri: {prefix: /pay/}}]", "rewrite: {uri: /v1}", ("clean", "/v1")),
        ("/now", "match: [{method: {exact: GET}}]", "rewrite: {uri: /v1}", ("glued", "/v1now")),
        ("/now", "", "rewrite: {uri: /v1}", ("glued", "/v1now")),
        ("/pay/now", "match: [{uri: {exact: /pay/now}}]", "rewrite: {uri: /v1/}", ("clean", "/v1/")),
        ("/pay/now", "match: [{uri: {prefix: /pay}}]", "rewrite: {authority: a.example}", ("clean", "/pay/now")),
        ("/pay/now", "match: [{uri: {prefix: /pay}}]", "", ("kept", "/pay/now")),
        ("/pay/now", "match: [{uri: {prefix: /}}]", "", ("none", "/pay/now")),
    ],
)
def test_path_that_is_sent_on(path: str, match: str, rewrite: str, expected: tuple[str, str]) -> None:
    """A rewrite replaces the letters of the prefix, and leaves the slashes around them as they are."""
    case = case_of(path, match, rewrite)

    assert expected == (case.facts["route.rewrite"].word, case.details["route.sent_path"])


@pytest.mark.parametrize(("mode", "expected"), [("MERGE_SLASHES", "clean"), ("BASE", "doubled")])
def test_slashes_that_the_target_merges(mode: str, expected: str) -> None:
    """Two slashes are one where the mesh says so."""
    case = case_of("/pay/now", "match: [{uri: {prefix: /pay}}]", "rewrite: {uri: /}", MERGING % mode)

    assert expected == case.facts["route.rewrite"].word
