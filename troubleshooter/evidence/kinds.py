"""What a kind of text is: how it is known, and how it is read.

A kind is a row in the table of its area (`envoy.KINDS`, `istiod.KINDS`, ...); `recognition` puts them together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from troubleshooter.evidence.page import Page


class Unreadable(ValueError):
    """A text that is of a kind by its beginning and cannot be read as such; the message says why, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`words` say what it is, for people ("the configuration of an Envoy proxy (config_dump)"); `fits` tells whether a
    text is one, from its beginning or its JSON; `read` gives its value, of a type that no other kind has, or raises
    Unreadable. Neither raises anything else, whatever the text."""

    words: str
    fits: Callable[[Page], bool]
    read: Callable[[Page], Any]
