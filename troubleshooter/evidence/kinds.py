"""What a kind of text is: how it is known, and how it is read.

A kind is a row in the table of its area (`envoy.KINDS`, `istiod.KINDS`, ...); `recognition` puts them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from troubleshooter.evidence.page import Page

DAMAGED = "its JSON is damaged or cut off"


class Unreadable(ValueError):
    """A text that is of a kind by its beginning and cannot be read as such; the message says why, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partly:
    """What could be read of a damaged text, and why the rest could not, in plain words. What is in the value is
    whole: nothing may look absent in it that stands in the damaged part."""

    value: Any
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`words` say what it is, for people ("the configuration of an Envoy proxy (config_dump)"); `fits` tells whether a
    text is one, from its beginning or its JSON; `read` gives its value, of a type that no other kind has, or raises
    Unreadable, or gives Partly what could be read. Neither raises anything else, whatever the text. `also` marks what
    may stand among the lines of a text of another kind, and is read from there, too."""

    words: str
    fits: Callable[[Page], bool]
    read: Callable[[Page], Any]
    also: bool = False


def json_map(page: Page) -> Mapping[str, Any]:
    """The JSON object in a text.

    Raises:
        Unreadable: there is none, though the text begins as one.
    """
    if not isinstance(page.json, dict):
        raise Unreadable(DAMAGED)
    return page.json


def json_list(page: Page) -> list[Any]:
    """The JSON list in a text.

    Raises:
        Unreadable: there is none, though the text begins as one.
    """
    if not isinstance(page.json, list):
        raise Unreadable(DAMAGED)
    return page.json
