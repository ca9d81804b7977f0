"""Who the caller is, where a gateway between networks stands in the way."""

from __future__ import annotations

from tests.inventories import inventory
from tests.meshes import app, deployment, service, thing
from troubleshooter.facts import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, Inventory, Object
from troubleshooter.walk import parse_request, walk

SYSTEM = "apiVersion: v1\nkind: Namespace\nmetadata: {name: istio-system, labels: {topology.istio.io/network: %s}}"
SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}"
BETWEEN = """apiVersion: v1
kind: Service
metadata: {name: between, namespace: istio-system, labels: {topology.istio.io/network: net-west}}
spec: {type: LoadBalancer, externalIPs: [203.0.113.2], selector: {app: between}, ports: [{name: tls, port: 15443}]}
"""
PODS = """apiVersion: apps/v1
kind: Deployment
metadata: {name: between, namespace: istio-system}
spec: {template: {metadata: {labels: {app: between}}, spec: {containers: [{name: istio-proxy}]}}}
"""
CROSSING = thing(
    "Gateway",
    "between",
    "selector: {app: between}\nservers: [{port: {number: 15443, name: tls, protocol: TLS}, "
    "tls: {mode: AUTO_PASSTHROUGH}, hosts: ['*.local']}]",
    namespace="istio-system",
)
POLICY = thing("AuthorizationPolicy", "pay", "rules: [{from: [{source: {namespaces: [other]}}]}]")


def case() -> Case:
    """A request of web in east that a policy of west denies."""
    east = [SYSTEM % "net-east", SPACE, deployment("web"), service("pay")]
    west = [SYSTEM % "net-west", SPACE, app("pay"), BETWEEN, PODS, CROSSING, POLICY]
    found = {"east": inventory(*east).objects, "west": inventory(*west).objects}
    held = Mesh(Inventory(objects=tuple(Object(raw=o.raw, cluster=name) for name, all_ in found.items() for o in all_)))
    return walk_cases(held, walk(held, parse_request("http://pay:8080/", source="shop/deployment/web@east")))[0]


def test_the_caller_is_the_workload_in_the_other_network() -> None:
    """The gateway passes its mutual TLS on unopened, so that its identity is the one that policies see."""
    found = case()

    assert ("workload", "web") == (found.facts["caller.kind"].word, found.roles["caller"].name)


def test_a_new_policy_is_named_for_the_caller() -> None:
    """Not for the gateway in between."""
    assert "allow-web-to-pay" == case().details["authorization_policy.new_name"]
