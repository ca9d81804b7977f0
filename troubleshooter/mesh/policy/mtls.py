"""Mutual TLS: what a workload's port accepts, and what a proxy sends to it.

Decides: PeerAuthentication precedence on the server's side, DestinationRule and auto mTLS on the client's. Must not
know requests.
Sources: https://istio.io/latest/docs/reference/config/security/peer_authentication/;
https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.basis.index import Index, selects
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.policy.policy_lookup import PolicyLookup, selector_of
from troubleshooter.mesh.routing.destinations import DestinationRule
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Object, Raw, Resource, as_list, as_map

KIND = "PeerAuthentication"


class Mode(StrEnum):
    """What a server's port accepts."""

    STRICT = "strict"
    PERMISSIVE = "permissive"
    DISABLE = "disable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepts:
    """The mode in force on a port, the workload's mode without its port-level exceptions, and what decided each; no
    place where Istio's default (permissive) stands."""

    mode: Mode
    workload_mode: Mode
    place: Resource | None
    workload_place: Resource | None
    by_port: bool = False
    policies: tuple[Object, ...] = ()


class Sends(StrEnum):
    """What a client's side speaks on the connection."""

    PLAINTEXT = "plaintext"
    MTLS = "mtls"
    TLS = "tls"
    CUSTOM_MTLS = "custom-mtls"
    """MUTUAL with certificates of one's own."""


class Reason(StrEnum):
    """Why a proxy sends plaintext or TLS."""

    RULE = "rule"
    AUTO = "auto-mtls"
    AUTO_NO_PROXY = "auto-mtls-no-proxy"
    NO_AUTO = "auto-mtls-off"
    NO_PROXY = "no-proxy"
    EXCLUDED_PORT = "excluded-port"
    EXCLUDED_RANGE = "excluded-range"
    NOT_TAKEN = "not-taken"
    """Nothing is taken to the sender's proxy (interception mode NONE)."""
    RUN_AS_PROXY = "run-as-proxy"
    """The application runs as the proxy's user or group, whose connections are not taken."""
    TOLD = "told"
    """The request itself says that the sender's proxy originates no TLS."""
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is sent, why, and the field that decided (None where a default or the lack of a proxy did). `names` are what
    a rule wants the far end's certificate to hold one of."""

    sends: Sends
    reason: Reason
    place: Resource | None = None
    sni: str = ""
    names: tuple[str, ...] = ()


class PeerAuthentications:
    """Every PeerAuthentication, by namespace."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self.held = PolicyLookup(index, settings, KIND)

    def accepts(self, pod: Pod, port: int) -> Accepts:
        """What a pod's container port accepts: port level, then workload, namespace, mesh; UNSET takes from the wider.

        Source: `ComposePeerAuthentication` in istio/istio pilot/pkg/security/authn/policy_applier.go.
        """
        mode, place = self.wide(pod.namespace)
        own = self._own(pod)
        policies = (*self._wide(pod.namespace), *([own] if own else []))
        if own is None:
            return Accepts(mode=mode, workload_mode=mode, place=place, workload_place=place, policies=policies)
        found = mode_of(own)
        if found is not None:
            mode, place = found, own.at("spec.mtls.mode")
        level = mode_of_port(own, port)
        spot = place if level is None else own.at(f"spec.portLevelMtls.{port}.mode")
        return Accepts(
            mode=level or mode,
            workload_mode=mode,
            place=spot,
            workload_place=place,
            by_port=level is not None,
            policies=policies,
        )

    def wide(self, namespace: str) -> tuple[Mode, Resource | None]:
        """What the mesh's and the namespace's policies ask of every workload there, and the field that says so.

        Proxies take it for the hint whether to use auto mTLS at all: where it is off for a namespace, no workload there
        is sent mutual TLS, whatever its own policy says.
        Source: `BestEffortInferServiceMTLSMode` in istio/istio pilot/pkg/model/push_context.go.
        """
        mode, place = Mode.PERMISSIVE, None
        for policy in self._wide(namespace):
            found = mode_of(policy)
            if found is not None:
                mode, place = found, policy.at("spec.mtls.mode")
        return mode, place

    def _wide(self, namespace: str) -> list[Object]:
        """The mesh-wide policy, then the namespace-wide one: of each the oldest without a selector."""
        found = []
        for space in dict.fromkeys((self.held.root_namespace, namespace)):
            wide = next((p for p in self.held.inside(space) if not selector_of(p)), None)
            if wide:
                found.append(wide)
        return found

    def _own(self, pod: Pod) -> Object | None:
        """The oldest policy of its namespace that selects the pod. In the root namespace a policy with a selector has
        no effect."""
        if pod.namespace == self.held.root_namespace:
            return None
        own = (p for p in self.held.inside(pod.namespace) if selector_of(p))
        return next((p for p in own if selects(selector_of(p), pod.labels)), None)


def mode_of(policy: Object) -> Mode | None:
    """What a policy says for all ports, None where it leaves that to a wider one."""
    return _mode(as_map(policy.spec.get("mtls")).get("mode"))


def mode_of_port(policy: Object, port: int) -> Mode | None:
    """What a policy says for one port of the workload, None where it makes no exception for it."""
    levels = as_map(policy.spec.get("portLevelMtls"))
    return _mode(as_map(next((v for k, v in levels.items() if str(k) == str(port)), None)).get("mode"))


def _mode(word: object) -> Mode | None:
    text = str(word or "UNSET").lower()
    return Mode(text) if text in set(Mode) else None


TLS_MODES = {
    "DISABLE": Sends.PLAINTEXT,
    "SIMPLE": Sends.TLS,
    "MUTUAL": Sends.CUSTOM_MTLS,
    "ISTIO_MUTUAL": Sends.MTLS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a proxy sends to: the host, port and subset of its cluster, whether the service is outside the mesh, and
    whether the proxy is a gateway."""

    host: str
    port: int
    subset: str = ""
    external: bool = False
    from_gateway: bool = False


