"""Sidecar objects: which one is in force for a proxy, what it leaves of the mesh, and what it does with the rest.

Decides: imports by namespace and host, and the policy for destinations that the proxy does not have. Listeners with a
port of their own, and inbound ones, are not modelled. Must not know requests.
Sources: https://istio.io/latest/docs/reference/config/networking/sidecar/; `getSidecarScope` in istio/istio
pilot/pkg/model/push_context.go; `initSidecarScopeInternalIndexes`, `selectServices` in sidecar.go there;
`SelectVirtualServices` in virtualservice.go there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troubleshooter.mesh import hosts
from troubleshooter.mesh.index import NETWORKING, Index, oldest_first, selects
from troubleshooter.mesh.registry import Registry
from troubleshooter.mesh.services import EXPORT_ANNOTATION, Service
from troubleshooter.mesh.settings import Settings
from troubleshooter.model import Object, Raw, Resource, as_list, as_map, as_words

KIND = "Sidecar"
REGISTRY_ONLY = "REGISTRY_ONLY"
OWN_LISTENER = ("port", "bind", "captureMode")
"""Fields of an egress listener that make it more than a list of imports."""


class Sidecars:
    """Every Sidecar, by namespace."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._settings = settings
        self._of: dict[str, list[Object]] = defaultdict(list)
        for thing in oldest_first(index.all(NETWORKING, KIND)):
            self._of[thing.namespace].append(thing)

    def around(self, namespace: str) -> list[Object]:
        """Those that may be for a proxy of a namespace: its own, then the root namespace's."""
        spaces = dict.fromkeys((namespace, self._settings.root_namespace))
        return [thing for space in spaces for thing in self._of.get(space, ())]

    def in_force(self, namespace: str, labels: Mapping[str, str]) -> Object | None:
        """The one for a proxy: of its namespace one that selects it, else one for all; else that of the root
        namespace."""
        own, root = self._of.get(namespace, ()), self._of.get(self._settings.root_namespace, ())
        chosen = (s for s in own if _selector(s) and selects(_selector(s), labels))
        return next((s for s in (*chosen, *_for_all(own), *_for_all(root))), None)

    def doubtful(self, thing: Object) -> bool:
        """Whether it has outbound listeners of its own, which are not modelled."""
        return any(as_map(e).get(field) for e in as_list(thing.spec.get("egress")) for field in OWN_LISTENER)

    def scope(self, namespace: str, labels: Mapping[str, str]) -> Scope:
        """What is left of the mesh to a proxy."""
        return Scope(namespace=namespace, sidecar=self.in_force(namespace, labels), settings=self._settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is left of a mesh to one proxy: what is exported to its namespace, less what its Sidecar does not import."""

    namespace: str
    sidecar: Object | None
    settings: Settings

    def has(self, service: Service) -> bool:
        """Whether the proxy has a service."""
        patterns = self._patterns(service.namespace)
        return service.visible_to(self.namespace) and any(hosts.covers(p, service.host) for p in patterns)

    def takes(self, thing: Object) -> bool:
        """Whether the proxy gets the routes of a VirtualService, by its own namespace and hosts."""
        named = (str(h) for h in as_list(thing.spec.get("hosts")))
        full = [hosts.fqdn(h, thing.namespace, self.settings.domain) for h in named]
        return any(hosts.meet(p, host) for p in self._patterns(thing.namespace) for host in full)

    def destination(self, registry: Registry, host: str) -> Service | None:
        """The service of a host for which the proxy has clusters: one that it imports, else one to which some imported
        VirtualService may send."""
        held = registry.find(host, self.namespace, self.has)
        return held if held is not None and held.host == host else registry.inferred(host, self.namespace) or held

    @property
    def closed(self) -> bool:
        """Whether the proxy refuses what it does not have. In a Sidecar a policy without a mode is REGISTRY_ONLY."""
        own = self._own_policy
        if own is None:
            return self.settings.registry_only
        return str(own.get("mode") or REGISTRY_ONLY) == REGISTRY_ONLY

    @property
    def closed_by(self) -> Resource | None:
        """The place that says whether it does."""
        if self.sidecar is not None and self._own_policy is not None:
            return self.sidecar.at("spec.outboundTrafficPolicy.mode")
        return self.settings.at("outboundTrafficPolicy")

    @property
    def egress_proxy(self) -> tuple[Raw, Resource] | None:
        """The destination that takes, instead of the world outside, what the proxy does not have, with its place."""
        own = as_map((self._own_policy or {}).get("egressProxy"))
        if self.closed or self.sidecar is None or not own.get("host"):
            return None
        return own, self.sidecar.at("spec.outboundTrafficPolicy.egressProxy")

    @property
    def _own_policy(self) -> Raw | None:
        raw = self.sidecar.spec.get("outboundTrafficPolicy") if self.sidecar is not None else None
        return as_map(raw) if raw is not None else None

    def _patterns(self, namespace: str) -> list[str]:
        """The host patterns under which what lives in a namespace is imported. Without any egress listener everything
        is. A host without a namespace imports nothing.

        A service has to fall under a pattern; a VirtualService need only meet it (`hostClassification` in sidecar.go).
        """
        listeners = as_list(self.sidecar.spec.get("egress")) if self.sidecar is not None else []
        if not listeners:
            return ["*"]
        written = [str(h).lower() for e in listeners for h in as_list(as_map(e).get("hosts"))]
        spaces = {"*", namespace, "." if namespace == self.namespace else namespace}
        parts = [h.partition("/") for h in written if h.count("/") == 1]
        return [pattern for space, _, pattern in parts if space in spaces]


def export_field(service: Service) -> str:
    """Where the exportTo of a service stands, or would."""
    return "spec.exportTo" if service.entry else f'metadata.annotations["{EXPORT_ANNOTATION}"]'


def _selector(thing: Object) -> dict[str, str]:
    return as_words(as_map(thing.spec.get("workloadSelector")).get("labels"))


def _for_all(things: Iterable[Object]) -> list[Object]:
    return [s for s in things if not _selector(s)]
