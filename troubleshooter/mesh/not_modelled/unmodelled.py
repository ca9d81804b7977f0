"""Kinds that change what proxies do and that the walk does not model yet: they make what they touch *unknown*.

Decides: whom such an object touches, and at which stages. Must not guess what it does there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troubleshooter.mesh.basis.attachment import attached, target_refs
from troubleshooter.mesh.basis.index import NETWORKING, Index, selects
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.not_modelled.patches import Context, changes_capture, patched
from troubleshooter.mesh.sidecar.sidecars import Sidecars
from troubleshooter.model import Object, Resource, Stage, as_list, as_map, as_words

S = Stage
GATEWAY_API = "gateway.networking.k8s.io"
EXTENSIONS = "extensions.istio.io"

OF_PROXIES: Mapping[tuple[str, str], frozenset[Stage]] = {
    (NETWORKING, "EnvoyFilter"): frozenset({S.LISTENER, S.ROUTE, S.CLUSTER}),
    (NETWORKING, "ProxyConfig"): frozenset({S.CAPTURE}),
    (EXTENSIONS, "WasmPlugin"): frozenset({S.AUTHENTICATION, S.AUTHORIZATION}),
}
"""Kinds that select proxies by labels, with the stages that they may change there."""

OF_SIDECARS = frozenset({S.LISTENER, S.ROUTE, S.CLUSTER})
"""The stages that a Sidecar may change that is not modelled."""

OF_ROUTES = tuple((GATEWAY_API, kind) for kind in ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"))
"""Kinds that route by host or parent: they may change the route stage of what they name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """An object that is not modelled and changes `stages` of some proxy."""

    object: Object
    stages: frozenset[Stage]

    @property
    def resource(self) -> Resource:
        return self.object.at("spec")

    def changes(self, stage: Stage, context: Context) -> bool:
        """Whether it may change a stage where the proxy has this role."""
        if self.object.kind == "EnvoyFilter":
            return stage in patched(self.object, context)
        if self.object.kind == "ProxyConfig":
            return stage in self.stages and changes_capture(self.object)
        return stage in self.stages


class Unmodelled:
    """Every object of these kinds."""

    def __init__(self, index: Index, settings: Settings, sidecars: Sidecars) -> None:
        self._root, self._sidecars = settings.root_namespace, sidecars
        self._of_proxies: dict[str, list[Touch]] = defaultdict(list)
        for kind, stages in OF_PROXIES.items():
            for thing in index.all(*kind):
                self._of_proxies[thing.namespace].append(Touch(object=thing, stages=stages))
        self._routes: dict[tuple[str, str, str], list[Object]] = defaultdict(list)
        for thing in (o for kind in OF_ROUTES for o in index.all(*kind)):
            for parent in map(as_map, as_list(thing.spec.get("parentRefs"))):
                space = str(parent.get("namespace") or thing.namespace)
                self._routes[str(parent.get("kind") or "Gateway"), space, str(parent.get("name"))].append(thing)

    def of_proxy(self, namespace: str, labels: Mapping[str, str], *, gateway: bool = False) -> list[Touch]:
        """What touches a proxy: objects of its namespace or the root namespace that select it, and a Sidecar with
        listeners of its own; gateways take no Sidecar."""
        spaces = dict.fromkeys((namespace, self._root)) if self._of_proxies else ()
        held = [t for s in spaces for t in self._of_proxies.get(s, ()) if _selects(t.object, labels)]
        sidecar = None if gateway else self._sidecars.in_force(namespace, labels)
        doubt = sidecar is not None and self._sidecars.doubtful(sidecar)
        return [*held, Touch(object=sidecar, stages=OF_SIDECARS)] if doubt and sidecar else held

    def of_service(self, thing: Object) -> list[Touch]:
        """Gateway API routes with this Service or ServiceEntry as parent: they replace its mesh routes."""
        held = self._routes.get((thing.kind, thing.namespace, thing.name), ())
        return [Touch(object=o, stages=frozenset({S.ROUTE})) for o in held]


def _selects(thing: Object, labels: Mapping[str, str]) -> bool:
    if target_refs(thing):
        return attached(thing, thing.namespace, labels)
    spec = thing.spec
    selector = as_map(spec.get("workloadSelector")) or as_map(spec.get("selector"))
    wanted = as_words(selector.get("labels")) or as_words(selector.get("matchLabels"))
    return selects(wanted, labels)


def at_stage(
    touches: Iterable[Touch], stage: Stage, context: Context = Context.SIDECAR_OUTBOUND
) -> Touch | None:  # fmt: skip
    """The first that may change a stage where the proxy has this role."""
    return next((t for t in touches if t.changes(stage, context)), None)
