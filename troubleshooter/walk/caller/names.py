"""Whether a client's own DNS knows the Service that a name stands for, in a mesh of several Kubernetes clusters, and
whether its pod has a word of its own about a name.

Decides from the Services of the client's cluster, from the setting by which proxies answer DNS queries, and from what
the pod says of names. Must not know how a name of the cluster is written.
Sources: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy;
https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/; https://istio.io/latest/docs/ops/deployment/deployment-models/#dns-with-multiple-clusters;
https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/.
"""

from __future__ import annotations

from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.control_plane.proxy_config import own_config
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import as_list, as_map
from troubleshooter.walk.basis.decisions import Party
from troubleshooter.walk.basis.interception import in_ambient
from troubleshooter.walk.caller.pod_addresses import is_loopback

CAPTURE = "ISTIO_META_DNS_CAPTURE"


def unknown_here(mesh: Mesh, party: Party, service: Service) -> bool:
    """Whether no DNS that the client asks has the name of a service: it is a Kubernetes Service of other clusters
    alone, and the client's proxy does not answer in its place. `mesh` is that of the client's cluster."""
    near = party.cluster
    if not near or party.pod is None or service.entry or service.object.cluster == near:
        return False
    seen = mesh.index.beside(party.pod.owner, CORE, "Namespace", "", service.namespace) is not None
    return seen and not answered_by_proxy(mesh, party.pod)


def answered_by_proxy(mesh: Mesh, pod: Pod) -> bool:
    """Whether DNS queries of a pod go to its proxy, which knows every service of the mesh."""
    if in_ambient(mesh, pod):
        return True
    own = own_config(pod.annotations)
    for config in (own, as_map(mesh.settings.values.get("defaultConfig"))):
        value = as_map(config.get("proxyMetadata")).get(CAPTURE)
        if value is not None:
            return pod.proxy and str(value).lower() == "true"
    return False


def by_the_pod(pod: Pod | None, host: str) -> str:
    """What lets a name resolve in a pod that is none of the cluster, in words: itself, its hosts file, DNS servers or
    search domains of its own. "" if nothing does that the pod says."""
    if is_loopback(host):
        return f"{host} is the pod itself"
    spec = pod.spec if pod else {}
    if any(host in as_list(as_map(alias).get("hostnames")) for alias in as_list(spec.get("hostAliases"))):
        return f"{host} is in the hosts file of the pod (hostAliases)"
    policy = str(spec.get("dnsPolicy") or "ClusterFirst")
    if policy in ("None", "Default") or (policy == "ClusterFirst" and spec.get("hostNetwork") is True):
        return f"the pod asks other DNS servers than the cluster's for {host}"
    searched = as_list(as_map(spec.get("dnsConfig")).get("searches"))
    return f"the pod looks for {host} in domains of its own as well (dnsConfig.searches)" if searched else ""
