"""What `kubectl get` prints: columns by kind, as the API server makes them.

Decides columns and cells. Kinds without columns of their own have name and age, as custom resources do.

Facts: `pkg/printers/internalversion/printers.go` of Kubernetes; `additionalPrinterColumns` in the CRDs of Istio and of
the Gateway API.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.kube_api.kinds import Resource
from tests.kube_api.messages import Json

Cell = Callable[[Json], Any]


def _at(path: str) -> Cell:
    """The value at a path: text as it is, "" where there is none, anything else as JSON, as JSONPath columns are."""

    def cell(each: Json) -> Any:
        value: Any = each
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value is None or isinstance(value, str):
            return value or ""
        return json.dumps(value, separators=(",", ":"))

    return cell


def _or_none(path: str) -> Cell:
    found = _at(path)
    return lambda each: found(each) or "<none>"


def age(each: Json) -> str:
    """How long ago an object was made, in the largest unit."""
    text = str(each["metadata"].get("creationTimestamp") or "")
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return "<unknown>"
    seconds = int((datetime.now(UTC) - made.replace(tzinfo=made.tzinfo or UTC)).total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{max(seconds, 0)}s"


def _ready(each: Json) -> str:
    states = each.get("status", {}).get("containerStatuses") or []
    total = len(each.get("spec", {}).get("containers") or [])
    return f"{sum(1 for s in states if s.get('ready'))}/{total}"


def _restarts(each: Json) -> int:
    return sum(s.get("restartCount", 0) for s in each.get("status", {}).get("containerStatuses") or [])


def _phase(each: Json) -> str:
    """The reason of a container that waits or has ended comes before the pod's phase."""
    if each["metadata"].get("deletionTimestamp"):
        return "Terminating"
    for state in each.get("status", {}).get("containerStatuses") or []:
        for how in ("waiting", "terminated"):
            if reason := (state.get("state", {}).get(how) or {}).get("reason"):
                return str(reason)
    return str(each.get("status", {}).get("phase") or "Unknown")


def _ports(each: Json) -> str:
    def text(port: Json) -> str:
        node = f":{port['nodePort']}" if port.get("nodePort") else ""
        return f"{port.get('port')}{node}/{port.get('protocol', 'TCP')}"

    return ",".join(map(text, each.get("spec", {}).get("ports") or [])) or "<none>"


def _selector(each: Json) -> str:
    held = each.get("spec", {}).get("selector") or {}
    return ",".join(f"{k}={v}" for k, v in held.items()) or "<none>"


def _replicas(each: Json) -> str:
    return f"{each.get('status', {}).get('readyReplicas', 0)}/{each.get('spec', {}).get('replicas', 1)}"


def _count(path: str) -> Cell:
    found = _at(path)
    return lambda each: found(each) or "0"


NAME = ("Name", 0, _at("metadata.name"))
AGE = ("Age", 0, age)

# By group and kind: heading, priority (1: only with -o wide), cell.
_COLUMNS: dict[tuple[str, str], tuple[tuple[str, int, Cell], ...]] = {
    ("", "Pod"): (
        NAME,
        ("Ready", 0, _ready),
        ("Status", 0, _phase),
        ("Restarts", 0, _restarts),
        AGE,
        ("IP", 1, _or_none("status.podIP")),
        ("Node", 1, _or_none("spec.nodeName")),
    ),
    ("", "Service"): (
        NAME,
        ("Type", 0, lambda each: each.get("spec", {}).get("type") or "ClusterIP"),
        ("Cluster-IP", 0, _or_none("spec.clusterIP")),
        ("External-IP", 0, _or_none("spec.externalName")),
        ("Port(s)", 0, _ports),
        AGE,
        ("Selector", 1, _selector),
    ),
    ("", "Namespace"): (NAME, ("Status", 0, lambda each: each.get("status", {}).get("phase") or "Active"), AGE),
    ("apps", "Deployment"): (
        NAME,
        ("Ready", 0, _replicas),
        ("Up-to-date", 0, _count("status.updatedReplicas")),
        ("Available", 0, _count("status.availableReplicas")),
        AGE,
    ),
    ("networking.istio.io", "VirtualService"): (
        NAME,
        ("Gateways", 0, _at("spec.gateways")),
        ("Hosts", 0, _at("spec.hosts")),
        AGE,
    ),
    ("networking.istio.io", "DestinationRule"): (NAME, ("Host", 0, _at("spec.host")), AGE),
    ("networking.istio.io", "ServiceEntry"): (
        NAME,
        ("Hosts", 0, _at("spec.hosts")),
        ("Location", 0, _at("spec.location")),
        ("Resolution", 0, _at("spec.resolution")),
        AGE,
    ),
    ("security.istio.io", "AuthorizationPolicy"): (NAME, ("Action", 0, _at("spec.action")), AGE),
    ("security.istio.io", "PeerAuthentication"): (NAME, ("Mode", 0, _at("spec.mtls.mode")), AGE),
    ("gateway.networking.k8s.io", "HTTPRoute"): (NAME, ("Hostnames", 0, _at("spec.hostnames")), AGE),
    ("gateway.networking.k8s.io", "Gateway"): (NAME, ("Class", 0, _at("spec.gatewayClassName")), AGE),
}


def table(resource: Resource, objects: list[Json]) -> Json:
    """Column definitions and rows, without the objects themselves."""
    columns = _COLUMNS.get((resource.group, resource.kind), (NAME, AGE))
    definitions = [
        {
            "name": heading,
            "type": "integer" if heading == "Restarts" else "string",
            "format": "name" if heading == "Name" else "",
            "description": heading,
            "priority": priority,
        }
        for heading, priority, _ in columns
    ]
    rows: list[Json] = [{"cells": [cell(each) for _, _, cell in columns]} for each in objects]
    return {"columnDefinitions": definitions, "rows": rows}
