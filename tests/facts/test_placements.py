"""The endpoints that a proxy has, held against those that the walk gives it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.facts.proxy_pages import NODE, PAYMENTS, cluster, dump, evidence, payments
from tests.meshes import deployment, mesh, mesh_config, service, walked
from troubleshooter.evidence.envoy.dump import EndpointConfig, Node
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.model import Case

PLACES = ("region1/a", "region2/b")
CONFIG = mesh_config("rootNamespace: istio-system")
EJECTS = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: payments, namespace: shop}
spec: {host: payments, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 5}}}
"""
MADE = "/apis/networking.istio.io/v1/namespaces/shop/destination-rule/{}"


def node(number: int) -> str:
    """A node in the first or second of the places."""
    region, zone = PLACES[number].split("/")
    labels = f"{{topology.kubernetes.io/region: {region}, topology.kubernetes.io/zone: {zone}}}"
    return f"{{apiVersion: v1, kind: Node, metadata: {{name: node-{number}, labels: {labels}}}}}"


def pod(name: str, address: str, number: int, app: str = "payments") -> str:
    """A ready pod with a proxy, on one of the nodes."""
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {{app: {app}}}}}
spec:
  nodeName: node-{number}
  containers: [{{name: app, image: x, ports: [{{containerPort: 8080}}]}}, {{name: istio-proxy, image: proxyv2}}]
status: {{phase: Running, podIP: {address}, conditions: [{{type: Ready, status: "True"}}]}}
"""


SHOP = (
    node(0),
    node(1),
    service("payments"),
    pod("payments-0", "10.0.1.1", 0),
    pod("payments-1", "10.0.2.1", 1),
    pod("web-1", "10.0.1.9", 0, app="web"),
)


def held(*where: tuple[str, int, str]) -> Any:
    """A dump with endpoints of payments: (address, priority, locality)."""
    found = (EndpointConfig(cluster=PAYMENTS, address=a, port=8080, priority=p, locality=at) for a, p, at in where)
    return dump(cluster(PAYMENTS), hosts=(payments(),), endpoints=tuple(found))


def case(page: Any, *shop: str) -> Case:
    """The request from web to payments, by these objects and this dump."""
    there = mesh(*(shop or (CONFIG, *SHOP, EJECTS)))
    (found,) = walk_cases(there, walked(there, "http://payments.shop:8080/pay", "shop/pod/web-1"), None, evidence(page))
    return found


def placement(page: Any, *shop: str) -> str | None:
    """The word of the placement, if there is one."""
    found = case(page, *shop).facts.get("evidence.placement")
    return found and found.word


NEAR, FAR = ("10.0.1.1", 0, PLACES[0]), ("10.0.2.1", 1, PLACES[1])
FLAT = held(NEAR, ("10.0.2.1", 0, PLACES[1]))


@pytest.mark.parametrize(
    ("where", "word"),
    [
        ((NEAR, FAR), "as-walked"),
        ((NEAR, ("10.0.2.1", 0, PLACES[1])), "flat"),
        ((("10.0.1.1", 1, PLACES[0]), ("10.0.2.1", 0, PLACES[1])), "other"),
        ((NEAR,), "lacking"),
        ((NEAR, ("10.0.1.7", 0, PLACES[0])), "as-walked"),
        ((NEAR, ("10.0.9.9", 1, PLACES[1])), "as-walked"),
        ((NEAR, ("10.0.9.9", 1, "")), "as-walked"),
        ((("10.0.1.1", 0, "elsewhere"),), "as-walked"),
        ((("10.0.9.9", 0, PLACES[0]),), None),
        ((), None),
    ],
)
def test_what_a_proxy_has_is_held_against_the_walk(where: tuple[tuple[str, int, str], ...], word: str | None) -> None:
    """A locality of which nothing is there, and priorities in another order, are differences; pods that came or went
    meanwhile are none, also where a new one is the first in its locality; where no endpoint is the same nothing is
    said."""
    assert word == placement(held(*where))


def test_what_is_lacking_is_named_with_its_locality() -> None:
    """So that it can be looked for."""
    assert case(held(NEAR)).details["evidence.config_part"] == f"the endpoints of {PAYMENTS} in {PLACES[1]}"


def test_priorities_that_no_rule_asks_for_are_ranked() -> None:
    """There is no outlier detection."""
    assert placement(held(NEAR, FAR), CONFIG, *SHOP) == "ranked"


def test_priorities_without_the_mesh_config_tell_nothing() -> None:
    """It may switch load balancing by locality off."""
    assert placement(FLAT, *SHOP, EJECTS) is None


def test_priorities_of_another_pod_tell_nothing() -> None:
    """They depend on where it runs."""
    assert placement(replace(FLAT, node=replace(NODE, pod="web-2"))) is None


def test_a_proxy_that_counts_from_elsewhere_tells_nothing() -> None:
    """Its own page says where it is, and the objects something else."""
    assert placement(replace(FLAT, node=replace(NODE, locality="region9/z"))) is None


def test_a_page_without_a_name_is_that_of_the_one_with_the_cluster() -> None:
    """What it lacks does not depend on where it runs."""
    assert placement(replace(held(NEAR), node=Node())) == "lacking"


@pytest.mark.parametrize(("name", "word"), [("payments", "flat"), ("other", None)])
def test_a_cluster_from_another_rule_tells_nothing(name: str, word: str | None) -> None:
    """That rule was not seen."""
    page = replace(FLAT, clusters=(cluster(PAYMENTS, made_from=MADE.format(name)),))

    assert word == placement(page)


def test_pods_that_are_only_foretold_tell_nothing() -> None:
    """Where no pod was seen, no address is known."""
    shop = tuple(one for one in SHOP if "kind: Pod" not in one)
    there = mesh(CONFIG, *shop, deployment("payments"), deployment("web"), EJECTS)
    (found,) = walk_cases(there, walked(there, "http://payments.shop:8080/pay"), None, evidence(FLAT))

    assert "evidence.placement" not in found.facts
