"""A question on the screen, whatever it is about: its words, its answers, and how a typed answer is read.

Decides: which answer a typed line means. Must not know consultations, or how a question is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer: what is typed for it besides its number ("" where only the number is), what it means, and the value
    that it stands for. A value that is an Inquiry is asked next, in place of this one."""

    word: str = ""
    meaning: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """`about` names what is asked for. `why` and `how` answer `why` and `?`: paragraphs and commands. `read` makes a
    value of a line that is no choice, and raises ValueError with a sentence if it cannot; None takes choices only.
    `hint` says what `read` takes, `suggested` are texts that it would take. `otherwise` is what `unknown` means,
    `default` what an empty line does; None allows neither."""

    about: str
    question: str
    choices: tuple[Choice, ...] = ()
    why: tuple[str, ...] = ()
    how: tuple[str, ...] = ()
    read: Callable[[str], Any] | None = None
    hint: str = ""
    suggested: tuple[str, ...] = ()
    otherwise: Any = None
    default: Any = None


def answer_of(inquiry: Inquiry, line: str) -> Any:
    """The value of a typed line.

    Raises:
        ValueError: it is no answer; the text says what would be one.
    """
    if not line and inquiry.default is not None:
        return inquiry.default
    found = chosen(inquiry, line)
    if found is not None:
        return found.value
    if inquiry.read is not None and line:
        return inquiry.read(line)
    raise ValueError(_would_be_one(inquiry))


def chosen(inquiry: Inquiry, line: str) -> Choice | None:
    """The choice whose number or word was typed."""
    if line.isdecimal() and 0 < int(line) <= len(inquiry.choices):
        return inquiry.choices[int(line) - 1]
    return next((c for c in inquiry.choices if c.word and c.word.lower() == line.lower()), None)


def _would_be_one(inquiry: Inquiry) -> str:
    numbers = f"a number from 1 to {len(inquiry.choices)}" if inquiry.choices[1:] else "1"
    return "Type " + ", or ".join(filter(None, (numbers if inquiry.choices else "", inquiry.hint, "help")))


def offers(inquiry: Inquiry) -> Iterator[Choice]:
    """Every choice, those of further pages too."""
    for choice in inquiry.choices:
        if isinstance(choice.value, Inquiry):
            yield from offers(choice.value)
        else:
            yield choice


def paged(inquiry: Inquiry, page: int) -> Inquiry:
    """The inquiry with its first choices only, and one more that shows the rest; a screen has no room for many."""
    rest = inquiry.choices[page:]
    if len(rest) < 2:
        return inquiry
    following = paged(replace(inquiry, choices=rest), page)
    more = Choice(word="more", meaning=f"{len(rest)} others", value=following)
    return replace(inquiry, choices=(*inquiry.choices[:page], more))


def narrowing(inquiry: Inquiry, other: Callable[[str], Any], page: int) -> Inquiry:
    """The inquiry in `page`s, in which a typed line means the one choice that holds all its words, or leads on to the
    choices that do; where none does, it means what `other` makes of it (which may raise ValueError)."""

    def read(line: str) -> Any:
        words = line.lower().split()
        fitting = [c for c in inquiry.choices if all(w in f"{c.word} {c.meaning}".lower() for w in words)]
        if len(fitting) == 1:
            return fitting[0].value
        return paged(replace(inquiry, choices=tuple(fitting), read=read), page) if fitting else other(line)

    return paged(replace(inquiry, read=read), page)
