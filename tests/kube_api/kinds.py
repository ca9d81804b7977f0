"""Which resources the API server for tests serves: one table, and what a cluster may lack of it.

Decides names, versions and scopes. Must not know any object.

Facts: the generated API reference (https://kubernetes.io/docs/reference/kubernetes-api/), Istio's
`manifests/charts/base/files/crd-all.gen.yaml`, the Gateway API's `config/crd`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")

SUBRESOURCES = {
    "pods": (("exec", "PodExecOptions"), ("log", "Pod"), ("portforward", "PodPortForwardOptions"), ("proxy", "Pod")),
}
"""Of which resource what lies below it, with the kind that answers."""

# By group: plural, kind, scope (n: in namespaces, c: of the cluster), versions in the order of preference, short names.
_BUILT_IN = """
[core]
bindings                        Binding                         n  v1
configmaps                      ConfigMap                       n  v1                      cm
endpoints                       Endpoints                       n  v1                      ep
events                          Event                           n  v1                      ev
namespaces                      Namespace                       c  v1                      ns
nodes                           Node                            c  v1                      no
pods                            Pod                             n  v1                      po
replicationcontrollers          ReplicationController           n  v1                      rc
secrets                         Secret                          n  v1
serviceaccounts                 ServiceAccount                  n  v1                      sa
services                        Service                         n  v1                      svc
[apps]
daemonsets                      DaemonSet                       n  v1                      ds
deployments                     Deployment                      n  v1                      deploy
replicasets                     ReplicaSet                      n  v1                      rs
statefulsets                    StatefulSet                     n  v1                      sts
[batch]
cronjobs                        CronJob                         n  v1                      cj
jobs                            Job                             n  v1
[autoscaling]
horizontalpodautoscalers        HorizontalPodAutoscaler         n  v2,v1                   hpa
[policy]
poddisruptionbudgets            PodDisruptionBudget             n  v1                      pdb
[discovery.k8s.io]
endpointslices                  EndpointSlice                   n  v1
[events.k8s.io]
events                          Event                           n  v1                      ev
[networking.k8s.io]
ingressclasses                  IngressClass                    c  v1
ingresses                       Ingress                         n  v1                      ing
networkpolicies                 NetworkPolicy                   n  v1                      netpol
[admissionregistration.k8s.io]
mutatingwebhookconfigurations   MutatingWebhookConfiguration    c  v1
validatingwebhookconfigurations ValidatingWebhookConfiguration  c  v1
[apiextensions.k8s.io]
customresourcedefinitions       CustomResourceDefinition        c  v1                      crd,crds
[rbac.authorization.k8s.io]
clusterrolebindings             ClusterRoleBinding              c  v1
clusterroles                    ClusterRole                     c  v1
rolebindings                    RoleBinding                     n  v1
roles                           Role                            n  v1
[authorization.k8s.io]
selfsubjectaccessreviews        SelfSubjectAccessReview         c  v1
selfsubjectrulesreviews         SelfSubjectRulesReview          c  v1
[authentication.k8s.io]
selfsubjectreviews              SelfSubjectReview               c  v1
[certificates.k8s.io]
clustertrustbundles             ClusterTrustBundle              c  v1beta1
"""

# Items of lists of these carry their kind, as those above do not.
_CUSTOM = """
[networking.istio.io]
destinationrules                DestinationRule                 n  v1,v1beta1,v1alpha3     dr
envoyfilters                    EnvoyFilter                     n  v1alpha3
gateways                        Gateway                         n  v1,v1beta1,v1alpha3     gw
proxyconfigs                    ProxyConfig                     n  v1beta1
serviceentries                  ServiceEntry                    n  v1,v1beta1,v1alpha3     se
sidecars                        Sidecar                         n  v1,v1beta1,v1alpha3
virtualservices                 VirtualService                  n  v1,v1beta1,v1alpha3     vs
workloadentries                 WorkloadEntry                   n  v1,v1beta1,v1alpha3     we
workloadgroups                  WorkloadGroup                   n  v1,v1beta1,v1alpha3     wg
[security.istio.io]
authorizationpolicies           AuthorizationPolicy             n  v1,v1beta1              ap
peerauthentications             PeerAuthentication              n  v1,v1beta1              pa
requestauthentications          RequestAuthentication           n  v1,v1beta1              ra
[telemetry.istio.io]
telemetries                     Telemetry                       n  v1,v1alpha1             telemetry
[extensions.istio.io]
wasmplugins                     WasmPlugin                      n  v1alpha1
[gateway.networking.k8s.io]
backendtlspolicies              BackendTLSPolicy                n  v1,v1alpha3             btlspolicy
gatewayclasses                  GatewayClass                    c  v1,v1beta1              gc
gateways                        Gateway                         n  v1,v1beta1              gtw
grpcroutes                      GRPCRoute                       n  v1
httproutes                      HTTPRoute                       n  v1,v1beta1
listenersets                    ListenerSet                     n  v1                      lset
referencegrants                 ReferenceGrant                  n  v1,v1beta1              refgrant
tcproutes                       TCPRoute                        n  v1,v1alpha2
tlsroutes                       TLSRoute                        n  v1,v1alpha3,v1alpha2
udproutes                       UDPRoute                        n  v1,v1alpha2
[inference.networking.k8s.io]
inferencepools                  InferencePool                   n  v1                      infpool
[multicluster.x-k8s.io]
serviceexports                  ServiceExport                   n  v1alpha1
serviceimports                  ServiceImport                   n  v1alpha1
[install.istio.io]
istiooperators                  IstioOperator                   n  v1alpha1                iop,io
[cert-manager.io]
certificates                    Certificate                     n  v1                      cert,certs
clusterissuers                  ClusterIssuer                   c  v1
[argoproj.io]
rollouts                        Rollout                         n  v1alpha1                ro
[wgpolicyk8s.io]
clusterpolicyreports            ClusterPolicyReport             c  v1alpha2                cpolr
policyreports                   PolicyReport                    n  v1alpha2                polr
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource: `name` is its plural. `custom` ones come from a CustomResourceDefinition."""

    group: str
    versions: tuple[str, ...]
    name: str
    kind: str
    namespaced: bool
    short: tuple[str, ...] = ()
    custom: bool = False

    @property
    def full(self) -> str:
        """`pods`, or `virtualservices.networking.istio.io`."""
        return f"{self.name}.{self.group}" if self.group else self.name


def _rows(table: str, *, custom: bool) -> Iterator[Resource]:
    group = ""
    for line in table.strip().splitlines():
        if line.startswith("["):
            group = line.strip("[]")
            continue
        name, kind, scope, versions, *short = line.split()
        yield Resource(
            group="" if group == "core" else group,
            versions=tuple(versions.split(",")),
            name=name,
            kind=kind,
            namespaced=scope == "n",
            short=tuple(",".join(short).split(",")) if short else (),
            custom=custom,
        )


ALL = (*_rows(_BUILT_IN, custom=False), *_rows(_CUSTOM, custom=True))
"""The whole table: a cluster with everything installed."""


def split_api_version(text: str) -> tuple[str, str]:
    """Group and version of an `apiVersion`."""
    group, _, version = text.rpartition("/")
    return group, version


class Catalogue:
    """What one cluster serves.

    `served` gives versions by group, in the order of preference, where they are others than the table's (none: the
    group is not installed); `missing` names single resources as `telemetries.telemetry.istio.io`. Kinds of `objects`
    that the table does not know are served too, as if by a CRD, with a plural that is guessed.
    """

    def __init__(
        self, objects: Iterable[dict[str, Any]], served: Mapping[str, Collection[str]], missing: Collection[str]
    ) -> None:
        known = {(r.group, r.kind): r for r in ALL}
        for each in objects:
            group, version = split_api_version(each["apiVersion"])
            if (group, each["kind"]) not in known:
                known[group, each["kind"]] = _guessed(group, version, each)
        limited = (_limited(r, served) for r in known.values() if r.full not in missing)
        self.all = tuple(sorted((r for r in limited if r.versions), key=lambda r: (r.custom, r.group, r.name)))
        self._by_name = {(r.group, r.name): r for r in self.all}
        self._by_kind = {(r.group, r.kind): r for r in self.all}

    def named(self, group: str, name: str) -> Resource | None:
        """The resource of a plural."""
        return self._by_name.get((group, name))

    def of_kind(self, group: str, kind: str) -> Resource | None:
        """The resource whose objects have a kind."""
        return self._by_kind.get((group, kind))

    def groups(self) -> dict[str, tuple[str, ...]]:
        """The versions of each group, in the order of preference."""
        found: dict[str, dict[str, None]] = {}
        for each in self.all:
            found.setdefault(each.group, {}).update(dict.fromkeys(each.versions))
        return {group: tuple(sorted(versions, key=_preference)) for group, versions in found.items()}

    def within(self, group: str, version: str) -> tuple[Resource, ...]:
        """The resources of one version of a group."""
        return tuple(r for r in self.all if r.group == group and version in r.versions)


def _preference(version: str) -> tuple[int, int, int]:
    """GA before beta before alpha, each the newest first, as Kubernetes orders versions of a CRD."""
    major, stage, minor = version.removeprefix("v"), 0, "0"
    for rank, name in ((1, "beta"), (2, "alpha")):
        if name in major:
            major, _, minor = major.partition(name)
            stage = rank
    return stage, -int(major or 0), -int(minor or 0)


def _limited(resource: Resource, served: Mapping[str, Collection[str]]) -> Resource:
    if resource.group not in served:
        return resource
    versions = tuple(v for v in served[resource.group] if v in resource.versions)
    return replace(resource, versions=versions)


def _guessed(group: str, version: str, each: dict[str, Any]) -> Resource:
    """A resource for an object of a kind that nobody told about."""
    low = each["kind"].lower()
    name = f"{low[:-1]}ies" if low.endswith("y") else f"{low}es" if low.endswith(("s", "x", "ch")) else f"{low}s"
    namespaced = bool(each.get("metadata", {}).get("namespace"))
    return Resource(group=group, versions=(version,), name=name, kind=each["kind"], namespaced=namespaced, custom=True)
