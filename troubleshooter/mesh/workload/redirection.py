"""What a pod's redirection is told: by its annotations, else by its proxy config, else by what holds for all pods.

Decides from one pod. Must not know connections (`inbound_ports` and the walk do).
Sources: https://istio.io/latest/docs/reference/config/annotations/ (traffic.sidecar.istio.io, interceptionMode);
injection-template.yaml and grpc-agent.yaml in manifests/charts/istio-control/istio-discovery/files of istio/istio;
https://istio.io/latest/docs/ops/deployment/application-requirements/ (user 1337); the rules by owner in
tools/istio-iptables/pkg/capture/run.go there.
"""

from __future__ import annotations

from troubleshooter.mesh.control_plane.proxy_config import FIELD, own_config
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Resource, as_list, as_map

MODE = "sidecar.istio.io/interceptionMode"
TEMPLATES = "inject.istio.io/templates"
PROXYLESS = "grpc-"
OWNER = 1337
"""The user and the group as which proxies run; what they send is not taken to the proxy."""


def told(pod: Pod, name: str, otherwise: str = "") -> str:
    """What holds for a pod where an annotation about captured traffic would say it."""
    return pod.annotations.get(name, pod.defaults.traffic.get(name, otherwise))


def place_of(pod: Pod, name: str) -> Resource:
    """Where that stands: in the pod, in the template that it stands for, or in the injector's values."""
    source = pod.defaults.source
    if name not in pod.annotations and name in pod.defaults.traffic and source is not None:
        return source.at("data.values")
    return pod.at(f'metadata.annotations["{name}"]')


def untaken(pod: Pod) -> Resource | None:
    """What says that no connection is taken to the proxy (interception mode NONE); None where they are."""
    if MODE in pod.annotations:
        return pod.at(f'metadata.annotations["{MODE}"]') if pod.annotations[MODE] == "NONE" else None
    own = own_config(pod.annotations).get("interceptionMode")
    if own is not None:
        return pod.at(FIELD) if own == "NONE" else None
    return pod.defaults.untaken


def run_as_proxy(pod: Pod) -> Resource | None:
    """The field by which all containers of an application run as the proxy's user or group, None if they do not."""
    wide = as_map(pod.spec.get("securityContext"))
    found = []
    for number, raw in enumerate(as_list(pod.spec.get("containers"))):
        own = as_map(as_map(raw).get("securityContext"))
        if as_map(raw) not in pod.containers:
            continue
        key = next((k for k in ("runAsUser", "runAsGroup") if own.get(k, wide.get(k)) == OWNER), None)
        if key is None:
            return None
        found.append(
            f"spec.containers[{number}].securityContext.{key}" if key in own else f"spec.securityContext.{key}"
        )
    return pod.at(found[0]) if found else None


def proxyless(pod: Pod) -> bool:
    """Whether its gRPC speaks to istiod itself, and the container istio-proxy is an agent without a proxy."""
    names = (part.strip() for part in pod.annotations.get(TEMPLATES, "").split(","))
    return pod.proxy and any(name.startswith(PROXYLESS) for name in names)
