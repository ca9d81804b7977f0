"""What the styles of rows look like, and rows as prompt_toolkit takes them.

Decides: colours, of the eight that every terminal has in its own way, and what is left of a look without them.
"""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.styles import Style

from troubleshooter.terminal.rows import Row

LOOKS = {
    "title": "reverse",
    "strong": "bold",
    "faint": "",
    "bad": "ansired bold",
    "good": "ansigreen",
    "warn": "ansiyellow",
    "chosen": "bold",
    "key": "bold",
    "rule": "ansibrightblack",
}
"""Bright black is the background of some themes, so nothing that is to be read has it."""


def style(*, color: bool) -> Style:
    """The looks of all styles."""
    return Style.from_dict({name: look if color else without_color(look) for name, look in LOOKS.items()})


def without_color(look: str) -> str:
    """What of a look is no colour."""
    return " ".join(word for word in look.split() if not word.startswith("ansi"))


def fragments(rows: Iterable[Row]) -> StyleAndTextTuples:
    """Rows as prompt_toolkit takes them."""
    found: StyleAndTextTuples = []
    for number, line in enumerate(rows):
        found += [("", "\n")] if number else []
        found += [(f"class:{style}" if style else "", text) for style, text in line]
    return found
