"""The helpful half of a mistake: which word was probably meant.

Decides: what is suggested in place of a word that does not exist. Must not know where words come from.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from troubleshooter.model.plain import plain

SUGGESTIONS = 4
"""More than four would be read as a list, not as a suggestion."""

RIVAL = 0.1
"""How much less alike than the nearest another suggestion may be: names of one role are all somewhat alike."""

LONGEST = 60


def quoted(word: str) -> str:
    """`word` in backticks, on one line, short, and without anything that a terminal would obey."""
    shown = plain(word if len(word) <= LONGEST else f"{word[:LONGEST]}…")
    return f"`{shown}`"


def either(words: Sequence[str]) -> str:
    """The words in a sentence: "`a`, `b` or `c`"."""
    *most, last = (quoted(word) for word in words)
    return f"{', '.join(most)} or {last}" if most else last


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Those of `known` that `word` may have been meant for, the likeliest first."""
    near = difflib.get_close_matches(word, sorted(known), n=SUGGESTIONS)
    likeness = [difflib.SequenceMatcher(None, other, word).ratio() for other in near]
    return [other for other, ratio in zip(near, likeness, strict=True) if ratio >= likeness[0] - RIVAL]


def advice(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """What to do about `word`, which is none of `known`: take the nearest, or do what `otherwise` says; where that says
    nothing, take any of `known`."""
    choices = sorted(known)
    if near := nearest(word, choices):
        return f"did you mean {either(near)}?"
    return otherwise or (f"use {either(choices)}" if choices else "there are none to choose from")
