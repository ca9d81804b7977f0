"""The pages of each proxy, put together.

Decides: which pages are of the same proxy: those that an archive keeps for the same pod, whatever they say themselves;
those that name the same node; and those that name none and come from the same place as one that does (or as each
other). Must not know which pod of a mesh it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    pods = {page.pod for page in pages}
    named: dict[str, set[str]] = {}
    for page in pages:
        named.setdefault(page.origin, set()).update([_node(page).id] if _node(page).id else [])
    found: dict[tuple[str, str], list[Reading[Any]]] = {}
    for page in pages:
        found.setdefault(_whose(page, pods, named[page.origin]), []).append(page)
    nodes = {node.id: node for node in reversed([_node(page) for page in pages])}
    return tuple(Proxy(node=_who(key, held, nodes), pages=tuple(held)) for key, held in found.items())


def _whose(page: Reading[Any], pods: set[str], beside: set[str]) -> tuple[str, str]:
    """What all pages of the same proxy have in common: the kind of name, and the name. `pods` are those that paths
    name, `beside` the nodes that pages from the same place name."""
    node = _node(page)
    pod = page.pod or (f"{node.namespace}/{node.pod}" if node.pod else "")
    if pod in pods and pod:
        return "pod", pod
    identifier = node.id or (next(iter(beside)) if len(beside) == 1 else "")
    return ("node", identifier) if identifier else ("place", page.origin)


def _who(key: tuple[str, str], held: list[Reading[Any]], nodes: Mapping[str, Node]) -> Node:
    kind, name = key
    if kind != "pod":
        return nodes.get(name, Node()) if kind == "node" else Node()
    node = next((_node(page) for page in held if _node(page).id), Node())
    namespace, _, pod = name.partition("/")
    return replace(node, namespace=namespace, pod=pod)


def _node(page: Reading[Any]) -> Node:
    """The node that a page names; one without an id if it names none."""
    return page.value.node if isinstance(page.value, ConfigDump | ServerInfo) else Node()
