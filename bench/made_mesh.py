"""A mesh of any size for `bench`: services with some pods each, a VirtualService and a DestinationRule for each, all of
the size that kubectl prints.

Ten of them are broken (a subset that no DestinationRule has), however big the mesh, so that what is measured besides
the size is always the same work.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bench.as_printed import known, running

BROKEN = 10
A_NAMESPACE = 50
"""So many services are in one namespace."""


def write_mesh(file: Path, services: int) -> int:
    """Write the mesh as one YAML file; returns how many objects it has."""
    count = 0
    with file.open("w", encoding="utf-8") as out:
        for thing in made_objects(services):
            count += 1
            out.write("---\n")
            yaml.dump(thing, out, Dumper=yaml.CSafeDumper, sort_keys=False)
    return count


HASH = "5d8f7c"
"""Of every Deployment's template, as its ReplicaSet and pods have it."""


def made_objects(services: int, pods: int = 2) -> Iterator[dict[str, Any]]:
    """The objects of the mesh, with so many pods a service."""
    for count, thing in enumerate(_objects(services, pods), 1):
        yield known(thing, count)


def request(number: int) -> tuple[str, str]:
    """A caller and a URL in the mesh: each service asks the one after it in its namespace."""
    space, first = _space(number), number - number % A_NAMESPACE
    neighbour = first + (number + 1) % A_NAMESPACE
    return f"{space}/deployment/app-{number}", f"http://app-{neighbour}.{_space(neighbour)}:8080/api"


def _space(number: int) -> str:
    return f"team-{number // A_NAMESPACE}"


def _objects(services: int, pods: int) -> Iterator[dict[str, Any]]:
    for number in range(0, services, A_NAMESPACE):
        labels = {"istio-injection": "enabled"}
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _space(number), "labels": labels}}
    for number in range(services):
        yield from _of_service(number, pods, broken=number < BROKEN)


def _of_service(number: int, pods: int, *, broken: bool) -> Iterator[dict[str, Any]]:
    name, space = f"app-{number}", _space(number)
    labels = {"app": name, "version": "v1"}
    containers = [{"name": "app", "image": "app:1", "ports": [{"name": "web", "containerPort": 8080}]}]
    service = {"selector": {"app": name}, "ports": [{"name": "http", "port": 8080, "targetPort": 8080}]}
    yield _thing("v1", "Service", name, space, service)
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    yield _thing("apps/v1", "Deployment", name, space, {"selector": {"matchLabels": labels}, "template": template})
    for pod in range(pods):
        yield _pod(f"{name}-{pod}", space, labels, containers, f"10.{number // 200}.{number % 200}.{pod + 1}")
    route = {"destination": {"host": name, "subset": "v9" if broken else "v1"}}
    routes = [{"match": [{"uri": {"prefix": "/api"}}], "route": [route]}, {"route": [route]}]
    yield _thing("networking.istio.io/v1", "VirtualService", name, space, {"hosts": [name], "http": routes})
    subsets = [{"name": "v1", "labels": {"version": "v1"}}]
    yield _thing("networking.istio.io/v1", "DestinationRule", name, space, {"host": name, "subsets": subsets})


def _pod(
    name: str, space: str, labels: dict[str, str], containers: list[dict[str, Any]], address: str
) -> dict[str, Any]:
    proxy = {"name": "istio-proxy", "image": "proxy:1"}
    pod = _thing("v1", "Pod", name, space, {"containers": [*map(dict, containers), proxy], "nodeName": "node-1"})
    made_by = f"{name.rpartition('-')[0]}-{HASH}"
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": made_by, "controller": True}
    told = {"security.istio.io/tlsMode": "istio", "pod-template-hash": HASH}
    pod["metadata"] |= {"labels": {**labels, **told}, "ownerReferences": [owner]}
    ready = [{"type": "Ready", "status": "True"}]
    pod["status"] = {"phase": "Running", "podIP": address, "conditions": ready}
    return running(pod)


def _thing(version: str, kind: str, name: str, space: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": space}, "spec": spec}
