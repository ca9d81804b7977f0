"""What the injector is told: whom it leaves out, what it adds where a pod has no annotation; and whether it answers.

Decides from its ConfigMap, and from what stands behind its webhook's Service. Must not know namespaces or revisions'
labels (`injection` does).
Sources: `Config` and `injectRequired` in istio/istio pkg/kube/inject/inject.go; injection-template.yaml in
manifests/charts/istio-control/istio-discovery/files there;
https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from troubleshooter.mesh.basis.index import APPS, CORE, Index, selects, selects_expressions
from troubleshooter.mesh.basis.pods import is_ready
from troubleshooter.mesh.basis.yaml_text import read_map
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.model import Object, Raw, Resource, as_list, as_map, as_words

CONFIG_MAP = "istio-sidecar-injector"
TRAFFIC = "traffic.sidecar.istio.io/"
STATUS_PORT = "status.sidecar.istio.io/port"
BY_DEFAULT: Mapping[str, str] = {
    f"{TRAFFIC}includeOutboundIPRanges": "includeIPRanges",
    f"{TRAFFIC}excludeOutboundIPRanges": "excludeIPRanges",
    f"{TRAFFIC}includeOutboundPorts": "includeOutboundPorts",
    f"{TRAFFIC}excludeOutboundPorts": "excludeOutboundPorts",
    f"{TRAFFIC}includeInboundPorts": "includeInboundPorts",
    f"{TRAFFIC}excludeInboundPorts": "excludeInboundPorts",
    STATUS_PORT: "statusPort",
}
"""The value of `global.proxy` that stands for each annotation that a pod does not have."""


@dataclass(frozen=True, kw_only=True)
class Injector:
    """`source` is its ConfigMap, None where Istio's defaults are assumed."""

    source: Object | None = None
    config: Raw = field(default_factory=dict)
    values: Raw = field(default_factory=dict)

    def leaves_out(self, labels: Mapping[str, str]) -> bool:
        """Whether a pod gets no proxy that does not ask for one itself: by a selector, else by the policy."""
        if _matches(self.config.get("neverInjectSelector"), labels):
            return True
        return self.config.get("policy") == "disabled" and not _matches(self.config.get("alwaysInjectSelector"), labels)

    @property
    def takes_all(self) -> bool:
        """Whether namespaces without any label are asked for (enableNamespacesByDefault)."""
        return as_map(self.values.get("sidecarInjectorWebhook")).get("enableNamespacesByDefault") is True

    @property
    def traffic(self) -> dict[str, str]:
        """What stands for the annotations about captured traffic that a pod does not have."""
        held = as_map(as_map(self.values.get("global")).get("proxy"))
        return {name: str(held[key]) for name, key in BY_DEFAULT.items() if held.get(key) not in (None, "")}


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What holds for pods that say nothing of it themselves: in place of annotations about captured traffic (with the
    ConfigMap that says so), and the field by which no connection is taken to proxies, None where they are."""

    traffic: Mapping[str, str] = field(default_factory=dict)
    source: Object | None = None
    untaken: Resource | None = None


def defaults(index: Index, settings: Settings, revision: str = "") -> Defaults:
    """What holds for pods that are injected by a revision."""
    found = injector(index, revision)
    mode = as_map(settings.values.get("defaultConfig")).get("interceptionMode")
    untaken = settings.at("defaultConfig") if mode == "NONE" else None
    return Defaults(traffic=found.traffic, source=found.source, untaken=untaken)


def injector(index: Index, revision: str = "") -> Injector:
    """The injector of a revision ("" for the default one); where there is only one it is that."""
    held = index.kept("injectors", _injectors)
    wanted = CONFIG_MAP if revision in ("", "default") else f"{CONFIG_MAP}-{revision}"
    return held.get(wanted) or (next(iter(held.values())) if len(held) == 1 else Injector())


def _injectors(index: Index) -> dict[str, Injector]:
    return {thing.name: _read(thing) for thing in index.all(CORE, "ConfigMap") if thing.name.startswith(CONFIG_MAP)}


def _read(thing: Object) -> Injector:
    data = as_map(thing.raw.get("data"))
    config, values = (read_map(str(data.get(key) or "")) for key in ("config", "values"))
    return Injector(source=thing, config=config, values=values)


def _matches(selectors: object, labels: Mapping[str, str]) -> bool:
    """Whether one of some selectors matches; an empty one matches nothing here."""
    return any(as_map(s) and selects_expressions(s, labels) for s in as_list(selectors))


def silent(index: Index, hook: Raw) -> Resource | None:
    """What says that nobody answers a webhook's calls: behind its Service a workload without pods, or no pod that is
    ready. None where somebody may."""
    told = as_map(as_map(hook.get("clientConfig")).get("service"))
    space = str(told.get("namespace") or "")
    service = index.get(CORE, "Service", space, str(told.get("name") or ""))
    selector = as_words(service.spec.get("selector")) if service is not None else {}
    if service is None or not selector:
        return None
    pods = [p for p in index.inside(CORE, "Pod", space) if selects(selector, p.labels)]
    if pods:
        return None if any(map(is_ready, pods)) else service.at()
    behind = list(_behind(index.inside(APPS, "Deployment", space), selector))
    idle = all(d.spec.get("replicas") == 0 for d in behind)
    return behind[0].at("spec.replicas") if behind and idle else None


def _behind(deployments: Iterable[Object], selector: Mapping[str, str]) -> Iterable[Object]:
    for thing in deployments:
        metadata = as_map(as_map(thing.spec.get("template")).get("metadata"))
        if selects(selector, as_words(metadata.get("labels"))):
            yield thing
