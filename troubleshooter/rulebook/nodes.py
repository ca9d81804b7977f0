"""Text to YAML nodes, and nodes to plain values.

Theory of operation: PyYAML's C parser composes nodes that know their line and column; nothing is resolved while it
does. Whoever reads a node decides what it is. A condition's word is text whatever it looks like (`no` stays "no"), so
words are never YAML booleans; only the value of an edit, which becomes part of a Kubernetes object, knows `true`,
`false`, numbers and null (`plain_value`).

Decides: what a scalar is. Must not know: which keys a file may have. Anchors and aliases are refused, and so is depth:
nothing here grows beyond the text it was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml

from troubleshooter.rulebook.advice import quoted
from troubleshooter.rulebook.places import Mistake, Place

try:
    from yaml import CSafeLoader as _Fast
except ImportError:  # PyYAML was built without libyaml: slower, same nodes
    from yaml import SafeLoader as _Fast  # type: ignore[assignment]  # both have the methods that are overridden here

Node: TypeAlias = yaml.Node

DEEPEST = 50
"""No Kubernetes object that a person writes is nested deeper."""

INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
FLOAT = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{1,17}")
CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}


class _Loader(_Fast):
    """Composes without resolving: a tag is "" unless the text spells one out."""

    def resolve(self, _kind: object, _value: object, _implicit: object) -> str:
        return ""

    def descend_resolver(self, _parent: object, _index: object) -> None:
        """Nothing depends on the path."""

    def ascend_resolver(self) -> None:
        """Nothing depends on the path."""


class Page:
    """One file while it is read: its name and the mistakes found so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mistakes: list[Mistake] = []

    def place(self, node: Node) -> Place:
        """Where `node` begins."""
        return Place(file=self.file, line=node.start_mark.line + 1, column=node.start_mark.column + 1)

    def wrong(self, where: Node | Place, text: str) -> None:
        """Notes a mistake at a node or a place."""
        place = where if isinstance(where, Place) else self.place(where)
        self.mistakes.append(Mistake(place=place, text=text))


def compose(page: Page, text: str) -> Node | None:
    """The root node of the one YAML document in `text`; None, and why on the page, where the text is of no use: it is
    no YAML, empty, several documents, uses aliases or tags, or is nested too deeply. A key that stands twice in one
    map is noted too; the later counts."""
    try:
        root: Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        page.mistakes.append(_syntax(page.file, error, text))
        return None
    except (yaml.YAMLError, UnicodeEncodeError):
        page.mistakes.append(_bad_character(page.file, text))
        return None
    if root is None:
        page.mistakes.append(Mistake(place=Place(file=page.file), text="the file is empty; write it or delete it"))
        return None
    return None if _has_tricks(page, root) else root


def plain_value(node: Node) -> Any:
    """`node` as JSON types: maps with text keys, lists, text, numbers, booleans and null. Quoted is always text."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain_value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain_value(item) for item in node.value]
    if isinstance(node, yaml.ScalarNode) and not node.style:
        return _unquoted(node.value)
    return node.value


def _unquoted(text: str) -> Any:
    if text in CONSTANTS:
        return CONSTANTS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if FLOAT.fullmatch(text) else text


def _has_tricks(page: Page, root: Node) -> bool:
    """Looks at every node once; the way down stops at the first that may not be there."""
    seen: set[int] = set()
    todo: list[tuple[Node, int]] = [(root, 0)]
    while todo:
        node, depth = todo.pop()
        if trick := _trick(node, depth, seen):
            page.wrong(node, trick)
            return True
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            _note_repeated_keys(page, node)
        todo.extend((child, depth + 1) for child in _children(node))
    return False


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, yaml.MappingNode):
        return (part for pair in node.value for part in pair)
    return iter(node.value if isinstance(node, yaml.SequenceNode) else ())


def _trick(node: Node, depth: int, seen: set[int]) -> str:
    """Why `node` may not stand in a knowledge file, or "". One that is met twice was reached through an alias."""
    if id(node) in seen:
        return "what stands here is used again through an alias (`*name`); write it out each time"
    if depth > DEEPEST:
        return f"this is nested more than {DEEPEST} levels deep; make it flatter"
    if node.tag:
        return f"tags ({quoted(node.tag)}) have no meaning here; remove the tag, and quote what must be text"
    if isinstance(node, yaml.MappingNode) and not all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
        return "a key of this map is a map or a list itself; keys are plain words"
    return ""


def _note_repeated_keys(page: Page, node: yaml.MappingNode) -> None:
    names: set[str] = set()
    for key, _ in node.value:
        if key.value in names:
            page.wrong(key, f"{quoted(key.value)} stands twice in this map; keep one of them")
        names.add(key.value)


def _syntax(file: str, error: yaml.MarkedYAMLError, text: str) -> Mistake:
    """The parser's complaint, and the trap that is met most: a bare placeholder inside a flow collection."""
    said = f"{error.context}, {error.problem}" if error.context else f"{error.problem}"
    mark = error.problem_mark or error.context_mark
    place = Place(file=file, line=mark.line + 1, column=mark.column + 1) if mark else Place(file=file)
    if "${" in "".join(text.splitlines()[place.line - 1 : place.line]):
        return Mistake(place=place, text=f"this is no YAML: {said}; {_QUOTE_IT}")
    return Mistake(place=place, text=f"this is no YAML: {said}; correct it here or on the line before")


_QUOTE_IT = 'inside {…} and […] a placeholder must be quoted: "${role.attribute}"'

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is not printable in YAML 1.1, https://yaml.org/spec/1.1/#c-printable."""


def _bad_character(file: str, text: str) -> Mistake:
    found = _FORBIDDEN.search(text)
    before = text[: found.start()] if found else ""
    place = Place(file=file, line=before.count("\n") + 1, column=len(before) - before.rfind("\n"))
    return Mistake(place=place, text="no YAML file may hold this character; remove it, or escape it in double quotes")
