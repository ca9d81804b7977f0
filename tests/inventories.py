"""Inventories made from YAML texts, as the tests of the core use them."""

from __future__ import annotations

import yaml

from troubleshooter.model import Inventory, Object

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: payments, namespace: shop}
spec:
  selector: {app: payments}
  ports: [{name: http, port: 8080, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: payments, namespace: shop}
spec:
  selector: {matchLabels: {app: payments}}
  template:
    metadata: {labels: {app: payments, version: v1}}
    spec: {containers: [{name: payments, ports: [{name: web, containerPort: 8080}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web}]}
"""
"""A healthy mesh: web calls payments, both with proxies."""

EXACT = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: payments, namespace: shop, uid: abc, resourceVersion: "7"}
spec:
  hosts: [payments]
  http:
  - match: [{uri: {exact: /api}}]
    route: [{destination: {host: payments}}]
"""
"""Routes one path to payments, and nothing below it."""


def inventory(*texts: str) -> Inventory:
    """The objects of YAML texts, in their order, as if they stood in mesh.yaml."""
    documents = [d for text in texts for d in yaml.safe_load_all(text) if d]
    return Inventory(objects=tuple(Object(raw=d, file="mesh.yaml") for d in documents))
