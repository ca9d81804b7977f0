"""Whether a client's own DNS knows the Service that a name stands for, in a mesh of several Kubernetes clusters.

Decides from the Services of the client's cluster, and from the setting by which proxies answer DNS queries. Must not
know how a name is written.
Sources: https://istio.io/latest/docs/ops/deployment/deployment-models/#dns-with-multiple-clusters;
https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/.
"""

from __future__ import annotations

from troubleshooter.mesh.index import CORE
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.services import Service
from troubleshooter.mesh.settings import read_map
from troubleshooter.mesh.workloads import Pod
from troubleshooter.model import as_map
from troubleshooter.walk.decisions import Party
from troubleshooter.walk.interception import in_ambient

PROXY_CONFIG, CAPTURE = "proxy.istio.io/config", "ISTIO_META_DNS_CAPTURE"


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
    own = read_map(pod.annotations.get(PROXY_CONFIG, ""))
    for config in (own, as_map(mesh.settings.values.get("defaultConfig"))):
        value = as_map(config.get("proxyMetadata")).get(CAPTURE)
        if value is not None:
            return pod.proxy and str(value).lower() == "true"
    return False
