"""Whether one match block takes every request that another takes, so that the other, behind it, never gets any.

Decides two blocks of one VirtualService, and says no wherever it is not sure. Must not know requests.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest;
`TranslateRouteMatch` and `sourceMatchHTTP` in istio/istio pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.routing.matching import string_matches
from troubleshooter.model import Raw, as_list, as_map, as_words

T = TypeVar("T")

ANYTHING = ".*"
LITERAL = re.compile(r"\^?([A-Za-z0-9/_~%-]*)([*?{+]?)")
"""The plain text with which a pattern begins, and a sign behind it that belongs to its last letter."""


class Ahead(Generic[T]):
    """Match blocks in their order, each with what it belongs to, by the path that they ask for: only those are compared
    with a later block that could take its path."""

    def __init__(self) -> None:
        self._count = 0
        self._exact: dict[str, list[tuple[int, Raw, T]]] = defaultdict(list)
        self._prefix: dict[str, list[tuple[int, Raw, T]]] = defaultdict(list)
        self._others: list[tuple[int, Raw, T]] = []

    def add(self, block: Raw, owner: T) -> None:
        """Put a block behind those that are there."""
        uri, plain = as_map(block.get("uri")), block.get("ignoreUriCase") is not True
        kind = next(iter(uri), "")
        held = (
            {"exact": self._exact, "prefix": self._prefix}.get(kind)
            if plain and len(uri) == 1 and uri[kind] != "/"
            else None
        )
        (held[str(uri[kind])] if held is not None else self._others).append((self._count, block, owner))
        self._count += 1

    def taker(self, inner: Raw) -> tuple[Raw, T] | None:
        """The first block that takes everything that a later one could take, with what it belongs to."""
        found = (each for each in self._could_take(inner) if takes_over(each[1], inner))
        first = min(found, key=lambda each: each[0], default=None)
        return (first[1], first[2]) if first else None

    def _could_take(self, inner: Raw) -> Iterator[tuple[int, Raw, T]]:
        uri = as_map(inner.get("uri"))
        text = str(uri.get("exact") or uri.get("prefix") or _literal(str(uri.get("regex") or "")) or "")
        yield from self._others
        yield from self._exact.get(text, ())
        for length in range(len(text) + 1):
            yield from self._prefix.get(text[:length], ())


def takes_over(outer: Raw, inner: Raw) -> bool:
    """Whether the block `outer` takes all that the block `inner` could take, at every proxy that has `inner`."""
    return (
        _proxies(outer, inner)
        and _path(outer, inner)
        and all(_text(outer.get(key), inner.get(key)) for key in ("method", "scheme", "authority"))
        and _named(_lower(outer, "headers"), _lower(inner, "headers"))
        and _named(as_map(outer.get("queryParams")), as_map(inner.get("queryParams")))
        and _same(_lower(outer, "withoutHeaders"), _lower(inner, "withoutHeaders"))
    )


def _proxies(outer: Raw, inner: Raw) -> bool:
    """Whether every proxy that has `inner` has `outer` too. Where gateways are named, labels are not looked at."""
    port = outer.get("port")
    if is_number(port) and port and port != inner.get("port"):
        return False
    mine, its = ({str(g) for g in as_list(block.get("gateways"))} for block in (outer, inner))
    if mine:
        return bool(its) and its <= mine
    labels, namespace = as_words(outer.get("sourceLabels")), outer.get("sourceNamespace")
    if its:
        return not labels and not namespace
    return selects(labels, as_words(inner.get("sourceLabels"))) and (
        not namespace or namespace == inner.get("sourceNamespace")
    )


def _path(outer: Raw, inner: Raw) -> bool:
    mine, its = as_map(outer.get("uri")), as_map(inner.get("uri"))
    if not mine or mine.get("prefix") == "/":
        return True
    fold = outer.get("ignoreUriCase") is True
    if inner.get("ignoreUriCase") is True and not fold and its.get("regex") is None:
        return False
    return bool(its) and _wider(mine, its, fold=fold)


def _text(outer: object, inner: object) -> bool:
    """Whether one StringMatch that must be met takes what another takes; an empty one asks for presence only."""
    mine, its = as_map(outer), as_map(inner)
    if outer is None or (not mine and inner is not None):
        return True
    return bool(its) and _wider(mine, its)


def _wider(mine: Raw, its: Raw, *, fold: bool = False) -> bool:
    pattern = mine.get("regex")
    if pattern == ANYTHING or mine == its:
        return True
    if its.get("exact") is not None:
        return string_matches(mine, str(its["exact"]), fold=fold)
    if mine.get("prefix") is None:
        return False
    begins = its.get("prefix") if its.get("prefix") is not None else _literal(str(its.get("regex") or ""))
    return string_matches({"prefix": mine["prefix"]}, str(begins), fold=fold)


def _literal(pattern: str) -> str:
    """The text with which everything begins that a pattern takes; "" where there is no telling."""
    found = LITERAL.match(pattern)
    if found is None or "|" in pattern:
        return ""
    return found[1][:-1] if found[2] else found[1]


def _named(mine: Mapping[str, object], its: Mapping[str, object]) -> bool:
    """Whether headers (or query parameters) that one block asks for are asked for by the other too, as narrowly."""
    return all(name in its and _text(want, its[name]) for name, want in mine.items())


def _same(mine: Mapping[str, object], its: Mapping[str, object]) -> bool:
    return all(name in its and its[name] == want for name, want in mine.items())


def _lower(block: Raw, key: str) -> dict[str, object]:
    return {str(name).lower(): want for name, want in as_map(block.get(key)).items()}
