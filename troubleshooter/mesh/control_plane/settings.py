"""Mesh-wide settings: the ConfigMap `istio`, or Istio's defaults where it was not seen.

Decides: the mesh's root namespace, trust domain, outbound policy, auto mTLS, default visibility, locality setting. Must
not know any other object.
Source: https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from troubleshooter.mesh.basis.hosts import DEFAULT_DOMAIN
from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.basis.visibility import OWN, by_default
from troubleshooter.mesh.basis.yaml_text import DAMAGED, parsed
from troubleshooter.mesh.control_plane.domain import told_domain
from troubleshooter.model import NotChecked, Object, Raw, Resource, as_list, as_map

ISTIO_NAMESPACE = "istio-system"
DEFAULT_EXPORTS = {"VirtualService": "defaultVirtualServiceExportTo"}
"""The setting that holds the default exportTo of a kind; of all others it is that of Services."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`source` is the ConfigMap, None where defaults are assumed; `readable` is False where it could not be parsed.
    `domain` is the DNS suffix of Kubernetes Services, and `domain_told` whether an object says it."""

    source: Object | None = None
    values: Raw = field(default_factory=dict)
    readable: bool = True
    domain: str = DEFAULT_DOMAIN
    domain_told: bool = False

    @property
    def root_namespace(self) -> str:
        return str(self.values.get("rootNamespace") or ISTIO_NAMESPACE)

    @property
    def trust_domain(self) -> str:
        return str(self.values.get("trustDomain") or DEFAULT_DOMAIN)

    @property
    def trust_domains(self) -> tuple[str, ...]:
        """The trust domain and its aliases."""
        return (self.trust_domain, *(str(a) for a in as_list(self.values.get("trustDomainAliases"))))

    @property
    def auto_mtls(self) -> bool:
        """On unless switched off (since 1.5)."""
        return self.values.get("enableAutoMtls") is not False

    @property
    def registry_only(self) -> bool:
        return as_map(self.values.get("outboundTrafficPolicy")).get("mode") == "REGISTRY_ONLY"

    @property
    def path_normalization(self) -> str:
        """What proxies make of paths before they look at routes and policies."""
        told = str(as_map(self.values.get("pathNormalization")).get("normalization") or "DEFAULT")
        return "BASE" if told == "DEFAULT" else told

    @property
    def locality_setting(self) -> Raw:
        return as_map(self.values.get("localityLbSetting"))

    def trusted_proxies(self, own: Raw) -> int:
        """How many proxies in front of a gateway are believed what they say of the client, by its pods' own proxy
        config, else by the mesh's default.

        Source: https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/.
        """
        for held in (own, as_map(self.values.get("defaultConfig"))):
            number = as_map(held.get("gatewayTopology")).get("numTrustedProxies")
            if is_number(number):
                return number
        return 0

    def default_export(self, kind: str) -> list[str]:
        """The exportTo of objects that set none; everywhere unless said otherwise. For a DestinationRule only `.` makes
        a difference."""
        if kind == "DestinationRule":
            return [OWN] if OWN in self._words("defaultDestinationRuleExportTo") else []
        return by_default(self._words(DEFAULT_EXPORTS.get(kind, "defaultServiceExportTo")))

    def _words(self, key: str) -> list[str]:
        return [str(e) for e in as_list(self.values.get(key))]

    def provider(self, name: str) -> Raw | None:
        """An extension provider (an external authorizer, say) by name."""
        providers = (as_map(p) for p in as_list(self.values.get("extensionProviders")))
        return next((p for p in providers if p.get("name") == name), None)

    def at(self, key: str) -> Resource | None:
        """The place of a top-level key of the mesh config: its line, also inside the ConfigMap's text."""
        if self.source is None:
            return None
        if self.source.kind == "IstioOperator":
            return self.source.at(f"spec.meshConfig.{key}")
        text = str(as_map(self.source.raw.get("data")).get("mesh") or "")
        offset = next((n for n, line in enumerate(text.split("\n"), 1) if line.startswith(f"{key}:")), 0)
        place = self.source.at("data.mesh")
        return place._replace(position=place.line + offset) if place.line is not None else place


def read_settings(index: Index) -> Settings:
    """The mesh config in force: that of ConfigMap `istio`, else of the only revision's (`istio-<rev>`), else what an
    IstioOperator asks for; and the DNS suffix."""
    told = told_domain(index)
    found = _mesh_config(index)
    return replace(found, domain=told or DEFAULT_DOMAIN, domain_told=bool(told))


def _mesh_config(index: Index) -> Settings:
    source = _config_map(index)
    if source is None:
        operator = next(iter(index.all("install.istio.io", "IstioOperator")), None)
        return Settings(source=operator, values=as_map(operator.spec.get("meshConfig")) if operator else {})
    values = values_of(source)
    return Settings(source=source, values=values or {}, readable=values is not None)


def values_of(source: Object) -> Raw | None:
    """The values of a mesh's ConfigMap; None where they cannot be read."""
    try:
        values = parsed(str(as_map(source.raw.get("data")).get("mesh") or ""))
    except DAMAGED:
        return None
    return as_map(values) if isinstance(values, dict) or values is None else None


def _config_map(index: Index) -> Object | None:
    maps = _config_maps(index)
    return min(maps, key=lambda m: (m.name != "istio", m.namespace != ISTIO_NAMESPACE, m.name), default=None)


def _config_maps(index: Index) -> list[Object]:
    """Those with a mesh config: of the default revision (`istio`), and of others (`istio-<rev>`)."""
    return [
        m
        for m in index.all(CORE, "ConfigMap")
        if (m.name == "istio" or m.name.startswith("istio-")) and "mesh" in as_map(m.raw.get("data"))
    ]


def _of_other_revisions(settings: Settings, index: Index) -> list[NotChecked]:
    """The mesh configs of other revisions that say something else than the one in force."""
    chosen = settings.source
    if chosen is None or chosen.kind != "ConfigMap":
        return []
    beside = (m for m in _config_maps(index) if (m.namespace, m.cluster) == (chosen.namespace, chosen.cluster))
    return [
        NotChecked(
            what=f"mesh config of another revision ({m})",
            why=f"not modelled yet: what {chosen} says is taken for all proxies",
        )
        for m in beside
        if m is not chosen and values_of(m) != settings.values
    ]


def assumptions(settings: Settings, index: Index) -> tuple[NotChecked, ...]:
    """What is taken for granted about the mesh as a whole, said once."""
    notes = []
    if settings.source is None:
        notes.append(
            NotChecked(
                what="mesh config (ConfigMap istio)",
                why="absent from the input: Istio's defaults are assumed",
                unlock=f"kubectl get configmap istio -n {settings.root_namespace} -o yaml",
            )
        )
    if not settings.readable and settings.source is not None:
        notes.append(
            NotChecked(
                what=f"mesh config in {settings.source}",
                why="damaged: data.mesh is no YAML map, Istio's defaults are assumed",
                unlock="put the text of data.mesh right",
            )
        )
    notes += _of_other_revisions(settings, index)
    if not index.saw(settings.root_namespace):
        notes.append(
            NotChecked(
                what=f"mesh-wide policies (namespace {settings.root_namespace})",
                why="absent from the input: none are assumed",
                unlock=f"add the objects of namespace {settings.root_namespace} to the input",
            )
        )
    return tuple(notes)
