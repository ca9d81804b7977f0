"""The pages of each proxy, put together.

Decides: which pages are of the same proxy: those that name the same node, and those that name none and come from the
same place as one that does (or as each other). Must not know which pod of a mesh it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from troubleshooter.evidence.envoy.dump import ConfigDump, Node
from troubleshooter.evidence.envoy.status import BoundListeners, Certificates, Clusters, Ready, ServerInfo, Stats
from troubleshooter.evidence.recognition import Evidence, Reading

T = TypeVar("T")

PAGES: tuple[type[Any], ...] = (ConfigDump, Clusters, Stats, Certificates, BoundListeners, ServerInfo, Ready)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """One proxy with every page of it that was given."""

    node: Node
    pages: tuple[Reading[Any], ...]

    def of(self, wanted: type[T]) -> tuple[Reading[T], ...]:
        """Its pages of one type, in the order in which they were given."""
        return tuple(page for page in self.pages if isinstance(page.value, wanted))


def proxies_of(evidence: Evidence) -> tuple[Proxy, ...]:
    """Every proxy of which there is a page. Where pages of several proxies come from one place, those that name none
    are a proxy of their own."""
    pages = [page for wanted in PAGES for page in evidence.of(wanted)]
    nodes: dict[str, Node] = {}
    named: dict[str, set[str]] = {}
    for page in pages:
        node = _node(page)
        nodes.setdefault(node.id, node)
        named.setdefault(page.origin, set()).update([node.id] if node.id else [])
    found: dict[tuple[str, str], list[Reading[Any]]] = {}
    for page in pages:
        beside = named[page.origin]
        identifier = _node(page).id or (next(iter(beside)) if len(beside) == 1 else "")
        found.setdefault(("", identifier) if identifier else (page.origin, ""), []).append(page)
    return tuple(Proxy(node=nodes.get(key[1], Node()), pages=tuple(held)) for key, held in found.items())


def _node(page: Reading[Any]) -> Node:
    """The node that a page names; one without an id if it names none."""
    return page.value.node if isinstance(page.value, ConfigDump | ServerInfo) else Node()
