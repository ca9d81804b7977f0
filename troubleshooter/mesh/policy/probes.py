"""Health probes that a pod's own proxy refuses: the kubelet has no certificate of the mesh, and no identity.

Injection rewrites HTTP and gRPC probes so that the agent beside the proxy answers them. Decides which are left as they
were written and meet a port that takes mutual TLS only, or a policy that does not let them in. A TCP probe is no such
case: the proxy accepts every connection before it closes it. Must not know requests.
Sources: https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/; istio/istio
pkg/kube/inject/app_probe.go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.injection.decision import Template
from troubleshooter.mesh.policy.mtls import Accepts, Mode, PeerAuthentications
from troubleshooter.mesh.policy.policies import Judgement
from troubleshooter.mesh.policy.probe_denials import Asked, ProbeDenials
from troubleshooter.mesh.service.endpoints import Absence, Endpoints
from troubleshooter.mesh.service.services import Endpoint, Service
from troubleshooter.mesh.workload.inbound_ports import OF_PROXY, lets_in, of_agent
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Object, Raw, Resource, as_list, as_map

ANNOTATION = "sidecar.istio.io/rewriteAppHTTPProbers"
INJECTOR = "istio-sidecar-injector"
KINDS = {"startupProbe": "startup", "readinessProbe": "readiness", "livenessProbe": "liveness"}
WORDS = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}
BEGINNING = frozenset({"startup", "readiness"})
"""Probes without which a pod is never ready."""

KeptBy = Literal["annotation", "injector", "pod"]


class Probe(NamedTuple):
    """A probe by HTTP or gRPC: its kind, container, what it asks, and its field."""

    kind: str
    container: str
    asked: Asked
    place: Resource

    @property
    def port(self) -> int:
        return self.asked.port


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A probe that is refused, what keeps it from being rewritten (with the place, where an object says it), and what
    its port accepts, or (`denied`) the judgement that turns it away where plaintext is accepted."""

    probe: Probe
    kept_by: KeptBy
    setting: Resource | None
    accepts: Accepts
    denied: Judgement | None = None


class Probes:
    """The probes of all pods."""

    def __init__(self, index: Index, policies: PeerAuthentications, denials: ProbeDenials) -> None:
        self._index, self._policies, self._denials = index, policies, denials

    def refused(self, pod: Pod, workload: Workload | None) -> Refused | None:
        """The probe that a pod's proxy refuses, None if there is none; of several one that keeps it from being ready.

        Of a pod that was seen it is told only where the pod is not ready and nothing else keeps it from that.
        """
        kept_by, setting = self._kept_by(pod)
        if kept_by is None or not pod.proxy or not pod.proxy_seen or pod.gateway or pod.host_network:
            return None
        asking = (p for p in _asking(pod) if not lets_in(pod, p.port) and _may_suffer(pod, p.kind))
        found = [r for p in asking if (r := self._judged(pod, workload, p, kept_by, setting)) is not None]
        return min(found, key=lambda r: (r.denied is not None, r.probe.kind not in BEGINNING), default=None)

    def _judged(
        self, pod: Pod, workload: Workload | None, probe: Probe, kept_by: KeptBy, setting: Resource | None
    ) -> Refused | None:
        accepts = self._policies.accepts(pod, probe.port)
        strict = accepts.mode is Mode.STRICT
        denied = None if strict else self._denials.of(pod, workload, probe.asked)
        if not strict and denied is None:
            return None
        return Refused(probe=probe, kept_by=kept_by, setting=setting, accepts=accepts, denied=denied)

    def rewritten(self, template: Template) -> bool:
        """Whether injection would rewrite the probes of a template's pods now."""
        told = WORDS.get(template.annotations.get(ANNOTATION, "").lower())
        return self._switched_off is None if told is None else told

    def never_ready(self, pod: Pod, workload: Workload | None) -> bool:
        """Whether a stand-in never becomes ready, because a probe is refused."""
        found = self.refused(pod, workload) if pod.standin else None
        return found is not None and found.probe.kind in BEGINNING

    def _kept_by(self, pod: Pod) -> tuple[KeptBy | None, Resource | None]:
        """What keeps a pod's probes from being rewritten; a pod that was seen shows that something did."""
        told = WORDS.get(pod.annotations.get(ANNOTATION, "").lower())
        if told is False:
            return "annotation", pod.at(f'metadata.annotations["{ANNOTATION}"]')
        if told is None and self._switched_off is not None:
            return "injector", self._switched_off.at("data.values")
        return (None if pod.standin else "pod"), None

    @cached_property
    def _switched_off(self) -> Object | None:
        """The injector's ConfigMap, if it says that no probes are to be rewritten."""
        held = (m for m in self._index.all(CORE, "ConfigMap") if m.name == INJECTOR)
        return next((m for m in held if _rewrites(m) is False), None)


