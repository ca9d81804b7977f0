"""Where tools that collect for support put what.

Decides: what a file is by its path, where that tells more than its ending does: objects whose kind stands in no file,
texts of a pod, and files of no use. Must not know what stands in any file: content is looked at by whoever reads it. A
folder's layout is known by its paths, wherever it lies: there is no need to know which tool made an archive.

Sources: istio/istio tools/bug-report/pkg/bugreport/bugreport.go; kubectl pkg/cmd/clusterinfo/clusterinfo_dump.go;
openshift/oc pkg/cli/admin/inspect; maistra/istio-must-gather gather_istio.sh (2.x: pilotConfiguration and
envoyConfiguration until 2.3, config_dump_*.json since); replicatedhq/troubleshoot pkg/collect/cluster_resources.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Use(Enum):
    """What a file holds: objects, a text for evidence, logs of several containers with marks between them, a list of
    what could not be collected, an access log, what a bundle of our own says about itself, whatever its content shows,
    or nothing of use."""

    OBJECTS = "objects"
    TEXT = "text"
    LOGS = "logs"
    LOST = "lost"
    ACCESS_LOG = "access log"
    MANIFEST = "manifest"
    ANY = "any"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a path says: `pod` is NAMESPACE/NAME, `kind` the apiVersion and kind of objects that do not say theirs."""

    use: Use
    pod: str = ""
    kind: tuple[str, str] = ("", "")


MESH_CONTAINERS = frozenset({"istio-proxy", "discovery", "istiod", "ztunnel"})
"""Whose logs are of use here; those of applications are their owners' business."""

# Names as Kubernetes allows them: they go on as those of a pod, and are printed.
_OF_POD = r"(?P<ns>[a-z0-9-]+)/(?P<pod>[a-z0-9.-]+)"
_GATHERED = r"namespaces/(?P<ns>[a-z0-9-]+)/pods/(?P<pod>[a-z0-9.-]+)"

_ROWS: tuple[tuple[str, Use], ...] = (
    # our own
    (r"troubleshoot-bundle/manifest\.json", Use.MANIFEST),
    (r"troubleshoot-bundle/objects/[^/]+\.json", Use.OBJECTS),
    (rf"troubleshoot-bundle/evidence/[0-9]+/(?:{_OF_POD}/)?[^/]+", Use.TEXT),
    (r"troubleshoot-bundle/logs/[^/]+", Use.ACCESS_LOG),
    # istioctl bug-report
    (r"cluster/(?:k8s-resources|k8s-cluster-resources|crs|nodes|pods)", Use.OBJECTS),
    (r"cluster/secrets", Use.ANY),  # a table, or YAML with --full-secrets
    (r"cluster/(?:events|cluster-context|kubectl-version)", Use.TEXT),
    (r"analyze/[^/]+(?:/[^/]+)?", Use.TEXT),
    (r"bug-report/versions", Use.TEXT),
    (r"bug-report\.log", Use.NOTHING),
    (rf"istio/{_OF_POD}/(?:discovery\.log|metrics|debug/[^/]+)", Use.TEXT),
    (rf"proxies/{_OF_POD}/(?:memory|runtime|cores/[^/]+)", Use.NOTHING),
    (
        rf"proxies/{_OF_POD}/(?:certs|clusters|config_dump[^/]*|listeners|server_info|stats/prometheus|netstat|[^/]+\.log)",
        Use.TEXT,
    ),
    (r"(?:cni|operator)/.+\.log", Use.NOTHING),
    # kubectl cluster-info dump
    (rf"{_OF_POD}/logs\.txt", Use.LOGS),
    # oc adm inspect, must-gather, gather_istio of OSSM 2 and 3; folders for Kiali's offline mode have the same layout
    (rf"{_GATHERED}/(?P<container>[^/]+)/[^/]+/logs/(?:current|previous)\.log", Use.TEXT),
    (rf"{_GATHERED}/.+/logs/.+", Use.NOTHING),
    (rf"{_GATHERED}/(?:config_dump_proxy\.json|envoyConfiguration|proxy_stats)", Use.TEXT),
    # What istiod would send, which must not be taken for what the proxy has.
    (rf"{_GATHERED}/(?:config_dump_istiod\.json|pilotConfiguration)", Use.NOTHING),
    (r"namespaces/[^/]+/[^/]+/debug-syncz\.json", Use.TEXT),
    (r"namespaces/[^/]+/controlplane/synchronization", Use.TEXT),
    (r"cluster-scoped-resources/apiextensions\.k8s\.io/.+", Use.NOTHING),
    (r"offline-manifest\.json", Use.NOTHING),
    # troubleshoot.sh support bundles
    (r"cluster-resources/(?:.+/)?[^/]*-errors\.json", Use.LOST),
    (rf"cluster-resources/pods/logs/{_OF_POD}/(?P<container>[^/]+?)(?:-previous)?\.log", Use.TEXT),
    (r"cluster-resources/(?:custom-resource-definitions|groups|resources)\.json", Use.NOTHING),
    (r"cluster-resources/auth-cani-list/.+", Use.NOTHING),
    (r"cluster-resources/custom-resources/.+\.(?:yaml|json)", Use.OBJECTS),
    (r"cluster-resources/(?P<plural>[a-z-]+)(?:/[^/]+)?\.json", Use.OBJECTS),
)

KINDS: dict[str, tuple[str, str]] = {
    "pods": ("v1", "Pod"),
    "services": ("v1", "Service"),
    "endpoints": ("v1", "Endpoints"),
    "serviceaccounts": ("v1", "ServiceAccount"),
    "configmaps": ("v1", "ConfigMap"),
    "events": ("v1", "Event"),
    "namespaces": ("v1", "Namespace"),
    "nodes": ("v1", "Node"),
    "deployments": ("apps/v1", "Deployment"),
    "replicasets": ("apps/v1", "ReplicaSet"),
    "statefulsets": ("apps/v1", "StatefulSet"),
    "daemonsets": ("apps/v1", "DaemonSet"),
    "jobs": ("batch/v1", "Job"),
    "cronjobs": ("batch/v1", "CronJob"),
    "ingress": ("networking.k8s.io/v1", "Ingress"),
    "network-policy": ("networking.k8s.io/v1", "NetworkPolicy"),
    "endpointslices": ("discovery.k8s.io/v1", "EndpointSlice"),
}
"""Of the folders of a support bundle: older ones hold bare lists of objects that do not say what they are."""

_PLACES = tuple((re.compile(rf"(?:^|[/!]){pattern}\Z"), use) for pattern, use in _ROWS)


def place_of(path: str) -> Place | None:
    """What the path of a file in an archive or folder says of it; None if nothing."""
    for pattern, use in _PLACES:
        found = pattern.search(path)
        if found:
            return _place(found.groupdict(), use)
    return None


def _place(said: dict[str, str | None], use: Use) -> Place:
    container, plural = said.get("container"), said.get("plural")
    if container and container not in MESH_CONTAINERS:
        return Place(use=Use.NOTHING)
    if plural is not None and plural not in KINDS:
        return Place(use=Use.ANY)
    pod = f"{said['ns']}/{said['pod']}" if said.get("pod") else ""
    return Place(use=use, pod=pod, kind=KINDS.get(plural or "", ("", "")))
