"""The wizard without a terminal: what is in view, what is typed and selected, and what a key does to it.

Theory of operation. A `View` is everything that a screen is drawn from and never changes; a `Hand` is where somebody is
on it. `Desk` holds both and takes keys as method calls, so that a whole wizard is a test. Lines are taken one at a
time; whoever drives it may do so beside the drawing, since a new View replaces the old one in one go.

Must not know: prompt_toolkit, sizes, or how anything is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from troubleshooter.facts import CATALOGUE
from troubleshooter.model import Diagnosis
from troubleshooter.terminal.dialogue import END, Dialogue, Heard, Turn
from troubleshooter.terminal.inquiry import Choice, Inquiry
from troubleshooter.terminal.lines import Said
from troubleshooter.terminal.opening import put_short_greeting
from troubleshooter.terminal.overview import Overview, overview
from troubleshooter.terminal.setting import Setting

ALL = 10_000
"""A list that scrolls needs no pages."""

COMMANDS = ("why", "?", "how", "what if", "fix", "undo", "unknown", "back", "notes", "help", "quit")
HOW, WHAT_IF = "how ", "what if "
MOST_SHOWN = MOST_OFFERED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`head` is what was made of the last answer, `reply` what was said to the last thing asked back; `diagnosis` is
    the result, at the end."""

    number: int
    inquiry: Inquiry
    overview: Overview
    head: Said = field(default_factory=Said)
    reply: Said = field(default_factory=Said)
    diagnosis: Diagnosis | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing is asked any more."""
        return self.inquiry is END


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What is typed, which of the visible choices is selected (None: none), how far was scrolled, and whether the
    program is at work."""

    typed: str = ""
    selected: int | None = None
    scroll: int = 0
    busy: bool = False


def visible(inquiry: Inquiry, typed: str) -> tuple[tuple[int, Choice], ...]:
    """The choices that hold all typed words, with their numbers; all of them where none does, or where a command or the
    number of one is typed. Nobody reads more than the first MOST_SHOWN."""
    numbered = tuple(enumerate(inquiry.choices, 1))
    words = typed.lower().split()
    if not words or _number(typed, len(numbered)) or words[0] in {c.split(maxsplit=1)[0] for c in COMMANDS}:
        return numbered[:MOST_SHOWN]
    fitting = tuple((n, c) for n, c in numbered if all(w in f"{c.word} {c.meaning}".lower() for w in words))
    return (fitting or numbered)[:MOST_SHOWN]


def _number(typed: str, count: int) -> bool:
    return typed.strip().isdecimal() and 0 < int(typed) <= count


class Desk:
    """One consultation at a terminal.

    Raises:
        RequestError: the request that flags named makes no sense in this mesh.
    """

    def __init__(self, setting: Setting) -> None:
        self.dialogue = dialogue = Dialogue(setting, page=ALL)
        self.hand = Hand()
        self.left = False
        self.view = self._looked(dialogue.start(), first=True)

    def _seen(self, heard: Heard, *, first: bool = False) -> View:
        dialogue = self.dialogue
        head = Said()
        if first:
            put_short_greeting(head, dialogue.intake)
        heard.said.onto(head)
        return View(
            number=dialogue.number,
            inquiry=dialogue.inquiry,
            overview=overview(dialogue),
            head=head,
            diagnosis=dialogue.diagnosis,
        )

    def _looked(self, heard: Heard, *, first: bool = False) -> View:
        """What is in view after everything that is to be looked at first; what each showed is said with the rest."""
        said = heard.said
        while self.dialogue.pending is not None:
            if not first:
                self.view = self._seen(Heard(turn=heard.turn, said=said))
            heard = self.dialogue.look()
            heard.said.onto(said)
        return self._seen(Heard(turn=heard.turn, said=said), first=first)

    def type(self, text: str) -> None:
        """What is typed now is this."""
        if text != self.hand.typed:
            self.hand = replace(self.hand, typed=text, selected=None, scroll=self.hand.scroll if self.view.ended else 0)

    def move(self, steps: int) -> None:
        """Select another choice; where there is none, scroll."""
        shown = visible(self.view.inquiry, self.hand.typed)
        if not shown:
            self.scroll(steps)
            return
        before = self.hand.selected
        at = (0 if steps > 0 else len(shown) - 1) if before is None else (before + steps) % len(shown)
        self.hand = replace(self.hand, selected=at)

    def scroll(self, rows: int) -> None:
        """Move what is shown; the drawing knows where it ends."""
        self.hand = replace(self.hand, scroll=max(self.hand.scroll + rows, 0), selected=None)

    def dismiss(self) -> None:
        """Put away what was said to the last thing asked back, and what was typed."""
        self.view = replace(self.view, reply=Said())
        self.hand = Hand()

    def line(self) -> str:
        """What Enter hands over: the selected choice, the one that is left of the typed words, or the text."""
        typed, selected = self.hand.typed.strip(), self.hand.selected
        shown = visible(self.view.inquiry, typed)
        if selected is not None and selected < len(shown):
            return str(shown[selected][0])
        one_left = len(shown) == 1 and self.view.inquiry.choices[1:]
        return str(shown[0][0]) if one_left else typed

    def take(self, line: str) -> None:
        """Take a line that was entered; it may last. An empty one puts a reply away first: nobody answers by it."""
        if not line and self.view.reply:
            self.dismiss()
            return
        heard = self.dialogue.hear(line)
        if heard.turn is Turn.LEFT:
            self.left = True
        elif heard.turn is Turn.STAYED or (heard.said and heard.turn is Turn.ASKED):
            self.view = replace(self.view, reply=heard.said)
        else:
            self.view = self._looked(heard)
        self.hand = Hand()

    def offers(self, typed: str) -> tuple[int, tuple[str, ...]]:
        """What may be typed on: how many of the last letters are replaced, and by what, the likeliest first."""
        stem, words = self._words(typed)
        found = sorted((rank, word) for word in dict.fromkeys(words) if (rank := _fits(stem, word)) is not None)
        return len(stem), tuple(word for _, word in found[:MOST_OFFERED])

    def _words(self, typed: str) -> tuple[str, Iterator[str]]:
        low = typed.lower()
        if low.startswith(HOW):
            return typed[len(HOW) :], self._known_names()
        if low.startswith(WHAT_IF):
            fact, sign, word = typed[len(WHAT_IF) :].partition("=")
            kind = CATALOGUE.facts.get(fact)
            return (word, iter(kind.words if kind else ())) if sign else (fact, (f"{f}=" for f in CATALOGUE.facts))
        inquiry = self.view.inquiry
        words = (*inquiry.suggested, *(c.word for c in inquiry.choices if c.word), *COMMANDS)
        return typed, iter(words)

    def _known_names(self) -> Iterator[str]:
        consultation = self.dialogue.consultation
        if consultation is not None:
            for judged in consultation.examined.judgement.cases.values():
                yield from judged.facts
            yield from consultation.rulebook.causes


def _fits(stem: str, word: str) -> tuple[int, int] | None:
    """How well a word fits what was typed of it: it begins so, holds it, or has its letters in this order; None: it
    does not fit."""
    low, text = stem.lower(), word.lower()
    if text.startswith(low):
        return 0, 0
    if low in text:
        return 1, text.index(low)
    letters = iter(text)
    return (2, len(text)) if all(letter in letters for letter in low) else None
