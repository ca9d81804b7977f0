"""Which objects live in a namespace, and which are not worth reading.

Decides: whether an object that names no namespace still lives in one, as kubectl would put it into the current one.
Kinds of groups that are not listed here are left as they are: nobody can tell without the cluster.

Source: Kubernetes API reference (https://kubernetes.io/docs/reference/kubernetes-api/); `scope` in Istio's
customresourcedefinitions.gen.yaml and in the Gateway API's CRDs.
"""

from __future__ import annotations

DEFAULT_NAMESPACE = "default"

_CLUSTER_SCOPED: dict[str, frozenset[str]] = {
    "": frozenset({"Namespace", "Node", "PersistentVolume", "ComponentStatus"}),
    "apps": frozenset(),
    "batch": frozenset(),
    "discovery.k8s.io": frozenset(),
    "networking.k8s.io": frozenset({"IngressClass", "IPAddress", "ServiceCIDR"}),
    "networking.istio.io": frozenset(),
    "security.istio.io": frozenset(),
    "telemetry.istio.io": frozenset(),
    "extensions.istio.io": frozenset(),
    "gateway.networking.k8s.io": frozenset({"GatewayClass"}),
    "gateway.networking.x-k8s.io": frozenset({"XMesh"}),
}
"""By group: the kinds that live in no namespace. All others of these groups live in one."""


UNREAD = ("CustomResourceDefinition", "ControllerRevision", "Lease")
"""Kinds that nobody here asks for, and that fill megabytes of a dump of everything."""


def needs_namespace(group: str, kind: str) -> bool:
    """Whether objects of this kind are known to live in a namespace."""
    return group in _CLUSTER_SCOPED and kind not in _CLUSTER_SCOPED[group]
