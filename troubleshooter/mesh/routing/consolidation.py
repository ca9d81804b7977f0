"""How DestinationRules of one namespace for one host are put together.

Decides by exportTo and workloadSelector which of them become one rule. Must not know what they say.
Source: `mergeDestinationRule` in istio/istio pilot/pkg/model/destination_rule.go (as it is since 1.24, where
ENABLE_ENHANCED_DESTINATIONRULE_MERGE is on), and `sortConfigBySelectorAndCreationTime` in push_context.go there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troubleshooter.model import Object, as_list, as_map, as_words

PRIVATE = frozenset({"."})


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rules that are one: the first of them, and those that were merged into it."""

    rules: list[Object]

    @property
    def first(self) -> Object:
        return self.rules[0]


def selector_of(rule: Object) -> dict[str, str]:
    """The labels of the workloads for which a rule is; empty for one that is for all."""
    return as_words(as_map(rule.spec.get("workloadSelector")).get("matchLabels"))


def exports_of(rule: Object) -> frozenset[str]:
    """Its own exportTo; a rule for chosen workloads is never exported."""
    return PRIVATE if selector_of(rule) else frozenset(str(e) for e in as_list(rule.spec.get("exportTo")))


def consolidated(rules: Iterable[Object]) -> list[Part]:
    """The rules of one host, given oldest first, as istiod holds them: those for chosen workloads come first.

    A rule is merged into each one before it with the same exportTo, or with one that it contains. It also stands on
    its own where the last one that it was compared with could not take it.
    """
    parts: list[Part] = []
    for rule in sorted(rules, key=lambda r: not selector_of(r)):
        alone = True
        for part in parts:
            taken, alone = _taken(rule, part.first)
            if taken:
                part.rules.append(rule)
        if alone:
            parts.append(Part(rules=[rule]))
    return parts


def _taken(rule: Object, first: Object) -> tuple[bool, bool]:
    """Whether a rule is merged into another, and whether it stands on its own all the same."""
    mine, other = exports_of(rule), exports_of(first)
    if mine != other and not (other and mine >= other):
        return False, True
    chosen: Mapping[str, str] = selector_of(rule)
    if bool(chosen) != bool(selector_of(first)):
        return True, mine != other
    return (True, False) if chosen == selector_of(first) else (False, True)
