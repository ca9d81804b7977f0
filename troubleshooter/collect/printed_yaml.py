"""The plain sort of YAML that programs print, read line by line: twice as fast as libyaml's events.

Decides: what is plain enough: block maps and lists, words and short quoted texts, one value a line. Anything else (a
comment, a text over several lines, an anchor, an escape, a key that stands twice) is `NotPlain`, and whoever asked
reads the whole with libyaml. It never guesses: what it reads, libyaml reads to the same values, and a property test
holds the two against each other. Must not know Kubernetes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from sys import intern
from typing import Any

from troubleshooter.collect.scalars import FIRST, key_word, plain_word

_LINE = re.compile(r"( *)(- +)?(?:([A-Za-z0-9_./][\w./-]{0,250}):(?: +|$))?([^\n]*)\n?", re.MULTILINE | re.ASCII)
_QUOTED = re.compile(r"""\"[^"\\]*\"|'[^']*'""")
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=<")
_DASHED = re.compile(r"--?[A-Za-z0-9.]")
_DASHES = "---\n"

_MAP: Any = object()
_LIST: Any = object()
_NOTHING: Any = object()


class NotPlain(Exception):
    """There is something in a text that is not read here."""


def read(text: str, deepest: int) -> Any:
    """The value of the one document in `text`. Raises NotPlain, also where it is nested deeper than `deepest`."""
    builder = _Builder(deepest)
    entry, item = builder.entry, builder.item
    for blanks, dash, key, value in _LINE.findall(text, len(_DASHES) if text.startswith(_DASHES) else 0):
        if dash:
            item(len(blanks), len(dash), key, value)
        elif key:
            entry(len(blanks), key, value)
        elif value or blanks:
            raise NotPlain
        # else: what the pattern finds at the very end of the text, or an empty line
    return builder.end()


class _Builder:
    """The maps and lists that are open, with the columns at which their keys or dashes stand."""

    def __init__(self, deepest: int) -> None:
        self._deepest = deepest
        self._root: Any = _NOTHING
        self._stack: list[tuple[int, Any]] = []
        self._waiting: Any = None
        self._key = ""
        self._column = -1

    def entry(self, column: int, key: str, value: str) -> None:
        """A key at a column, with its value if that stands on the same line."""
        if self._waiting is not None:
            self._settle({} if column > self._column else None, column)
        elif self._root is _NOTHING:
            self._root = self._open({}, column)
        stack = self._stack
        while stack and (stack[-1][0] > column or (stack[-1][0] == column and stack[-1][1].__class__ is list)):
            stack.pop()
        if not stack or stack[-1][0] != column:
            raise NotPlain
        self._put(stack[-1][1], column, key, value)

    def item(self, column: int, width: int, key: str, value: str) -> None:
        """A dash at a column, and what stands behind it."""
        if self._waiting is not None:
            self._settle([] if column >= self._column else None, column)
        elif self._root is _NOTHING:
            self._root = self._open([], column)
        stack = self._stack
        while stack and stack[-1][0] > column:
            stack.pop()
        if not stack or stack[-1][0] != column or stack[-1][1].__class__ is not list:
            raise NotPlain
        items = stack[-1][1]
        if key:
            fresh = self._open({}, column + width)
            items.append(fresh)
            self._put(fresh, column + width, key, value)
        elif value:
            items.append(_value(value))
        else:
            raise NotPlain

    def end(self) -> Any:
        """The whole value."""
        if self._waiting is not None:
            self._waiting[self._key] = None
        if self._root is _NOTHING:
            raise NotPlain
        return self._root

    def _put(self, into: dict[str, Any], column: int, key: str, value: str) -> None:
        name = _name(key)
        if name in into:
            raise NotPlain
        if value:
            into[name] = _value(value)
        else:
            into[name] = None  # its place among the keys
            self._waiting, self._key, self._column = into, name, column

    def _settle(self, fresh: Any, column: int) -> None:
        """Give the key that waits for its value what the next line shows."""
        self._waiting[self._key] = fresh
        self._waiting = None
        if fresh is not None:
            self._open(fresh, column)

    def _open(self, fresh: Any, column: int) -> Any:
        self._stack.append((column, fresh))
        if len(self._stack) >= self._deepest:
            raise NotPlain
        return fresh


def _value(text: str) -> Any:
    found = _word(text)
    return {} if found is _MAP else [] if found is _LIST else found


@lru_cache(maxsize=2**15)
def _word(text: str) -> Any:
    """What stands behind a key or a dash. Raises NotPlain."""
    if not text.isprintable() or text != text.strip():
        raise NotPlain
    if text[0] in _INDICATORS:
        return _with_indicator(text)
    if ": " in text or " #" in text or text.endswith(":"):
        raise NotPlain
    return plain_word(text) if text[0] in FIRST else intern(text)


def _with_indicator(text: str) -> Any:
    if text in {"{}", "[]"}:
        return _MAP if text == "{}" else _LIST
    if _QUOTED.fullmatch(text):
        return intern(text[1:-1])
    if _DASHED.match(text) and ": " not in text and " #" not in text and not text.endswith(":"):
        return plain_word(text)
    raise NotPlain


@lru_cache(maxsize=2**13)
def _name(text: str) -> str:
    """A key as JSON holds it."""
    value = plain_word(text) if text[0] in FIRST else text
    return intern(value if isinstance(value, str) else key_word(value))
