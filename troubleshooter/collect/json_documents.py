"""JSON documents, one after another, with the places of their fields.

Decides: what is JSON, and where a field of it stands. Must not know files or Kubernetes. Python's own decoder reads;
places are looked up when somebody asks, level by level, each level once. Of equal keys the last counts, which nobody is
told: programs write JSON, people write YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from troubleshooter.collect.parsed import Damage, Document
from troubleshooter.collect.scalars import number
from troubleshooter.collect.yaml_tree import MAX_DEPTH
from troubleshooter.model.paths import Parts

_UNLOCK = "Correct it there, or ask for the output again if it was cut off"
_BLANKS = re.compile(r"[ \t\r\n]*")
_NESTED = frozenset({dict, list})
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

# The values that JSON itself lacks (NaN, Infinity) stay text, and so do numbers too big for one.
_DECODER = json.JSONDecoder(parse_constant=str, parse_float=number)


def read(text: str, start: int, end: int) -> Iterator[Document | Damage]:
    """The documents between two offsets, of which `start` is that of the first one's first character."""
    while start < end:
        try:
            raw, stop = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            yield _damage(error, start)
            return
        if _deeper(raw, MAX_DEPTH):
            yield _damage(RecursionError(), start)
        else:
            if _SURROGATE.search(text, start, stop):
                raw = _encodable(raw)
            yield Document(raw=raw, find=_Node(text, start, start).find)
        start = _skip(text, stop)


def _damage(error: ValueError | RecursionError, start: int) -> Damage:
    if isinstance(error, json.JSONDecodeError):
        return Damage(offset=error.pos, problem=f"this cannot be read as JSON ({error.msg})", unlock=_UNLOCK)
    too_deep = f"it is nested more than {MAX_DEPTH} levels deep"
    problem = too_deep if isinstance(error, RecursionError) else "it holds a number with thousands of digits"
    return Damage(offset=start, problem=problem, unlock=_UNLOCK)


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _deeper(value: Any, levels: int) -> bool:
    """Whether a value is nested more deeply than so many levels. Level by level, so that no depth can exhaust the
    stack."""
    layer = [value]
    for _ in range(levels):
        nested = [each.values() if each.__class__ is dict else each for each in layer]
        layer = [value for values in nested for value in values if value.__class__ in _NESTED]
        if not layer:
            return False
    return True


def _encodable(value: Any) -> Any:
    """Half a surrogate pair, which JSON can write and UTF-8 cannot, becomes the replacement character, as in Go."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(each) for key, each in value.items()}
    return [_encodable(each) for each in value] if isinstance(value, list) else value


class _Node:
    """A value at `at` in JSON text that is known to be right; `named_at` is where its key, or the value itself,
    begins."""

    def __init__(self, text: str, at: int, named_at: int) -> None:
        self._text = text
        self._at = at
        self.named_at = named_at

    def find(self, parts: Parts) -> int:
        """The offset of the field at a path, or of its nearest parent."""
        node = self
        for part in parts:
            inner = node._children.get(part)
            if inner is None:
                break
            node = inner
        return node.named_at

    @cached_property
    def _children(self) -> dict[str | int, _Node]:
        closing = {"{": "}", "[": "]"}.get(self._text[self._at])
        return dict(self._scan(closing)) if closing else {}

    def _scan(self, closing: str) -> Iterator[tuple[str | int, _Node]]:
        text, at, position = self._text, _skip(self._text, self._at + 1), 0
        while text[at] != closing:
            named_at, key = at, position
            if closing == "}":
                key, at = _DECODER.raw_decode(text, at)
                at = _skip(text, _skip(text, at) + 1)
            yield key, _Node(text, at, named_at)
            at = _skip(text, _DECODER.raw_decode(text, at)[1])
            at = _skip(text, at + 1) if text[at] == "," else at
            position += 1
