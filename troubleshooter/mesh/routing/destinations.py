"""DestinationRules: which one decides for a host, and what it says.

Decides: look-up order, merging, subsets, the traffic policy in force for a port. Must not know endpoints or mTLS of
the server.
Sources: https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration;
`destinationRule`, `setDestinationRules` in istio/istio pilot/pkg/model/push_context.go; `SidecarScope.DestinationRule`
in sidecar.go there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import NETWORKING, Index, oldest_first, selects
from troubleshooter.mesh.basis.visibility import visible
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.routing.consolidation import Part, consolidated, exports_of, selector_of
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import Key, Object, Raw, Resource, as_list, as_map, as_words

KIND = "DestinationRule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """A named part of a service's endpoints: those with these labels, with a policy of their own."""

    name: str
    labels: Mapping[str, str]
    policy: Raw
    place: Resource
    labels_place: Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A trafficPolicy with its place, so that a setting in it can be pointed at."""

    raw: Raw
    owner: Object
    path: str

    def section(self, name: str, port: int) -> tuple[Raw, Resource] | None:
        """`tls`, `loadBalancer`, `outlierDetection` or `connectionPool` in force for a port: port-level settings
        replace all of the destination-level ones. None where it is not set.

        Source: https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy-PortTrafficPolicy.
        """
        number = self._level(port)
        holder, path = self.raw, self.path
        if number is not None:
            holder, path = as_map(as_list(self.raw["portLevelSettings"])[number]), f"{path}.portLevelSettings[{number}]"
        return (as_map(holder[name]), self.owner.at(f"{path}.{name}")) if holder.get(name) is not None else None

    def speaks_of(self, port: int) -> bool:
        """Whether it has settings for this very port."""
        return self._level(port) is not None

    def tls_of(self, port: int) -> Raw | None:
        """`tls` of the settings for a port, else of the destination."""
        levels = map(as_map, as_list(self.raw.get("portLevelSettings")))
        held = (level for level in levels if as_map(level.get("port")).get("number") == port)
        said = next((level["tls"] for level in held if level.get("tls") is not None), self.raw.get("tls"))
        return None if said is None else as_map(said)

    def _level(self, port: int) -> int | None:
        """Which of the port-level settings is for a port."""
        levels = enumerate(map(as_map, as_list(self.raw.get("portLevelSettings"))))
        return next((n for n, level in levels if as_map(level.get("port")).get("number") == port), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class DestinationRule:
    """The rule in force for a host, after the rules of one host in one namespace were merged: subsets of all of them,
    the trafficPolicy of the oldest that has one. `object` is the oldest rule, `objects` all that were merged."""

    host: str
    object: Object
    objects: tuple[Object, ...]
    policy: Policy | None
    subsets: Mapping[str, Subset]

    def subset(self, name: str) -> Subset | None:
        return self.subsets.get(name)

    def section(self, name: str, port: int, subset: str = "") -> tuple[Raw, Resource] | None:
        """A section of the policy in force for a subset and port: the subset's own outranks the rule's, and what the
        subset says for a port replaces all that the rule says.

        Source: `MergeSubsetTrafficPolicy` in istio/istio pilot/pkg/networking/util/util.go.
        """
        own = self._own(subset)
        if own is not None:
            found = own.section(name, port)
            if found is not None or own.speaks_of(port):
                return found
        return self.policy.section(name, port) if self.policy else None

    def tls_beyond(self, port: int, subset: str = "") -> Raw | None:
        """What istiod goes by when it sorts out the endpoints that take no mutual TLS, as for other networks: of a
        subset its own `tls` alone, though its proxies inherit that of the rule. Settings for a port without `tls` leave
        that of the destination in force here. None where it is not set.

        Source: `tlsModeForDestinationRule` in istio/istio pilot/pkg/xds/endpoints/mtls_checker.go.
        """
        policy = self._own(subset) if subset else self.policy
        return policy.tls_of(port) if policy else None

    @cached_property
    def mentions_tls(self) -> bool:
        """Whether TLS is set anywhere in it: for all, for a port or for a subset."""
        return any(_mentions_tls(o.spec) for o in self.objects)

    def _own(self, subset: str) -> Policy | None:
        """The policy of a subset itself, None if it has none."""
        chosen = self.subsets.get(subset)
        if chosen is None or not chosen.policy:
            return None
        owner = next(o for o in self.objects if o.key == chosen.place.key)
        return Policy(raw=chosen.policy, owner=owner, path=f"{chosen.place.field}.trafficPolicy")


Deciding: TypeAlias = tuple[Sequence[tuple[Mapping[str, str], DestinationRule]], DestinationRule | None]
"""The rules for chosen proxies with the labels that these have, and the one for all others."""


class DestinationRules:
    """Every DestinationRule, by namespace and full host."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._settings = settings
        self.all = oldest_first(index.all(NETWORKING, KIND))
        self._spaces: dict[str, dict[str, list[Object]]] = defaultdict(lambda: defaultdict(list))
        self._wild: dict[str, list[str]] = defaultdict(list)
        self._by_host: dict[str, list[Object]] = defaultdict(list)
        for rule in self.all:
            host = self.host_of(rule)
            self._spaces[rule.namespace][host].append(rule)
            self._by_host[host].append(rule)
            if host.startswith("*") and host not in self._wild[rule.namespace]:
                self._wild[rule.namespace].append(host)
        self._wild_hosts = [host for host in self._by_host if host.startswith("*")]
        self._merged: dict[tuple[Key, ...], DestinationRule] = {}
        self._deciding: dict[tuple[str, str, str], Deciding] = {}

    def host_of(self, rule: Object) -> str:
        """The full host that a rule is for."""
        return hosts.fqdn(str(rule.spec.get("host") or ""), rule.namespace, self._settings.domain)

    def in_force(self, service: Service, viewer: str, labels: Mapping[str, str]) -> DestinationRule | None:
        """The rule that a proxy in namespace `viewer` with pod labels `labels` applies to a service.

        Looked up in the viewer's namespace, then among what the service's namespace and then the root namespace export;
        the first that has a rule for the host decides, by its most specific host. A viewer in the root namespace first
        sees only what that namespace keeps to itself, so that rules for everybody do not hide those of a service.
        """
        key = (service.host, service.namespace, viewer)
        deciding = self._deciding.get(key)
        if deciding is None:
            found = next((found for found in self._looked_up(service, viewer) if found[1]), ("", []))
            deciding = self._deciding[key] = self._choices(*found, viewer)
        for wanted, rule in deciding[0]:
            if selects(wanted, labels):
                return rule
        return deciding[1]

    def rivals(self, service: Service, viewer: str, chosen: DestinationRule) -> list[DestinationRule]:
        """The rules that also cover the host, visible to the viewer in the namespaces looked up, but do not decide.

        First come those merged into the chosen one whose trafficPolicy is younger than the one that counts.
        """
        taken = {o.key for o in chosen.objects}
        found = [self._merge(chosen.host, [o]) for o in chosen.objects if chosen.policy and _too_late(o, chosen.policy)]
        for namespace in dict.fromkeys((viewer, service.namespace, self._settings.root_namespace)):
            for pattern in self._patterns(namespace, service.host):
                seen = [r for r in self._spaces[namespace][pattern] if self.visible(r, viewer)]
                if seen and not taken & {r.key for r in seen}:
                    found.append(self._merge(pattern, seen))
        return found

    def covering(self, host: str) -> list[Object]:
        """Every rule anywhere that covers a full host, whoever may see it."""
        exact = self._by_host.get(host, [])
        wild = [r for r in self.wildcards(host) if self.host_of(r) != host]
        return oldest_first([*exact, *wild]) if wild else exact

    def wildcards(self, host: str) -> list[Object]:
        """Every rule anywhere with a wildcard host that covers a full host."""
        return [r for p in self._wild_hosts if hosts.covers(p, host) for r in self._by_host[p]]

    def visible(self, rule: Object, viewer: str) -> bool:
        """Whether a rule is exported to a namespace. That does not mean that it is looked for where it stands."""
        export = self._export(rule) or self._settings.default_export(KIND)
        return visible(export, rule.namespace, viewer)

    def export_wider(self, rule: Object, viewer: str) -> list[str]:
        """The exportTo that a rule would need for one namespace to see it too."""
        export = self._export(rule) or self._settings.default_export(KIND)
        return [*(e for e in export if e != "~"), viewer]

    def _looked_up(self, service: Service, viewer: str) -> Iterable[tuple[str, list[Part]]]:
        """(host, rules) of the most specific host in each place that is looked at, in order. A place of which the most
        specific rules are not exported to the viewer has none."""
        root = self._settings.root_namespace
        own = self._private if viewer == root else self._local
        yield self._most_specific(viewer, service.host, own)
        for namespace in dict.fromkeys((service.namespace, root)):
            pattern, parts = self._most_specific(namespace, service.host, self._exported)
            yield pattern, [p for p in parts if self._reaches(p.first, viewer)]

    def _most_specific(
        self, namespace: str, host: str, fits: Callable[[Object], bool]
    ) -> tuple[str, list[Part]]:  # fmt: skip
        for pattern in self._patterns(namespace, host):
            rules = [r for r in self._spaces[namespace][pattern] if fits(r)]
            if rules:
                return pattern, consolidated(rules)
        return "", []

    def _patterns(self, namespace: str, host: str) -> list[str]:
        """The hosts of a namespace's rules that cover a host, the most specific first."""
        if namespace not in self._spaces:
            return []
        exact = [host] if host in self._spaces[namespace] else []
        wild = [p for p in self._wild[namespace] if p != host and hosts.covers(p, host)]
        return [*exact, *sorted(wild, key=len, reverse=True)]

    def _export(self, rule: Object) -> list[str]:
        return sorted(exports_of(rule))

    def _local(self, rule: Object) -> bool:
        export = exports_of(rule)
        return not export or bool({"*", ".", rule.namespace} & export)

    def _private(self, rule: Object) -> bool:
        export = self._export(rule) or self._settings.default_export(KIND)
        return len(export) == 1 and export[0] in (".", rule.namespace)

    def _exported(self, rule: Object) -> bool:
        return not self._private(rule)

    def _reaches(self, rule: Object, viewer: str) -> bool:
        export = exports_of(rule)
        return not export or "*" in export or viewer in export

    def _merge(self, host: str, rules: list[Object]) -> DestinationRule:
        """What rules of one host come to, worked out once."""
        keys = tuple(rule.key for rule in rules)
        found = self._merged.get(keys)
        if found is None:
            found = self._merged[keys] = _merge(host, rules)
        return found

    def _choices(self, host: str, parts: list[Part], viewer: str) -> Deciding:
        """Of the rules of one host, those which select proxies of the viewer's namespace by their labels, and the last
        of those for every proxy."""
        selected = [(selector_of(p.first), p) for p in parts if p.first.namespace == viewer]
        own = [(wanted, self._merge(host, part.rules)) for wanted, part in selected if wanted]
        for_all = [part for part in parts if not selector_of(part.first)]
        return own, self._merge(host, for_all[-1].rules) if for_all else None


