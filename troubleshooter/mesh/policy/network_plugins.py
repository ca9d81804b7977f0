"""Whether the network of a Kubernetes cluster is known to enforce NetworkPolicies, and nothing else rules beside them.

Decides from the DaemonSets of plugins that enforce them, as their own manifests name these. Where none was seen nobody
can tell: some plugins accept such policies and do nothing. Must not know what a policy says.
Source: https://kubernetes.io/docs/tasks/administer-cluster/network-policy-provider/ and the manifests of the plugins.
"""

from __future__ import annotations

from troubleshooter.mesh.basis.index import APPS, Index
from troubleshooter.mesh.policy.network_policies import GROUP, KIND
from troubleshooter.model import Object

ENFORCING = frozenset({
    "anetd", "antrea-agent", "azure-npm", "calico-node", "canal", "cilium", "kube-router", "ovnkube-node", "weave-net",
})  # fmt: skip
BESIDE = (
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
)
"""Kinds by which the network lets connections through or not beside them: what they say is not read."""
OF_NETWORKS = ((GROUP, KIND), *BESIDE)


def enforcer(index: Index, cluster: str) -> Object | None:
    """The plugin of a Kubernetes cluster that enforces NetworkPolicies, None where none was seen."""
    held = index.all(APPS, "DaemonSet")
    return next((thing for thing in held if thing.name in ENFORCING and thing.cluster == cluster), None)


def rules_beside(index: Index) -> bool:
    """Whether something else may let a connection through that NetworkPolicies do not, or the other way round."""
    return any(index.all(group, kind) for group, kind in BESIDE)
