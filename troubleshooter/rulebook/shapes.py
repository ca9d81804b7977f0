"""Shapes: tables that say which keys a map may have, and the readers that walk them.

Theory of operation: a reader takes a page and a node and returns a value. What it cannot use it refuses (`Unfit`);
whoever goes through keys or items notes that on the page and goes on, so that one run names every mistake. A key that
is missing or unfit leaves its fallback behind. So values are always built, and are fit for use only if the page has no
mistakes.

Decides: how a key is looked up and a value built. Must not know: what a cause or a symptom is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias

import yaml

from troubleshooter.rulebook.advice import advice, nearest, quoted
from troubleshooter.rulebook.nodes import Node, Page
from troubleshooter.rulebook.places import Mark

Read: TypeAlias = Callable[[Page, Node], Any]
"""Raises `Unfit` where the node is of no use."""

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Unfit(Exception):
    """`node` cannot be used; `text` says why and what to do."""

    def __init__(self, node: Node, text: str) -> None:
        super().__init__(text)
        self.node = node
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One row of a shape: how the value is read, into which field, and what stands there if it is missing or unfit
    (nothing if the field has a default of its own)."""

    read: Read
    field: str = ""
    needed: bool = False
    fallback: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a map may hold. `name` is what people call it ("a fix"); `make` builds the value from fields and a place."""

    name: str
    keys: Mapping[str, Key]
    make: Callable[..., Any]


def need(read: Read, fallback: Any = "", field: str = "") -> Key:
    """A key that must be there."""
    return Key(read=read, field=field, needed=True, fallback=(fallback,))


def may(read: Read, field: str = "") -> Key:
    """A key that may be left out; the value's own default stands for it."""
    return Key(read=read, field=field)


def pairs(node: Node, what: str) -> list[tuple[Node, Node]]:
    """Keys and values of a map; `what` says in a mistake what the map would be."""
    if not isinstance(node, yaml.MappingNode):
        raise Unfit(node, f"{what} is a map here; write `key: value` lines")
    return list(node.value)


def items(node: Node) -> list[Node]:
    """The items of a list."""
    if not isinstance(node, yaml.SequenceNode):
        raise Unfit(node, "this is a list; write each item as `- …`")
    return list(node.value)


def text(_page: Page, node: Node) -> str:
    """One text that is not empty, as it is written: never a number or a boolean."""
    if not isinstance(node, yaml.ScalarNode):
        raise Unfit(node, "this is one text, not a list or a map")
    said = node.value.strip()
    if not said:
        raise Unfit(node, "there is no text here; write it")
    if "TODO" in said:
        raise Unfit(node, "this still says TODO; write it")
    return str(said)


def slug(page: Page, node: Node) -> str:
    """An id: words of lower-case letters and digits, joined by dashes."""
    word = text(page, node)
    if not SLUG.fullmatch(word):
        raise Unfit(node, f"{quoted(word)} is no id; use lower-case words joined by dashes, like `no-such-host`")
    return word


def number(page: Page, node: Node) -> int:
    """A status code."""
    word = text(page, node)
    if not re.fullmatch(r"[1-9][0-9]{2}", word):
        raise Unfit(node, f"{quoted(word)} is no HTTP status; use a number of three digits, like 503")
    return int(word)


def flag(page: Page, node: Node) -> bool:
    """`true` or `false`."""
    return bool(chosen(("true", "false"), "boolean")(page, node) == "true")


def chosen(words: tuple[str, ...], what: str) -> Read:
    """One word of a closed list."""

    def read(page: Page, node: Node) -> str:
        word = text(page, node)
        if word not in words:
            raise Unfit(node, f"{quoted(word)} is no {what}; {advice(word, words)}")
        return word

    return read


def member(kind: type[StrEnum], what: str) -> Read:
    """One member of an enum, by its value."""
    word = chosen(tuple(m.value for m in kind), what)
    return lambda page, node: kind(word(page, node))


def each(read: Read, at_least: int = 0) -> Read:
    """A list; items that are unfit are noted and left out."""

    def read_items(page: Page, node: Node) -> tuple[Any, ...]:
        found = items(node)
        if len(found) < at_least:
            raise Unfit(node, "this list is empty; add an item")
        return tuple(value for item in found for value in attempt(page, read, item))

    return read_items


def some(read: Read) -> Read:
    """One value, or a list of them."""
    many = each(read, at_least=1)
    return lambda page, node: many(page, node) if isinstance(node, yaml.SequenceNode) else (read(page, node),)


def named(read: Read, what: str, at_least: int = 0) -> Read:
    """A map from names that the author chooses."""

    def read_map(page: Page, node: Node) -> dict[str, Any]:
        found = pairs(node, what)
        if len(found) < at_least:
            raise Unfit(node, f"{what} is empty; write a `key: value` line")
        return {key.value: value for key, node in found for value in attempt(page, read, node)}

    return read_map


def shaped(shape: Shape) -> Read:
    """A map of `shape`, made into its value."""
    return lambda page, node: shape.make(**fields(page, node, shape))


def attempt(page: Page, read: Read, node: Node) -> tuple[Any, ...]:
    """What `read` makes of `node`; nothing, and a mistake on the page, if it refuses."""
    try:
        return (read(page, node),)
    except Unfit as unfit:
        page.wrong(unfit.node, unfit.text)
        return ()


def fields(page: Page, node: Node, shape: Shape) -> dict[str, Any]:
    """The fields of a map of `shape`, with fallbacks where something is wrong, and its `place`."""
    found = {name: value for name, key in shape.keys.items() for value in key.fallback}
    marks: dict[str, Mark] = {}
    for key_node, value in pairs(node, shape.name):
        name = key_node.value
        marks[name] = (value.start_mark.line + 1, value.start_mark.column + 1)
        if key := shape.keys.get(name):
            found.update((name, read) for read in attempt(page, key.read, value))
        else:
            page.wrong(key_node, f"{quoted(name)} is no key of {shape.name}; {advice(name, shape.keys)}")
    for name in _missing(shape, marks):
        page.wrong(node, f"{shape.name} needs {quoted(name)}; add it")
    place = replace(page.place(node), keys=marks)
    return {(shape.keys[name].field or name): value for name, value in found.items()} | {"place": place}


def _missing(shape: Shape, given: Mapping[str, Mark]) -> list[str]:
    """Needed keys that are not there. One that is only misspelt is there: the unknown key's mistake names it."""
    misspelt = {name for key in given.keys() - shape.keys.keys() for name in nearest(key, shape.keys)[:1]}
    return [name for name, key in shape.keys.items() if key.needed and name not in given.keys() | misspelt]


def keyed(shape: Shape, field: str, what: str) -> Read:
    """A map from names to maps of `shape`; the name goes into `field`, and the value stands where its name does."""

    def read_one(key: Node, page: Page, node: Node) -> Any:
        found = fields(page, node, shape)
        start = page.place(key)
        place = replace(found["place"], line=start.line, column=start.column)
        return shape.make(**found | {"place": place, field: key.value})

    def read_map(page: Page, node: Node) -> dict[str, Any]:
        return {
            key.value: value for key, body in pairs(node, what) for value in attempt(page, partial(read_one, key), body)
        }

    return read_map
