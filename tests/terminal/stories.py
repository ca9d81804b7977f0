"""Consultations told as stories: who looks for what, what they know, and what they ask back.

A story is a YAML file beside this one:

    title, about   what a newcomer reads first
    words          what is typed after the program's name
    first          answers to the first questions (what is seen, who calls whom): a line, or {type, tells, asides}
    knows          fact: its word, or a list of words, one for each time that it is asked; other facts are not known
    asides         fact: what is asked back before it is answered (why, ?, how NAME, what if NAME=WORD, back, notes)
    tells          fact: prose that stands before its answer
    at_end         what is asked after the result
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from troubleshooter.rulebook import Rulebook

FOLDER = Path(__file__).resolve().parent / "stories"
KEYS = {"title", "about", "words", "first", "knows", "asides", "tells", "at_end"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line that answers one of the first questions, the prose before it, and what is asked back before it."""

    type: str
    tells: str = ""
    asides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The keys are those of the file."""

    title: str
    about: str
    words: tuple[str, ...] = ()
    first: tuple[Typed, ...] = ()
    knows: Mapping[str, list[str]] = field(default_factory=dict)
    asides: Mapping[str, list[str]] = field(default_factory=dict)
    tells: Mapping[str, str] = field(default_factory=dict)
    at_end: tuple[str, ...] = ()


def stories() -> dict[str, Story]:
    """All stories by the name of their file, without its ending."""
    return {file.stem: _story(yaml.safe_load(file.read_text("utf-8"))) for file in sorted(FOLDER.glob("*.yaml"))}


def _story(given: Mapping[str, Any]) -> Story:
    assert set() == given.keys() - KEYS, "a story has other keys"
    return Story(
        title=given["title"],
        about=given["about"].strip(),
        words=tuple(given.get("words", "").split()),
        first=tuple(_typed(one) for one in given.get("first", ())),
        knows={fact: list(word) if isinstance(word, list) else [word] for fact, word in given.get("knows", {}).items()},
        asides=given.get("asides", {}),
        tells=given.get("tells", {}),
        at_end=tuple(given.get("at_end", ())),
    )


def _typed(one: Any) -> Typed:
    if isinstance(one, str):
        return Typed(type=one)
    return Typed(type=one["type"], tells=one.get("tells", ""), asides=tuple(one.get("asides", ())))


class Person:
    """Somebody who holds the consultation of a story. `notes` are paragraphs, each before the line of its number."""

    def __init__(self, story: Story, rulebook: Rulebook) -> None:
        self.story = story
        self.facts = {" ".join(text.question.split()): fact for fact, text in rulebook.questions.items()}
        self.words = {fact: iter(words) for fact, words in story.knows.items()}
        self.notes: dict[int, str] = {}
        self._typed = 0
        self._lines = self._acting()
        next(self._lines)

    def answer(self, screen: str) -> str | None:
        """What they type when they see this screen; None once they have nothing left to say."""
        try:
            line = self._lines.send(screen)
        except StopIteration:
            return None
        self._typed += 1
        return line

    def _acting(self) -> Generator[str, str, None]:
        first = list(self.story.first)
        asides = {fact: list(lines) for fact, lines in self.story.asides.items()}
        tells = dict(self.story.tells)
        screen = yield ""
        while not screen.rstrip().endswith("Enter ends."):
            fact = self._asked_for(screen)
            if fact or not first:
                self._note(tells.pop(fact, ""))
                waiting = asides.get(fact, [])
                answer = "" if waiting else next(self.words.get(fact, iter(())), "unknown")
            else:
                self._note(first[0].tells)
                waiting = list(first[0].asides)
                first[0] = replace(first[0], tells="", asides=first[0].asides[1:])
                answer = "" if waiting else first.pop(0).type
            screen = yield waiting.pop(0) if waiting else answer
        for aside in self.story.at_end:
            screen = yield aside

    def _note(self, text: str) -> None:
        """Prose that stands before the line that is typed next."""
        if text:
            self.notes[self._typed] = text.strip()

    def _asked_for(self, screen: str) -> str:
        """The fact that the last question on the screen is about, "" if it is about none."""
        asked = " ".join(screen.rpartition("\n[")[2].split())
        return next(
            (fact for question, fact in self.facts.items() if asked.partition("] ")[2].startswith(question)), ""
        )
