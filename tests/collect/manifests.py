"""Manifests that the tests of reading share."""

from __future__ import annotations

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  ports:
  - name: http
    port: 80
"""


def service(name: str, namespace: str = "shop") -> str:
    """A Service of that name."""
    return SERVICE.replace("name: web", f"name: {name}").replace("namespace: shop", f"namespace: {namespace}")


VIRTUAL_SERVICE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: web
  namespace: shop
  labels:
    istio.io/rev: canary
spec:
  hosts: [web]
  http:
  - match:
    - uri:
        exact: /api
    route:
    - destination:
        host: web
        subset: v1
"""
