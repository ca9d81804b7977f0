"""Health probes that the policies of a pod's own proxy turn away: the kubelet has no identity and no token.

Decides how a probe that was left as it was written looks to the proxy, and whether DENY and ALLOW policies let it in.
What an authorizer outside says is not judged. Must not know which probes are rewritten.
Sources: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/;
https://istio.io/latest/docs/reference/config/security/authorization-policy/; kubernetes/kubernetes
pkg/probe/http/request.go (the headers of a probe).
"""

from __future__ import annotations

from typing import NamedTuple

from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.not_modelled.patches import Context
from troubleshooter.mesh.not_modelled.unmodelled import Unmodelled, at_stage
from troubleshooter.mesh.policy.normalization import normalized
from troubleshooter.mesh.policy.policies import AuthorizationPolicies, Decision, Judgement
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.mesh.sidecar.inbound_listeners import InboundListeners
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Raw, Stage, as_list, as_map

GRPC_CHECK = "/grpc.health.v1.Health/Check"
KUBELET = "kube-probe/"
"""What the kubelet calls itself; its version stands behind."""
WITHOUT_HOST = frozenset({"hosts"})
"""What a rule may ask of a probe and nobody knows before the pod has its address: that is the host it asks for."""


class Asked(NamedTuple):
    """What a probe asks of the application: the port, how, and (by HTTP) the settings of `httpGet`."""

    port: int
    grpc: bool
    http_get: Raw


class ProbeDenials:
    """What the policies of every pod's proxy say of probes."""

    def __init__(
        self, policies: AuthorizationPolicies, listeners: InboundListeners, settings: Settings, unmodelled: Unmodelled
    ) -> None:
        self._policies, self._listeners, self._settings, self._unmodelled = policies, listeners, settings, unmodelled

    def of(self, pod: Pod, workload: Workload | None, asked: Asked) -> Judgement | None:
        """The judgement that turns a probe away; None where it is let in, or where that is not known."""
        http = self._read_as_http(pod, workload, asked)
        if http is None or self._doubtful(pod):
            return None
        found = self._policies.without_authorizers(pod, self._subject(pod, asked, http=http))
        of_its_cluster = all(p.cluster == pod.owner.cluster for p in found.decided_by)
        return found if of_its_cluster and found.decision in {Decision.DENIED, Decision.IMPLICIT_DENY} else None

    def _doubtful(self, pod: Pod) -> bool:
        """Whether something that is not modelled has a say in what the proxy lets in."""
        touches = self._unmodelled.of_proxy(pod.namespace, pod.labels)
        changed = (at_stage(touches, stage, Context.SIDECAR_INBOUND) for stage in (Stage.LISTENER, Stage.AUTHORIZATION))
        return self._policies.held.naming(pod) is not None or any(changed)

    def _read_as_http(self, pod: Pod, workload: Workload | None, asked: Asked) -> bool | None:
        """How the proxy reads the probe; None where it cannot read it at all, which is no policy's doing."""
        led = self._listeners.led_to(workload, pod, asked.port)
        declared = led.port.protocol.family if led else "auto"
        if str(asked.http_get.get("scheme") or "").upper() == "HTTPS":
            return None if declared == "http" else False
        return declared in {"http", "auto"}

    def _subject(self, pod: Pod, asked: Asked, *, http: bool) -> Subject:
        path = GRPC_CHECK if asked.grpc else f"/{str(asked.http_get.get('path') or '/').lstrip('/')}"
        headers = {"user-agent": KUBELET, "accept": "*/*", **_own_headers(asked)}
        host = headers.get("host") or (f"{pod.address}:{asked.port}" if pod.address else "")
        return Subject(
            host=host,
            method="POST" if asked.grpc else "GET",
            path=normalized(path, self._settings.path_normalization),
            headers=headers,
            port=asked.port,
            http=http,
            unknown=frozenset() if host else WITHOUT_HOST,
            trust_domains=self._settings.trust_domains,
            addresses=(pod.address,) if pod.address else (),
            sni=None,
        )


def _own_headers(asked: Asked) -> dict[str, str]:
    """The headers that the probe names itself; they replace those of the kubelet."""
    held = map(as_map, as_list(asked.http_get.get("httpHeaders")))
    return {str(h.get("name") or "").lower(): str(h.get("value") or "") for h in held}
