"""A small cluster, and plain requests to its API: for the tests of the API server itself."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.kube_api.messages import Json
from tests.kube_api.server import ApiServer

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web, version: v1}}
spec: {nodeName: one, containers: [{name: web, image: web}, {name: istio-proxy, image: proxyv2}]}
status:
  phase: Running
  podIP: 10.0.0.1
  containerStatuses: [{name: web, image: web, imageID: a, ready: true, restartCount: 3}]
---
apiVersion: v1
kind: Pod
metadata: {name: web-2, namespace: shop, labels: {app: web, version: v2}}
spec: {nodeName: two, containers: [{name: web, image: web}]}
status: {phase: Running, podIP: 10.0.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: bank-1, namespace: bank, labels: {app: bank}}
spec: {nodeName: one, containers: [{name: bank, image: bank}]}
status: {phase: Pending}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: payments, namespace: shop}
spec: {hosts: [payments], http: [{route: [{destination: {host: payments}}]}]}
"""


def shop(*more: str) -> list[Json]:
    """The objects of SHOP and of more YAML texts."""
    return [each for text in (SHOP, *more) for each in yaml.safe_load_all(text) if each]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def names(self) -> list[str]:
        """The names of a list's items."""
        return [item["metadata"]["name"] for item in self.json["items"]]


def connection(api: ApiServer) -> http.client.HTTPConnection:
    """A connection that is kept."""
    return http.client.HTTPConnection(api.url.removeprefix("http://"), timeout=5)


def ask(
    api: ApiServer, path: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request on a connection of its own. A body that is not bytes goes as JSON."""
    wire = connection(api)
    sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    kind = {} if sent is None else {"Content-Type": "application/json"}
    try:
        wire.request(method, path, sent, {**kind, **(headers or {})})
        answer = wire.getresponse()
        return Answer(status=answer.status, headers=dict(answer.headers.items()), body=answer.read())
    finally:
        wire.close()


def apply(api: ApiServer, path: str, each: Json, manager: str = "me", more: str = "") -> Answer:
    """Server-side apply."""
    headers = {"Content-Type": "application/apply-patch+yaml"}
    return ask(api, f"{path}?fieldManager={manager}{more}", "PATCH", each, headers)
