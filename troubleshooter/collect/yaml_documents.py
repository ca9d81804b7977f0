"""A YAML document, or the items of a Kubernetes List in one, with the places of their fields.

Decides: how a big List is cut into items that are read one by one, which saves memory and makes the line of a field
cheap to find. Items of kinds that nobody asks for are not parsed at all, where they begin as programs print them. Must
not know files, nor what any item means. The cut is by layout alone; where an item so cut cannot be
read by itself (an alias of another item, a quoted text with a line that looks like an item), the document is read as a
whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from troubleshooter.collect.parsed import Damage, Document
from troubleshooter.collect.scope import UNREAD
from troubleshooter.collect.yaml_tree import YamlProblem, build
from troubleshooter.model import Raw
from troubleshooter.model.paths import Parts

_ITEMS = re.compile(r"^items:[^\S\n]*(?:#[^\n]*)?\n(?:[^\S\n]*(?:#[^\n]*)?\n)*(?P<indent> *)-(?=\s)", re.MULTILINE)
_UNREAD = re.compile(rf"(?P<blanks> *)- apiVersion: [^\n]+\n(?P=blanks)  kind: (?:{'|'.join(UNREAD)})\n")
_AFTER_ITEMS = re.compile(r"^[^\s#-]", re.MULTILINE)

_CORRECT = "Correct it there, or ask for the output again if it was cut off"
TEMPLATE = "{{"
"""What stands in a Helm template and in no manifest that was rendered."""
_RENDER = "If this is a Helm template, render it first: `helm template ... | troubleshoot diagnose -f -`"


def read(text: str, start: int, end: int) -> Iterator[Document | Damage]:
    """The document between two offsets, or, of a List, its items."""
    cut = _cut(text, start, end)
    items = _items(text, cut) if cut else None
    if items is not None:
        yield from items
        return
    piece = _Piece(text, start, end)
    try:
        built = build(text[start:end])
    except YamlProblem as problem:
        unlock = _RENDER if TEMPLATE in text[start:end] else _CORRECT
        why = f"this cannot be read as YAML ({problem.problem})"
        yield Damage(offset=start + problem.offset, problem=why, unlock=unlock)
    else:
        if not built.empty:
            yield Document(raw=built.value, find=piece.find, repeated=piece.moved(built.repeated))


class _Cut(NamedTuple):
    head: str
    starts: list[int]
    stop: int


def _cut(text: str, start: int, end: int) -> _Cut | None:
    """Where the items of a List begin, to judge by the dashes in the column of the first one."""
    found = _ITEMS.search(text, start, end)
    if found is None:
        return None
    first = found.start("indent")
    after = _AFTER_ITEMS.search(text, first, end)
    stop = after.start() if after else end
    dash = re.compile(rf"^ {{{len(found['indent'])}}}-(?=\s)", re.MULTILINE)
    starts = [each.start() for each in dash.finditer(text, first, stop)]
    return _Cut(text[start : found.start()] + "items:\n" + text[stop:end], starts, stop)


def _items(text: str, cut: _Cut) -> list[Document | Damage] | None:
    """The items of a List, or None where the cut does not hold."""
    found: list[Document | Damage] = []
    try:
        head, repeated, _ = build(cut.head)
        if repeated or not isinstance(head, dict) or head.get("items", 0) is not None or not is_list(head):
            return None
        if "kind" not in head:
            found.append(Damage(offset=cut.stop, problem="this List stops before its `kind`", unlock=_CORRECT))
        outer = str(head.get("apiVersion") or ""), str(head.get("kind") or "")
        for begin, stop in _wanted(text, cut):
            piece = _Piece(text, begin, stop)
            value, repeated, _ = build(text[begin:stop])
            moved = piece.moved(repeated)
            found.append(Document(raw=value[0], find=piece.find, at=(0,), outer=outer, repeated=moved))
    except YamlProblem:
        return None
    return found


def _wanted(text: str, cut: _Cut) -> list[tuple[int, int]]:
    """From where to where each item reaches that is worth reading: most of them, and all where that would be none."""
    reaches = list(zip(cut.starts, [*cut.starts[1:], cut.stop], strict=True))
    return [reach for reach in reaches if not _UNREAD.match(text, *reach)] or reaches


def is_list(raw: Raw) -> bool:
    """Whether an object with `items` is a list of Kubernetes (`List`, `PodList`). kubectl writes `kind` last: where
    only `apiVersion` is there, the output was cut off."""
    kind = raw.get("kind")
    return "apiVersion" in raw if kind is None else isinstance(kind, str) and kind.endswith("List")


class _Piece:
    """A stretch of YAML text. Its offsets are worked out when the first place in it is asked for, and kept."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._start = start
        self._end = end

    @cached_property
    def _root(self) -> Any:
        return build(self._text[self._start : self._end], offsets=True).value

    def find(self, parts: Parts) -> int:
        """The offset of the field at a path, or of its nearest parent."""
        offset, children = self._root
        for part in parts:
            if isinstance(part, str):
                inner = children.get(part) if isinstance(children, dict) else None
            else:
                inner = children[part] if isinstance(children, list) and part < len(children) else None
            if inner is None:
                break
            offset, children = inner
        return self._start + int(offset)

    def moved(self, repeated: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
        """Offsets in this piece as offsets in the text."""
        return tuple((key, self._start + offset) for key, offset in repeated)
