"""A mesh with running pods, as a live cluster has it, and what the log of one of them says."""

from __future__ import annotations

from tests.inventories import SHOP
from troubleshooter.walk import parse_request

RUNNING = """
---
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {namespace}, labels: {{app: {app}, version: v1}}}}
spec: {{nodeName: n1, containers: [{{name: {app}, ports: [{{name: web, containerPort: 8080}}]}}{more}]}}
status: {{phase: Running, podIP: 10.0.0.{number}, conditions: [{{type: Ready, status: "True"}}]}}
"""
PROXIED = ", {name: istio-proxy}"
PODS = (
    ("web-1", "shop", "web", PROXIED),
    ("web-2", "shop", "web", PROXIED),
    ("payments-1", "shop", "payments", PROXIED),
    ("istiod-a", "istio-system", "istiod", ""),
    ("istiod-b", "istio-system", "istiod", ""),
)
LIVE = SHOP + "".join(
    RUNNING.format(name=name, namespace=namespace, app=app, more=more, number=number)
    for number, (name, namespace, app, more) in enumerate(PODS)
)
"""A caller with two pods, what it calls, and two istiods."""

RESET = (
    '[2026-01-05T10:00:00.000Z] "GET /api/x HTTP/1.1" 503 UC upstream_reset_before_response_started'
    '{connection_termination} - "-" 0 95 3 - "-" "curl/8" "1" "payments.shop:8080" "10.0.0.2:8080" '
    "outbound|8080||payments.shop.svc.cluster.local 10.0.0.0:5000 10.96.0.1:8080 10.0.0.0:4000 - default\n"
)
"""A line in the log of the caller: the other end broke the connection off."""

REQUEST = parse_request("http://payments.shop:8080/api/x", source="shop/deployment/web")
