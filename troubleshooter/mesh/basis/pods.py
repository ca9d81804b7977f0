"""What a pod object says of itself: proxy, readiness, owner, place.

Decides from one object. Must not know workloads or services.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeGuard

from troubleshooter.model import Object, Raw, as_list, as_map

PROXY = "istio-proxy"
REGION, ZONE, SUBZONE = "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"
METRICS = {"http-envoy-prom": 15090}
"""The named port of every proxy.

Source: injection-template.yaml in manifests/charts/istio-control/istio-discovery/files of istio/istio.
"""


def has_proxy(spec: Raw) -> bool:
    """Whether a pod spec holds the proxy: as a container, or (native sidecar) as an init container."""
    held = (*as_list(spec.get("containers")), *as_list(spec.get("initContainers")))
    return any(as_map(c).get("name") == PROXY for c in held)


def owner_of(thing: Object) -> tuple[str, str] | None:
    """(kind, name) of the controller of an object, None if it has none."""
    owners = [as_map(o) for o in as_list(thing.metadata.get("ownerReferences"))]
    chosen = next((o for o in owners if o.get("controller")), owners[0] if owners else None)
    return (str(chosen.get("kind") or ""), str(chosen.get("name") or "")) if chosen else None


def is_finished(pod: Object) -> bool:
    """Whether a pod has run to its end, as a job's does: it has no part in traffic any more."""
    return str(pod.status.get("phase")) in {"Succeeded", "Failed"}


def is_ready(pod: Object) -> bool:
    """The Ready condition, else what the statuses of its containers come to; a pod that was written by hand, without
    status, counts as ready; one that is being deleted does not.

    Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions.
    """
    if pod.metadata.get("deletionTimestamp"):
        return False
    conditions = [as_map(c) for c in as_list(pod.status.get("conditions"))]
    ready = next((c.get("status") for c in conditions if c.get("type") == "Ready"), None)
    if ready is not None:
        return str(ready).lower() == "true"
    return str(pod.status.get("phase") or "Running") == "Running" and not any(map(_is_down, _statuses(pod)))


def _statuses(pod: Object) -> list[Raw]:
    held = (*as_list(pod.status.get("initContainerStatuses")), *as_list(pod.status.get("containerStatuses")))
    return [as_map(status) for status in held]


def _is_down(status: Raw) -> bool:
    """Whether a container is not ready, and has not done its work either, as init containers do."""
    ended = as_map(as_map(status.get("state")).get("terminated"))
    return status.get("ready") is False and ended.get("exitCode") != 0


def waiting_for(pod: Object) -> str:
    """Why its first container that is not ready waits (`CrashLoopBackOff`, `ImagePullBackOff`), "" if none does."""
    states = (as_map(as_map(s).get("state")) for s in as_list(pod.status.get("containerStatuses")))
    reasons = (str(as_map(s.get("waiting")).get("reason") or "") for s in states)
    return next((r for r in reasons if r), "")


def node_locality(labels: Mapping[str, str]) -> str:
    """`region/zone/subzone` of a node, as far as its labels say."""
    parts = [labels.get(REGION, ""), labels.get(ZONE, ""), labels.get(SUBZONE, "")]
    return "/".join(parts).rstrip("/") if parts[0] else ""


def own_locality(labels: Mapping[str, str], node: str) -> str:
    """The label `topology.istio.io/locality`, or `istio-locality` before it (dots for slashes), outranks the node's.

    Source: `GetLocalityLabel` in istio/istio pkg/model/proxy.go; https://istio.io/latest/docs/reference/config/labels/.
    """
    own = labels.get("topology.istio.io/locality") or labels.get("istio-locality", "")
    return (own if "/" in own else own.replace(".", "/")) or node


def port_named(spec: Raw, name: str, *, injected: bool) -> int | None:
    """The number of the port of that name in a pod spec; init containers that are restarted count, and, where the proxy
    is still to be `injected`, its port.

    Source: `FindPort` in kubernetes/kubernetes pkg/api/v1/pod/util.go.
    """
    starting = map(as_map, as_list(spec.get("initContainers")))
    lasting = (c for c in starting if c.get("restartPolicy") == "Always")
    held = ports_of([*map(as_map, as_list(spec.get("containers"))), *lasting])
    return {**(METRICS if injected else {}), **dict(reversed(held))}.get(name)


def ports_of(containers: Iterable[Raw]) -> list[tuple[str, int]]:
    """(name, number) of every port that containers declare."""
    ports = (as_map(p) for c in containers for p in as_list(c.get("ports")))
    return [(str(p.get("name") or ""), int(p["containerPort"])) for p in ports if is_number(p.get("containerPort"))]


def is_number(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number; YAML's `true` is one for Python and none for Kubernetes."""
    return isinstance(value, int) and not isinstance(value, bool)
