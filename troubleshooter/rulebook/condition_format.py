"""How conditions are written: `when`, `unless` and `supports`, node to value.

Decides: what a condition may look like. Must not know: which facts and words there are (`checks` does).
"""

from __future__ import annotations

from functools import partial

import yaml

from troubleshooter.rulebook.nodes import Node, Page
from troubleshooter.rulebook.shapes import Read, Unfit, attempt, each, items, pairs, some, text
from troubleshooter.rulebook.values import AnyOf, Condition, When

ANY = "any"

_words = some(text)


def read_when(page: Page, node: Node) -> When:
    """A list of maps, or one map; every key is a fact with a word or a list of words, or `any` with a list of
    alternatives, each a map or a list of maps itself."""
    return _all_of(page, node, _any_of)


def read_each_alone(page: Page, node: Node) -> tuple[Condition, ...]:
    """A list in which every item is one fact with its words, because each counts alone."""
    return tuple(each(_alone)(page, node))


def _alone(page: Page, node: Node) -> Condition:
    found = pairs(node, "a condition")
    if len(found) != 1:
        raise Unfit(node, "each condition counts alone here; write one fact an item (`- role.attribute: word`)")
    key, value = found[0]
    if key.value == ANY:
        raise Unfit(key, "each condition counts alone here, so `any` has no meaning; write its facts as items")
    return _condition(key, page, value)


def _any_of(page: Page, node: Node) -> AnyOf:
    return AnyOf(alternatives=each(_alternative, at_least=1)(page, node))


def _alternative(page: Page, node: Node) -> When:
    return _all_of(page, node, _no_more)


def _no_more(_page: Page, node: Node) -> AnyOf:
    raise Unfit(node, "an `any` inside an `any` is hard to read; write each alternative out")


def _all_of(page: Page, node: Node, read_any: Read) -> When:
    if not node.value:
        raise Unfit(node, "there is no condition here; write one (`role.attribute: word`)")

    def read_part(page: Page, part: Node) -> list[Condition | AnyOf]:
        found: list[Condition | AnyOf] = []
        for key, value in pairs(part, "a condition"):
            found.extend(attempt(page, read_any if key.value == ANY else partial(_condition, key), value))
        return found

    parts = items(node) if isinstance(node, yaml.SequenceNode) else [node]
    return tuple(one for part in parts for found in attempt(page, read_part, part) for one in found)


def _condition(key: Node, page: Page, value: Node) -> Condition:
    words = dict.fromkeys(_words(page, value))
    return Condition(fact=text(page, key), words=tuple(words), place=page.place(key))