def heed(service: Service, found: Endpoints, never_ready: Callable[[Endpoint], bool]) -> Endpoints:
    """Endpoints without those that never become ready, because a probe is refused."""
    if service.object.spec.get("publishNotReadyAddresses") is True:
        return found
    never = {id(e) for e in found.all if never_ready(e)}
    if not never:
        return found
    checked = tuple(replace(e, healthy=False) if id(e) in never else e for e in found.all)
    absence = found.absence if any(e.healthy for e in checked) else Absence.NOT_READY
    places = tuple(e.pod.owner.at() for e in checked if e.pod)
    return replace(found, all=checked, absence=absence, looked_at=found.looked_at or places)


def rewritten(container: Raw) -> Raw:
    """A container as injection leaves it: its HTTP and gRPC probes go to the agent."""
    agent = {"httpGet": {"path": f"/app-health/{container.get('name')}", "port": 15020}}
    return {key: agent if _asks(key, value) else value for key, value in container.items()}


def _asks(key: str, value: object) -> bool:
    return key in KINDS and bool({"httpGet", "grpc"} & set(as_map(value)))


def _rewrites(injector: Object) -> bool | None:
    try:
        values = json.loads(str(as_map(injector.raw.get("data")).get("values") or "{}"))
    except (ValueError, RecursionError):
        return None
    told = as_map(as_map(values).get("sidecarInjectorWebhook")).get("rewriteAppHTTPProbe")
    return told if isinstance(told, bool) else None


def _may_suffer(pod: Pod, kind: str) -> bool:
    """Whether what was seen of a pod fits a probe that is refused: it is not ready, and its containers run, or are
    ended again and again by a probe."""
    if pod.standin:
        return True
    if pod.ready:
        return False
    return pod.waiting == "" if kind == "readiness" else pod.waiting in ("", "CrashLoopBackOff")


def _asking(pod: Pod) -> Iterator[Probe]:
    """Each HTTP or gRPC probe that goes to a port of the application."""
    numbers = {str(c.get("name") or ""): n for n, c in enumerate(map(as_map, as_list(pod.spec.get("containers"))))}
    for container in pod.containers:
        name = str(container.get("name") or "")
        for field, kind in KINDS.items():
            probe = as_map(container.get(field))
            port = _port(pod, probe)
            if port is not None and port not in OF_PROXY and str(port) != of_agent(pod):
                asked = Asked(port, "grpc" in probe, as_map(probe.get("httpGet")))
                yield Probe(kind, name, asked, pod.at(f"spec.containers[{numbers[name]}].{field}"))


def _port(pod: Pod, probe: Raw) -> int | None:
    """The port that a probe asks by HTTP or gRPC, None where it asks otherwise or elsewhere."""
    http, grpc = as_map(probe.get("httpGet")), as_map(probe.get("grpc"))
    if http.get("host"):
        return None
    port = http.get("port") if http else grpc.get("port")
    if isinstance(port, str):
        return int(port) if port.isascii() and port.isdecimal() else pod.port_named(port)
    return port if is_number(port) else None
