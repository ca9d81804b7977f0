"""One YAML document to values, or to the offsets of its fields.

Decides: what the events of libyaml build, in the manner of go-yaml v2 (last of equal keys wins, `<<` merges, keys are
strings), and where building stops: nesting and aliases are bounded, because a few lines of YAML can stand for more than
any memory holds. Events rather than PyYAML's nodes: composing nodes recurses in C and dies on deep nesting. Must not
know files, lines or Kubernetes.

The same tree is built twice, on demand: first of values, later, if a line is asked for, of offsets, in which each node
is `(offset, None | list | dict of nodes)` and the offset is that of a map's key or of a list's item.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import Any, NamedTuple

import yaml
from yaml import events

from troubleshooter.collect import printed_yaml
from troubleshooter.collect.scalars import FIRST, Scalar, key_word, scalar

MAX_DEPTH = 100
"""Levels of nesting: far below what exhausts a stack, far above what any kind of Kubernetes or Istio needs."""

MAX_COPIES = 400_000
"""Nodes that one document may get through aliases: what go-yaml allows before it calls them excessive (`decode.go`,
alias_ratio_range_low)."""

PARSER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml where PyYAML was built with it, because it is many times faster. Only events are taken from it, so that no
tag makes anything."""

_NO_KEY: Any = object()
_MERGE: Any = object()


class YamlProblem(Exception):
    """Why a document cannot be read, and the offset of the place in its text."""

    def __init__(self, offset: int, problem: str) -> None:
        super().__init__(problem)
        self.offset = offset
        self.problem = problem


class Built(NamedTuple):
    """`value` is the document, None also where there is none at all (`empty`); `repeated` are the keys that a map holds
    twice, with the later offset."""

    value: Any
    repeated: tuple[tuple[str, int], ...]
    empty: bool


def build(text: str, *, offsets: bool = False) -> Built:
    """Read the one document in `text`. Raises YamlProblem."""
    if not offsets:
        try:
            return Built(printed_yaml.read(text, MAX_DEPTH), (), empty=False)
        except printed_yaml.NotPlain:
            pass
    return with_libyaml(text, offsets=offsets)


def with_libyaml(text: str, *, offsets: bool) -> Built:
    """The same for any YAML. Raises YamlProblem."""
    tree = _Tree(offsets=offsets)
    handlers = {kind: handler.__get__(tree) for kind, handler in _HANDLERS.items()}
    try:
        parser = PARSER(text)
        while (event := parser.get_event()) is not None:
            handlers[type(event)](event)
    except yaml.YAMLError as error:
        raise _problem(error, text) from None
    return Built(tree.root[0] if tree.root else None, tuple(tree.repeated), empty=not tree.root)


def _problem(error: yaml.YAMLError, text: str) -> YamlProblem:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return YamlProblem(error.problem_mark.index, str(error.problem))
    character = getattr(error, "character", None)  # a ReaderError: its own position counts bytes
    offset = max(text.find(chr(character)), 0) if character else 0
    return YamlProblem(offset, f"character U+{character or 0:04X} is not allowed")


