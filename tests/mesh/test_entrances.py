"""The ways in to gateway pods: ports of Services and of nodes, and the container ports behind them."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.gateway.gateways import Gateways

GATEWAY = thing(
    "Gateway", "public", "selector: {istio: edge}\nservers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]"
)
POD = """
template:
  metadata: {labels: {istio: edge}}
  spec: {containers: [{name: istio-proxy%s}]%s}
"""


def edge(*ports: str, container: str = "", pod: str = "", labels: str = "") -> Gateways:
    """A gateway with a Service for each list of ports."""
    services = [
        thing("Service", f"edge-{n}", f"selector: {{istio: edge}}\nports: [{held}]", meta=f"labels: {{{labels}}}")
        for n, held in enumerate(ports)
    ]
    return mesh(GATEWAY, thing("Deployment", "edge", POD % (container, pod)), *services).gateways


def exposed(held: Gateways) -> bool | None:
    """Whether the server on port 80 can be reached."""
    (gateway,) = held.all
    (workload,) = held.workloads(gateway)
    return held.exposed(held.servers(gateway)[0], workload)


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        (("{port: 80, targetPort: 8080}",), True),
        (("{port: 8000, targetPort: 80}",), True),
        (("{port: 443, targetPort: 8443}",), False),
        (("{port: 443, targetPort: 8443}", "{port: 80, targetPort: 8080}"), True),
        (("{port: 8080, targetPort: 8080}",), False),
        (("{port: 80, targetPort: nowhere}", "{port: 443}"), None),
        ((), None),
    ],
)
def test_whether_a_server_can_be_reached(*, ports: tuple[str, ...], expected: bool | None) -> None:
    """By a Service port with its number or one that leads to it; without any Service nothing is known."""
    assert expected is exposed(edge(*ports))


@pytest.mark.parametrize(
    ("container", "pod", "expected"),
    [
        ("", "", False),
        (", ports: [{containerPort: 80, hostPort: 8000}]", "", True),
        (", ports: [{containerPort: 80}]", "", False),
        ("", ", hostNetwork: true", True),
    ],
)
def test_ports_of_nodes_lead_in_too(*, container: str, pod: str, expected: bool) -> None:
    """A hostPort, or the network of the node."""
    assert expected is exposed(edge("{port: 443, targetPort: 8443}", container=container, pod=pod))


def test_numbers_are_not_translated_by_a_service_that_says_so() -> None:
    """Its port 80 is not the Gateway's port 80."""
    label = '"experimental.istio.io/disable-gateway-port-translation": "true"'

    assert [True, False] == [exposed(edge("{port: 80, targetPort: 8081}", labels=text)) for text in ("", label)]


@pytest.mark.parametrize(
    ("container", "pod", "dialled", "expected"),
    [
        ("", "", 80, {8080}),
        ("", "", 31380, {8080}),
        ("", "", 8080, set()),
        (", ports: [{containerPort: 8080, hostPort: 8000}]", "", 8000, {8080}),
        ("", ", hostNetwork: true", 9000, {9000}),
    ],
)
def test_what_a_client_reaches(container: str, pod: str, dialled: int, expected: set[int]) -> None:
    """By the port of the Service, its node port, or a port of the node itself."""
    held = edge("{port: 80, targetPort: 8080, nodePort: 31380}", container=container, pod=pod)
    (workload,) = held.proxies()

    assert expected == held.dialled(workload, dialled)


def test_the_gateway_that_a_client_can_dial() -> None:
    """Of several that a Gateway selects, only those with the port."""
    other = thing("Deployment", "other", (POD % ("", "")).replace("edge}", "edge, app: other}"))
    narrow = thing("Service", "other", "selector: {app: other}\nports: [{port: 8004}]")
    both = thing("Service", "both", "selector: {istio: edge}\nports: [{port: 80}]")
    held = mesh(GATEWAY, thing("Deployment", "edge", POD % ("", "")), other, narrow, both).gateways

    assert [["edge", "other"], ["other"], ["edge", "other"]] == [
        sorted(w.name for w in held.at_port(held.all[0], port, "")) for port in (80, 8004, 9)
    ]


@pytest.mark.parametrize(("kind", "expected"), [("ClusterIP", {8080, 8081}), ("LoadBalancer", {8080})])
def test_services_for_clients_outside_count_first(kind: str, expected: set[int]) -> None:
    """Where the cloud or the nodes open a Service with the port, one that is only for inside is not dialled."""
    outside = thing(
        "Service", "lb", f"type: {kind}\nselector: {{istio: edge}}\nports: [{{port: 80, targetPort: 8080}}]"
    )
    inside = thing("Service", "local", "selector: {istio: edge}\nports: [{port: 80, targetPort: 8081}]")
    held = mesh(GATEWAY, thing("Deployment", "edge", POD % ("", "")), outside, inside).gateways

    assert expected == held.dialled(held.proxies()[0], 80)