def _mentions_tls(raw: Any) -> bool:
    if isinstance(raw, dict):
        return raw.get("tls") is not None or any(_mentions_tls(v) for v in raw.values())
    return any(_mentions_tls(v) for v in as_list(raw))


def _too_late(rule: Object, policy: Policy) -> bool:
    return rule is not policy.owner and rule.spec.get("trafficPolicy") is not None


def _merge(host: str, rules: list[Object]) -> DestinationRule:
    """The subsets of all, the trafficPolicy of the first that has one."""
    subsets: dict[str, Subset] = {}
    for rule in rules:
        for subset in _subsets(rule):
            subsets.setdefault(subset.name, subset)
    owner = next((r for r in rules if r.spec.get("trafficPolicy") is not None), None)
    raw = as_map(owner.spec.get("trafficPolicy")) if owner else {}
    policy = Policy(raw=raw, owner=owner, path="spec.trafficPolicy") if owner else None
    return DestinationRule(host=host, object=rules[0], objects=tuple(rules), policy=policy, subsets=subsets)


def _subsets(rule: Object) -> Iterable[Subset]:
    for n, item in enumerate(as_list(rule.spec.get("subsets"))):
        subset = as_map(item)
        yield Subset(
            name=str(subset.get("name") or ""),
            labels=as_words(subset.get("labels")),
            policy=as_map(subset.get("trafficPolicy")),
            place=rule.at(f"spec.subsets[{n}]"),
            labels_place=rule.at(f"spec.subsets[{n}].labels"),
        )
