"""The routes that a VirtualService has from the delegates that it names.

Decides from one route of the root and one delegate: which routes come out, with which conditions, and which are left
out because their conditions do not go together. Must not know hosts, or who sees a delegate.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate;
`mergeHTTPRoutes` in istio/istio pilot/pkg/model/virtualservice.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from troubleshooter.mesh.routing.routes import Above, Block, Route, routes_of
from troubleshooter.model import Object, Raw, as_list, as_map, as_words

TEXTS = ("uri", "scheme", "method", "authority")
TABLES = ("headers", "withoutHeaders", "queryParams")
INHERITED = (
    *("rewrite", "directResponse", "timeout", "retries", "fault", "mirror", "mirrorPercent", "mirrorPercentage"),
    *("corsPolicy", "mirrors", "headers"),
)
"""What a route of a delegate has from the root where it says nothing itself."""


class Why(StrEnum):
    """Why a route that delegates brings nothing, or a route of a delegate is left out."""

    MISSING = "missing"
    HIDDEN = "hidden"
    """The delegate is not exported to the namespace of the root."""
    CONFLICT = "conflict"
    """Their conditions do not go together."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LeftOut:
    """A route that is not used: the root's, or (`why` is a conflict) the delegate's own."""

    route: Route
    why: Why


def reference(route: Route) -> tuple[str, str] | None:
    """Namespace and name of the delegate of a route; without a namespace it is in the root's own."""
    if route.raw.get("delegate") is None:
        return None
    named = as_map(route.raw["delegate"])
    return str(named.get("namespace") or route.owner.namespace), str(named.get("name") or "")


def is_delegate(thing: Object) -> bool:
    """Whether a VirtualService may be delegated to: it has no hosts."""
    return not as_list(thing.spec.get("hosts"))


def delegated(root: Route, delegate: Object) -> tuple[list[Route], list[LeftOut]]:
    """The routes of a delegate under a route of a root, and those that are left out."""
    kept, left = [], []
    for route in routes_of(delegate, "http"):
        merged = _merged(root, route)
        if merged is None:
            left.append(LeftOut(route=route, why=Why.CONFLICT))
        else:
            kept.append(merged)
    return kept, left


def _merged(root: Route, own: Route) -> Route | None:
    blocks = _blocks(root.matches, own.matches)
    if blocks is None:
        return None
    keys = frozenset(k for k in INHERITED if own.raw.get(k) is None and root.raw.get(k) is not None)
    raw = {**own.raw, **{key: root.raw[key] for key in keys}, "match": [match for _, match in blocks]}
    raw["name"] = "-".join(filter(None, (root.name, own.name)))
    return Route(
        owner=own.owner,
        kind=own.kind,
        index=own.index,
        raw=raw,
        above=Above(route=root, keys=keys, blocks=tuple(block for block, _ in blocks)),
    )


def _blocks(root: list[Raw], own: list[Raw]) -> list[tuple[Block, Raw]] | None:
    """The match blocks of both together; None where one of the delegate goes with none of the root."""
    if not root:
        return [(Block(mine=n, its=None), match) for n, match in enumerate(own)]
    if not own:
        return [(Block(mine=None, its=n), match) for n, match in enumerate(root)]
    found = []
    for mine, match in enumerate(own):
        fitting = [(its, above) for its, above in enumerate(root) if not _conflict(above, match)]
        if not fitting:
            return None
        found += [(Block(mine=mine, its=its, own=_own(match)), _both(above, match)) for its, above in fitting]
    return found


def _own(match: Raw) -> frozenset[str]:
    """The conditions that a match block writes itself."""
    tables = (f'{key}["{name}"]' for key in TABLES for name in as_map(match.get(key)))
    return frozenset((*(key for key in match if key not in TABLES), *tables))


def _both(root: Raw, own: Raw) -> Raw:
    tables = {key: {**as_map(root.get(key)), **as_map(own.get(key))} for key in (*TABLES, "sourceLabels")}
    both: dict[str, Any] = {**root, **{k: v for k, v in own.items() if v}, **{k: v for k, v in tables.items() if v}}
    both["name"] = "-".join(filter(None, (str(root.get("name") or ""), str(own.get("name") or ""))))
    return both


def _conflict(root: Raw, own: Raw) -> bool:
    """Whether no request could be meant by both, or istiod does not look that close."""
    texts = [(root.get(key), own.get(key)) for key in TEXTS]
    for key in TABLES:
        above = as_map(root.get(key))
        texts += [(above[name], want) for name, want in as_map(own.get(key)).items() if name in above]
    return any(
        (
            any(_texts_conflict(one, other) for one, other in texts),
            bool(root.get("ignoreUriCase")) != bool(own.get("ignoreUriCase")),
            root.get("port") and own.get("port") and root["port"] != own["port"],
            root.get("sourceNamespace") and own.get("sourceNamespace") != root["sourceNamespace"],
            _labels_conflict(as_words(root.get("sourceLabels")), as_words(own.get("sourceLabels"))),
            _gateways_conflict(as_list(root.get("gateways")), as_list(own.get("gateways"))),
        )
    )


def _texts_conflict(root: object, own: object) -> bool:
    """Whether a condition of the delegate is not within that of the root. A regex goes with nothing else."""
    if root is None or own is None:
        return False
    above, mine = as_map(root), as_map(own)
    if above.get("regex") or mine.get("regex"):
        return True
    exact, prefix = str(mine.get("exact") or ""), str(mine.get("prefix") or "")
    if above.get("exact"):
        return bool(prefix) or exact != above["exact"]
    wanted = prefix or exact
    return not (above.get("prefix") and wanted and wanted.startswith(str(above["prefix"])))


def _labels_conflict(root: Mapping[str, str], own: Mapping[str, str]) -> bool:
    return any(root.get(key, value) != value for key, value in own.items())


def _gateways_conflict(root: list[object], own: list[object]) -> bool:
    return bool(root and own) and not set(map(str, own)) <= set(map(str, root))
