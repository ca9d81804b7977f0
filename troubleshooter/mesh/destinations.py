"""DestinationRules: which one decides for a host, and what it says.

Decides: look-up order, merging, subsets, the traffic policy in force for a port. Must not know endpoints or mTLS of the
server.
Source: https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration;
`destinationRule` and `mergeDestinationRule` in istio/istio pilot/pkg/model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troubleshooter.mesh import hosts
from troubleshooter.mesh.index import NETWORKING, Index, oldest_first, selects
from troubleshooter.mesh.services import Service, visible
from troubleshooter.mesh.settings import Settings
from troubleshooter.model import Object, Raw, Resource, as_list, as_map, as_words

KIND = "DestinationRule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    name: str
    labels: Mapping[str, str]
    policy: Raw
    place: Resource


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
        for n, item in enumerate(as_list(self.raw.get("portLevelSettings"))):
            setting = as_map(item)
            if as_map(setting.get("port")).get("number") == port:
                place = self.owner.at(f"{self.path}.portLevelSettings[{n}].{name}")
                return (as_map(setting[name]), place) if name in setting else None
        if name not in self.raw:
            return None
        return as_map(self.raw[name]), self.owner.at(f"{self.path}.{name}")


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
        """A section of the policy in force for a subset and port: the subset's own outranks the rule's."""
        chosen = self.subsets.get(subset)
        if chosen is not None and chosen.policy:
            owner = next(o for o in self.objects if o.key == chosen.place.key)
            own = Policy(raw=chosen.policy, owner=owner, path=f"{chosen.place.field}.trafficPolicy")
            found = own.section(name, port)
            if found is not None:
                return found
        return self.policy.section(name, port) if self.policy else None


class DestinationRules:
    """Every DestinationRule, by namespace and full host."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._settings = settings
        self.all = oldest_first(index.all(NETWORKING, KIND))
        self._spaces: dict[str, dict[str, list[Object]]] = defaultdict(lambda: defaultdict(list))
        for rule in self.all:
            self._spaces[rule.namespace][self.host_of(rule)].append(rule)

    def host_of(self, rule: Object) -> str:
        """The full host that a rule is for."""
        return hosts.fqdn(str(rule.spec.get("host") or ""), rule.namespace, self._settings.domain)

    def in_force(self, service: Service, viewer: str, labels: Mapping[str, str]) -> DestinationRule | None:
        """The rule that a proxy in namespace `viewer` with pod labels `labels` applies to a service: looked up in the
        viewer's namespace, then the service's, then the root namespace; the first that has a match decides, by its most
        specific host."""
        root = self._settings.root_namespace
        for namespace in dict.fromkeys((viewer, service.namespace, root)):
            found = self._match(namespace, service.host, viewer, labels)
            if found is not None:
                return found
        return None

    def rivals(self, service: Service, viewer: str, chosen: DestinationRule) -> list[DestinationRule]:
        """The rules that also cover the host, visible to the viewer in the namespaces looked up, but do not decide."""
        spaces = dict.fromkeys((viewer, service.namespace, self._settings.root_namespace))
        return [
            self._merge(pattern, rules)
            for namespace in spaces
            for pattern, rules in self._seen(namespace, viewer, {}).items()
            if hosts.covers(pattern, service.host) and not {r.key for r in rules} & {o.key for o in chosen.objects}
        ]

    def covering(self, host: str) -> list[Object]:
        """Every rule anywhere that covers a full host, whoever may see it."""
        return [r for r in self.all if hosts.covers(self.host_of(r), host)]

    def _match(self, namespace: str, host: str, viewer: str, labels: Mapping[str, str]) -> DestinationRule | None:
        seen = self._seen(namespace, viewer, labels)
        pattern = hosts.most_specific(host, seen)
        return self._merge(pattern, seen[pattern]) if pattern is not None else None

    def _seen(self, namespace: str, viewer: str, labels: Mapping[str, str]) -> dict[str, list[Object]]:
        """The rules of a namespace that a viewer sees, by host. A workloadSelector limits a rule to proxies of its own
        namespace with these labels."""
        held: dict[str, list[Object]] = defaultdict(list)
        for host, rules in self._spaces.get(namespace, {}).items():
            for rule in rules:
                if self._visible(rule, viewer) and _for_proxy(rule, viewer, labels):
                    held[host].append(rule)
        return held

    def _visible(self, rule: Object, viewer: str) -> bool:
        export = [str(e) for e in as_list(rule.spec.get("exportTo"))] or self._settings.default_export(KIND)
        return rule.namespace == viewer or visible(export, rule.namespace, viewer)

    @staticmethod
    def _merge(host: str, rules: list[Object]) -> DestinationRule:
        subsets: dict[str, Subset] = {}
        for rule in rules:
            for subset in _subsets(rule):
                subsets.setdefault(subset.name, subset)
        owner = next((r for r in rules if as_map(r.spec.get("trafficPolicy"))), None)
        raw = as_map(owner.spec.get("trafficPolicy")) if owner else {}
        policy = Policy(raw=raw, owner=owner, path="spec.trafficPolicy") if owner else None
        return DestinationRule(host=host, object=rules[0], objects=tuple(rules), policy=policy, subsets=subsets)


def _for_proxy(rule: Object, viewer: str, labels: Mapping[str, str]) -> bool:
    selector = as_words(as_map(rule.spec.get("workloadSelector")).get("matchLabels"))
    return not selector or (rule.namespace == viewer and selects(selector, labels))


def _subsets(rule: Object) -> Iterable[Subset]:
    for n, item in enumerate(as_list(rule.spec.get("subsets"))):
        subset = as_map(item)
        yield Subset(
            name=str(subset.get("name") or ""),
            labels=as_words(subset.get("labels")),
            policy=as_map(subset.get("trafficPolicy")),
            place=rule.at(f"spec.subsets[{n}]"),
        )