def offer(settings: Settings, rule: DestinationRule | None, endpoint: Endpoint, target: Target) -> Offer:
    """What a proxy sends to an endpoint of a service port: the DestinationRule's word, else auto mTLS by whether the
    endpoint takes part in it. An endpoint outside the mesh gets plaintext, and so does any of a service outside it.

    Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/#auto-mtls;
    `buildUpstreamTLSSettings` in istio/istio pilot/pkg/networking/core/cluster_tls.go.
    """
    sni = mesh_sni(target.host, target.port, target.subset)
    found = rule.section("tls", target.port, target.subset) if rule else None
    if rule is not None and found is not None:
        raw, place = found
        sends = TLS_MODES.get(str(raw.get("mode") or "DISABLE").upper(), Sends.PLAINTEXT)
        if _left_out(rule, raw, sends, target):
            spot = place._replace(field=f"{place.field}.credentialName")
            return Offer(sends=Sends.PLAINTEXT, reason=Reason.RULE, place=spot)
        names = tuple(str(n) for n in as_list(raw.get("subjectAltNames")))
        own = sni if sends is Sends.MTLS else ""
        return Offer(sends=sends, reason=Reason.RULE, place=place, sni=str(raw.get("sni") or own), names=names)
    if target.external or (endpoint.pod is None and not endpoint.enrolled):
        return Offer(sends=Sends.PLAINTEXT, reason=Reason.EXTERNAL)
    if not settings.auto_mtls:
        return Offer(sends=Sends.PLAINTEXT, reason=Reason.NO_AUTO, place=settings.at("enableAutoMtls"))
    if not endpoint.mutual:
        return Offer(sends=Sends.PLAINTEXT, reason=Reason.AUTO_NO_PROXY)
    return Offer(sends=Sends.MTLS, reason=Reason.AUTO, sni=sni)


def _left_out(rule: DestinationRule, raw: Raw, sends: Sends, target: Target) -> bool:
    """Whether a sidecar makes no TLS at all: its certificates are in a Secret, and the rule is for every proxy, not for
    chosen workloads.

    Source: `buildUpstreamClusterTLSContext` in istio/istio pilot/pkg/networking/core/cluster_tls.go;
    https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings-credential_name.
    """
    named = str(raw.get("credentialName") or "")
    private = bool(named) and not named.startswith("configmap://")
    chosen = rule.object.spec.get("workloadSelector") is not None
    return private and not target.from_gateway and not chosen and sends in {Sends.TLS, Sends.CUSTOM_MTLS}


def mesh_sni(host: str, port: int, subset: str) -> str:
    """The SNI of mesh-internal mutual TLS. Source: `BuildDNSSrvSubsetKey` in istio/istio pilot/pkg/model/service.go."""
    return f"outbound_.{port}_.{subset}_.{host}"
