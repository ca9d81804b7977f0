"""What of the mesh is kept from a proxy by where it stands or by its exportTo."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, app, gateway, mesh, mesh_config, thing, walked
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case

HOST = "payments.shop.svc.cluster.local"
V2 = "subsets: [{name: v2, labels: {version: v2}}]"


def rule(more: str = "", *, namespace: str) -> str:
    """A DestinationRule that defines subset v2 of payments."""
    return thing("DestinationRule", f"of-{namespace}", f"host: {HOST}\n{V2}\n{more}", namespace=namespace)


def to_v2() -> str:
    """A VirtualService that sends to subset v2 of payments."""
    spec = f"hosts: [{HOST}]\nhttp: [{{route: [{{destination: {{host: {HOST}, subset: v2}}}}]}}]"
    return thing("VirtualService", "payments", spec)


def case(*texts: str, to: str = "http://payments.shop:8080/", source: str = "front/deployment/web") -> Case:
    """The case of a request from front to payments."""
    held: Mesh = mesh(app("web", namespace="front"), app("payments"), *texts)
    return walk_cases(held, walked(held, to, source))[0]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule(namespace="platform")], "other-namespace"),
        ([rule('exportTo: ["."]', namespace="platform")], "other-clients"),
        ([rule('exportTo: ["."]', namespace="shop")], "not-exported"),
        ([rule("exportTo: [reports]", namespace="istio-system")], "not-exported"),
        ([rule("workloadSelector: {matchLabels: {app: other}}", namespace="front")], "other-clients"),
        ([rule(namespace="platform"), rule('exportTo: ["."]', namespace="shop")], "not-exported"),
        ([rule('exportTo: ["."]', namespace="platform"), rule(namespace="reports")], "other-namespace"),
        ([rule(namespace="shop"), thing("DestinationRule", "own", f"host: {HOST}", namespace="front")], "outranked"),
    ],
)
def test_why_a_rule_that_defines_the_subset_is_not_in_force(rules: list[str], expected: str) -> None:
    """Of several rules that define it, the one that is mended soonest counts."""
    assert expected == case(to_v2(), *rules).facts["destination.subset_elsewhere"].word


def test_a_rule_without_exportto_is_hidden_by_the_default_of_the_mesh() -> None:
    """Then the mesh config is named beside the rule."""
    config = mesh_config('defaultDestinationRuleExportTo: ["."]')
    found = case(to_v2(), rule(namespace="shop"), config).facts["destination.subset_elsewhere"]

    assert ("not-exported", ["DestinationRule", "ConfigMap", "DestinationRule"]) == (
        found.word,
        [source.resource.kind for source in found.sources if source.resource],
    )


ENTRY = gateway("public", "- {port: {number: 80, name: http, protocol: HTTP}, hosts: [pay.example.com]}")


def of_gateway(name: str, more: str, path: str = "/") -> str:
    """A VirtualService for the gateway."""
    match = f"match: [{{uri: {{prefix: {path}}}}}]"
    spec = f"""
        hosts: [pay.example.com]
        gateways: [edge/public]
        {more}
        http: [{{{match}, route: [{{destination: {{host: {HOST}}}}}]}}]
        """
    return thing("VirtualService", name, spec)


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([of_gateway("pay", 'exportTo: ["."]')], "pay"),
        ([of_gateway("pay", "exportTo: [edge]")], ""),
        ([of_gateway("pay", 'exportTo: ["."]', "/other")], ""),
        ([of_gateway("other", "", "/other"), of_gateway("pay", 'exportTo: ["."]')], "pay"),
        ([of_gateway("seen", ""), of_gateway("pay", 'exportTo: ["."]')], ""),
    ],
)
def test_a_hidden_virtual_service_that_would_take_the_request(routes: list[str], expected: str) -> None:
    """It is named only where no other has a route for the request, and it has one."""
    found = case(INGRESS, ENTRY, *routes, to="http://pay.example.com/pay", source="outside")
    hidden = "virtual_service.exported" in found.facts

    assert expected == (found.roles["virtual_service"].name if hidden else "")


def test_what_would_show_it_to_the_proxy_too() -> None:
    """The namespace of the proxy is added to what stands there."""
    held = case(INGRESS, ENTRY, of_gateway("pay", 'exportTo: ["."]'), to="http://pay.example.com/", source="outside")

    assert [".", "edge"] == held.details["virtual_service.export_wider"]