class _Tree:
    def __init__(self, *, offsets: bool) -> None:
        self.root: list[Any] = []
        self.repeated: list[tuple[str, int]] = []
        self._offsets = offsets
        self._stack: list[tuple[Any, bool, Any, int, str | None]] = []
        self._into: Any = self.root
        self._is_map = False
        self._key: Any = _NO_KEY
        self._key_at = 0
        self._anchors: dict[str, Any] = {}
        self._copies = 0

    def scalar(self, event: Any) -> None:
        text = intern(event.value)  # a mesh says the same few words again and again: each is kept once
        certain = event.tag is None and text and text[0] not in FIRST
        value = text if certain else scalar(text, event.tag, quoted=not event.implicit[0])
        if self._is_map and self._key is _NO_KEY:
            self._take_key(value, event)
            return
        if self._offsets:
            value = None
        self._put(value, event)
        if event.anchor is not None:
            self._anchors[event.anchor] = value

    def _take_key(self, value: Scalar, event: Any) -> None:
        key: Any = value if isinstance(value, str) else key_word(value)
        if key == "<<" and event.tag is None and event.implicit[0]:
            key = _MERGE
        offset = event.start_mark.index
        if key in self._into:
            self.repeated.append(("<<" if key is _MERGE else key, offset))
        self._key, self._key_at = key, offset

    def _put(self, value: Any, event: Any) -> None:
        if self._offsets:
            value = (self._key_at if self._is_map else event.start_mark.index, value)
        if self._is_map:
            if self._key is _NO_KEY:
                raise YamlProblem(event.start_mark.index, "a map's key must be a word, not a list, a map or an alias")
            self._into[self._key] = value
            self._key = _NO_KEY
        else:
            self._into.append(value)

    def open_map(self, event: Any) -> None:
        self._open({}, event)

    def open_list(self, event: Any) -> None:
        self._open([], event)

    def _open(self, fresh: dict[Any, Any] | list[Any], event: Any) -> None:
        self._put(fresh, event)
        self._stack.append((self._into, self._is_map, fresh, event.start_mark.index, event.anchor))
        if len(self._stack) > MAX_DEPTH:
            raise YamlProblem(event.start_mark.index, f"it is nested more than {MAX_DEPTH} levels deep")
        self._into, self._is_map, self._key = fresh, isinstance(fresh, dict), _NO_KEY

    def close(self, _event: Any) -> None:
        self._into, self._is_map, done, offset, anchor = self._stack.pop()
        self._key = _NO_KEY
        if isinstance(done, dict) and _MERGE in done:
            self._merge(done, offset)
        if anchor is not None:
            self._anchors[anchor] = done

    def _merge(self, into: dict[Any, Any], offset: int) -> None:
        """The keys of the maps under `<<` join those of the map, unless it has them itself."""
        given = self._inside(into.pop(_MERGE))
        for source in [self._inside(each) for each in given] if isinstance(given, list) else [given]:
            if not isinstance(source, dict):
                raise YamlProblem(offset, "`<<` takes a map or a list of maps")
            for key, value in source.items():
                into.setdefault(key, value)

    def _inside(self, node: Any) -> Any:
        return node[1] if self._offsets else node

    def alias(self, event: Any) -> None:
        """A copy of what the anchor names: shared values would make one edit change two places."""
        if event.anchor not in self._anchors:
            raise YamlProblem(event.start_mark.index, "an alias stands before its anchor is complete")
        value = self._anchors[event.anchor]
        self._put(value if self._offsets else self._copy(value, len(self._stack), event), event)

    def _copy(self, value: Any, depth: int, event: Any) -> Any:
        self._copies += 1
        if self._copies > MAX_COPIES:
            raise YamlProblem(event.start_mark.index, f"an alias bomb: aliases for more than {MAX_COPIES} values")
        if depth > MAX_DEPTH:
            raise YamlProblem(event.start_mark.index, f"it is nested more than {MAX_DEPTH} levels deep")
        if isinstance(value, dict):
            return {key: self._copy(each, depth + 1, event) for key, each in value.items()}
        return [self._copy(each, depth + 1, event) for each in value] if isinstance(value, list) else value

    def other(self, _event: Any) -> None:
        """Begin and end of stream and document build nothing."""


_HANDLERS: dict[type[events.Event], Callable[[_Tree, Any], None]] = {
    events.ScalarEvent: _Tree.scalar,
    events.AliasEvent: _Tree.alias,
    events.MappingStartEvent: _Tree.open_map,
    events.MappingEndEvent: _Tree.close,
    events.SequenceStartEvent: _Tree.open_list,
    events.SequenceEndEvent: _Tree.close,
    events.StreamStartEvent: _Tree.other,
    events.StreamEndEvent: _Tree.other,
    events.DocumentStartEvent: _Tree.other,
    events.DocumentEndEvent: _Tree.other,
}
