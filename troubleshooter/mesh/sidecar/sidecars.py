"""Sidecar objects: which one is in force for a proxy, what it leaves of the mesh, and what it does with the rest.

Decides: imports by namespace and host, for all ports or one, and the policy for destinations that the proxy does not
have. Inbound listeners are read elsewhere (`inbound_listeners`). Must not know requests.
Sources: https://istio.io/latest/docs/reference/config/networking/sidecar/; `getSidecarScope` in istio/istio
pilot/pkg/model/push_context.go; `initSidecarScopeInternalIndexes`, `selectServices` in sidecar.go there;
`SelectVirtualServices` in virtualservice.go there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import NETWORKING, Index, oldest_first, selects
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.service.registry import Registry
from troubleshooter.mesh.service.services import EXPORT_ANNOTATION, Port, Service
from troubleshooter.mesh.sidecar.egress import Egress, listeners_of, proxies
from troubleshooter.model import Object, Raw, Resource, as_list, as_map, as_words

KIND = "Sidecar"
REGISTRY_ONLY = "REGISTRY_ONLY"


class Sidecars:
    """Every Sidecar, by namespace."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._settings = settings
        self._scopes: dict[tuple[str, Object | None], Scope] = {}
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
        if not own and not root:
            return None
        chosen = (s for s in own if _selector(s) and selects(_selector(s), labels))
        return next((s for s in (*chosen, *_for_all(own), *_for_all(root))), None)

    def alike(self, own: Object, labels: Mapping[str, str]) -> tuple[bool, list[Object]]:
        """Whether a Sidecar is for its whole namespace, and the others there that select the same proxy as it does: for
        the whole namespace too, or by labels."""
        wide, there = not _selector(own), [s for s in self._of.get(own.namespace, ()) if s is not own]
        found = _for_all(there) if wide else (s for s in there if _selector(s) and selects(_selector(s), labels))
        return wide, list(found)

    def doubtful(self, thing: Object) -> bool:
        """Whether it makes the proxy one that applications ask as such, which is not modelled."""
        return proxies(thing)

    def scope(self, namespace: str, labels: Mapping[str, str]) -> Scope:
        """What is left of the mesh to a proxy: the same to all of a namespace that have the same Sidecar."""
        sidecar = self.in_force(namespace, labels)
        found = self._scopes.get((namespace, sidecar))
        if found is None:
            found = self._scopes[namespace, sidecar] = Scope(
                namespace=namespace, sidecar=sidecar, settings=self._settings, listeners=listeners_of(sidecar)
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is left of a mesh to one proxy: what is exported to its namespace, less what its Sidecar does not import."""

    namespace: str
    sidecar: Object | None
    settings: Settings
    listeners: tuple[Egress, ...]

    def has(self, service: Service) -> bool:
        """Whether the proxy has a service."""
        return service.visible_to(self.namespace) and any(self._imports(e, service) for e in self.listeners)

    def takes(self, thing: Object) -> bool:
        """Whether the proxy gets the routes of a VirtualService, by its own namespace and hosts."""
        named = (str(h) for h in as_list(thing.spec.get("hosts")))
        full = [hosts.fqdn(h, thing.namespace, self.settings.domain) for h in named]
        patterns = [p for e in self.listeners for p in e.patterns(thing.namespace, self.namespace)]
        return any(hosts.meet(p, host) for p in patterns for host in full)

    def on(self, number: int) -> Scope:
        """What is left for the HTTP of one port: what the listener of the port imports, or those for all other ports.

        Source: `GetEgressListenerForRDS` in istio/istio pilot/pkg/model/sidecar.go.
        """
        own = self._own(number)
        return replace(self, listeners=(own,) if own is not None else self._rest)

    def at(self, number: int) -> Scope:
        """What is left for the listeners of one port: what is imported for it, and for all other ports too."""
        own = self._own(number)
        held = (*([own] if own is not None else ()), *self._rest)
        return replace(self, listeners=tuple(e for e in held if not e.apart))

    def beside(self) -> Scope:
        """What is left for the listeners of ports that have none of their own."""
        return replace(self, listeners=tuple(e for e in self._rest if not e.apart))

    def has_own(self, number: int) -> bool:
        """Whether a port has a listener of its own."""
        return self._own(number) is not None

    def kept_for(self, service: Service, number: int) -> bool:
        """Whether the listener of this very port imports a service."""
        own = self._own(number)
        return own is not None and not own.apart and service.visible_to(self.namespace) and self._imports(own, service)

    def read_as(self, service: Service, port: Port) -> Port:
        """A port of a service as it is listened at: in the protocol of the listener that is for it."""
        own = self._own(port.number)
        kept = own is not None and self.kept_for(service, port.number)
        return replace(port, protocol=own.protocol, declared_by="") if kept and own else port

    def own_listener(self, address: str, number: int) -> Egress | None:
        """The listener at an address that a Sidecar gives it."""
        return next((e for e in self.listeners if e.listens_at(address, number)), None)

    def makes_clusters(self, number: int) -> bool:
        """Whether there are clusters for this port of services: a listener with a port has them for that port alone."""
        return any(e.port in (0, number) for e in self.listeners)

    def _own(self, number: int) -> Egress | None:
        return next((e for e in self.listeners if e.port == number), None)

    @property
    def _rest(self) -> tuple[Egress, ...]:
        return tuple(e for e in self.listeners if not e.port)

    def _imports(self, listener: Egress, service: Service) -> bool:
        return listener.imports(service.namespace, self.namespace, service.host)

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


def export_field(service: Service) -> str:
    """Where the exportTo of a service stands, or would."""
    return "spec.exportTo" if service.entry else f'metadata.annotations["{EXPORT_ANNOTATION}"]'


def _selector(thing: Object) -> dict[str, str]:
    return as_words(as_map(thing.spec.get("workloadSelector")).get("labels"))


def _for_all(things: Iterable[Object]) -> list[Object]:
    return [s for s in things if not _selector(s)]
