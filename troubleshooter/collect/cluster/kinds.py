"""The kinds of objects that are read of a cluster.

Decides: which kinds a diagnosis can use, how many of each come in a page, and which of them alone are wanted. Secrets
are not among them. Must not know what any kind means to Istio.

Source: Kubernetes API reference (https://kubernetes.io/docs/reference/kubernetes-api/); the CRDs of Istio and of the
Gateway API, whose groups are read whole: every version of a kind has the same spec.
"""

from __future__ import annotations

from dataclasses import dataclass

LARGE, SMALL = 500, 1000
"""Objects in a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadKind:
    """A kind as the API serves it. `only` is the field selector of the objects that are wanted, "" for all; a list with
    one is not complete. `heavy` kinds grow with the pods of a mesh, and are read first, or of some namespaces only."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    only: str = ""
    heavy: bool = False

    @property
    def page(self) -> int:
        return LARGE if self.heavy else SMALL

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """As RBAC and kubectl call it: `virtualservices.networking.istio.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of its list, in a namespace or in all, or of one object."""
        root = f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"
        inside = f"/namespaces/{namespace}" if namespace else ""
        return f"{root}{inside}/{self.plural}" + (f"/{name}" if name else "")


ISTIO_GROUPS = ("networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io")
GATEWAY_API = "gateway.networking.k8s.io"
WHOLE_GROUPS = frozenset({*ISTIO_GROUPS, GATEWAY_API})
"""All kinds that a cluster serves of these are read."""


def _core(plural: str, kind: str, *, namespaced: bool = True, only: str = "", heavy: bool = False) -> ReadKind:
    return ReadKind(group="", version="v1", plural=plural, kind=kind, namespaced=namespaced, only=only, heavy=heavy)


def _grouped(group: str, plural: str, kind: str, *, version: str = "v1", namespaced: bool = True) -> ReadKind:
    return ReadKind(group=group, version=version, plural=plural, kind=kind, namespaced=namespaced)


PODS = _core("pods", "Pod", heavy=True)
NAMESPACES = _core("namespaces", "Namespace", namespaced=False)
MUTATING = _grouped(
    "admissionregistration.k8s.io",
    "mutatingwebhookconfigurations",
    "MutatingWebhookConfiguration",
    namespaced=False,
)

KUBERNETES = (
    PODS,
    ReadKind(group="discovery.k8s.io", version="v1", plural="endpointslices", kind="EndpointSlice", heavy=True),
    NAMESPACES,
    MUTATING,
    _core("nodes", "Node", namespaced=False),
    _core("services", "Service"),
    _core("serviceaccounts", "ServiceAccount"),
    _core("events", "Event", only="reason=FailedCreate"),
    _grouped("apps", "deployments", "Deployment"),
    _grouped("apps", "statefulsets", "StatefulSet"),
    _grouped("apps", "daemonsets", "DaemonSet"),
    _grouped("batch", "jobs", "Job"),
    _grouped("batch", "cronjobs", "CronJob"),
    _grouped("networking.k8s.io", "networkpolicies", "NetworkPolicy"),
    _grouped("networking.k8s.io", "ingresses", "Ingress"),
    _grouped("networking.k8s.io", "ingressclasses", "IngressClass", namespaced=False),
    _grouped(
        "admissionregistration.k8s.io",
        "validatingwebhookconfigurations",
        "ValidatingWebhookConfiguration",
        namespaced=False,
    ),
)

_NETWORKING = ISTIO_GROUPS[0]
ISTIO = (
    _grouped(_NETWORKING, "virtualservices", "VirtualService"),
    _grouped(_NETWORKING, "destinationrules", "DestinationRule"),
    _grouped(_NETWORKING, "gateways", "Gateway"),
    _grouped(_NETWORKING, "serviceentries", "ServiceEntry"),
    _grouped(_NETWORKING, "sidecars", "Sidecar"),
    _grouped(_NETWORKING, "workloadentries", "WorkloadEntry"),
    _grouped(_NETWORKING, "workloadgroups", "WorkloadGroup"),
    _grouped(_NETWORKING, "envoyfilters", "EnvoyFilter", version="v1alpha3"),
    _grouped(_NETWORKING, "proxyconfigs", "ProxyConfig", version="v1beta1"),
    _grouped("security.istio.io", "peerauthentications", "PeerAuthentication"),
    _grouped("security.istio.io", "requestauthentications", "RequestAuthentication"),
    _grouped("security.istio.io", "authorizationpolicies", "AuthorizationPolicy"),
    _grouped("telemetry.istio.io", "telemetries", "Telemetry"),
    _grouped("extensions.istio.io", "wasmplugins", "WasmPlugin", version="v1alpha1"),
    _grouped(GATEWAY_API, "gatewayclasses", "GatewayClass", namespaced=False),
    _grouped(GATEWAY_API, "gateways", "Gateway"),
    _grouped(GATEWAY_API, "httproutes", "HTTPRoute"),
    _grouped(GATEWAY_API, "grpcroutes", "GRPCRoute"),
    _grouped(GATEWAY_API, "tlsroutes", "TLSRoute", version="v1alpha2"),
    _grouped(GATEWAY_API, "tcproutes", "TCPRoute", version="v1alpha2"),
    _grouped(GATEWAY_API, "referencegrants", "ReferenceGrant", version="v1beta1"),
)
"""What the groups hold that are read whole, for clusters that do not say what they serve."""

CONFIG_MAPS = "istio", "istio-sidecar-injector", "istio-ca-root-cert"
"""The ConfigMaps of a mesh. A revision's own carry its name behind the first two."""


def config_map(name: str) -> ReadKind:
    """ConfigMaps of one name, wherever they are: nothing else in ConfigMaps is anybody's business here."""
    return _core("configmaps", "ConfigMap", only=f"metadata.name={name}")


def of_revision(revision: str) -> tuple[ReadKind, ...]:
    """The ConfigMaps of a revision of Istio."""
    return tuple(config_map(f"{name}-{revision}") for name in CONFIG_MAPS[:2])
