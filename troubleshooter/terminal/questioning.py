"""One question, and everything that may be asked back before it is answered.

Decides: how a question is drawn in lines, and what `why`, `?`, `how`, `what if`, `notes` and `help` say. Must not know
what an answer leads to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from troubleshooter.consult import UNKNOWN, Consultation
from troubleshooter.model import Diagnosis
from troubleshooter.terminal.explaining import put_account, put_how, put_supposed, put_why
from troubleshooter.terminal.inquiry import Inquiry, offers
from troubleshooter.terminal.intake import Intake
from troubleshooter.terminal.lines import INDENT, Writer
from troubleshooter.terminal.opening import put_how_to_look
from troubleshooter.terminal.pasted import Seen

KEYS = (
    ("why", "why I ask this, and what an answer would decide"),
    ("?", "how to find it out: a command to run"),
    ("how NAME", "how I know a fact or stand to a cause; a number is that of a note"),
    ("what if FACT=WORD", "what I would conclude then; nothing of it is kept"),
    ("unknown", "you cannot tell; I go on without it"),
    ("back", "take the last answer back; `back 3` the last three"),
    ("fix 2", "at the end: the second fix in full; `undo` what puts everything back, `undo 2` for that one"),
    ("notes", "what is known so far"),
    ("paste", "before several lines that belong together"),
    ("quit", "end, with what is known so far; the end of input does the same"),
)

ALL_KEYS = "Keys: why, ?, how NAME, what if NAME=WORD, unknown, back, notes, help, quit"
END_KEYS = "Keys: how NAME, what if NAME=WORD, fix 2, undo, back, notes, help; Enter ends."

SUPPOSING = re.compile(r"if\s+(?:.*\s)?([\w.]+)\s*(?:=+|\s+is\s+|\s+were\s+)\s*([\w.+-]+)\s*\??", re.IGNORECASE)


class Asked(Protocol):
    """What a question is drawn from."""

    inquiry: Inquiry
    consultation: Consultation | None

    @property
    def number(self) -> int: ...


def put_question(lines: Writer, asked: Asked) -> None:
    """Draw the question with its answers and the keys."""
    inquiry = asked.inquiry
    if inquiry.question:
        lines.blank()
        lines.put(inquiry.question, lead=f"[{asked.number}] ")
        lines.blank()
        _put_choices(lines, inquiry)
        left = causes_left(inquiry, asked.consultation)
        if left is not None:
            lines.put(f"{left} {'cause is' if left == 1 else 'causes are'} still possible.")
    lines.put(ALL_KEYS if inquiry.question else END_KEYS)


def _put_choices(lines: Writer, inquiry: Inquiry) -> None:
    wide = max((len(c.word) for c in inquiry.choices if c.word and c.meaning), default=-2) + 2
    for number, choice in enumerate(inquiry.choices, 1):
        word = choice.word.ljust(wide) if choice.meaning else ""
        lines.put(choice.meaning or choice.word, indent=INDENT, lead=f"{number:2}  {word}")
    if inquiry.choices:
        lines.blank()
    if inquiry.hint:
        lines.put(f"Type {'a number, or ' if inquiry.choices else ''}{inquiry.hint}.")


def causes_left(inquiry: Inquiry, consultation: Consultation | None) -> int | None:
    """How many causes are possible still, None where the question is not about a fact."""
    if consultation is None or inquiry.about not in consultation.rulebook.questions:
        return None
    return len(consultation.why(inquiry.about).remaining)


class Questioning:
    """What may be asked back at `inquiry`."""

    def __init__(
        self, intake: Intake, consultation: Consultation | None, inquiry: Inquiry, diagnosis: Diagnosis | None = None
    ) -> None:
        self.intake, self.consultation, self.inquiry, self.diagnosis = intake, consultation, inquiry, diagnosis

    def explains(self, lines: Writer, command: str, rest: str) -> bool:
        """Whether `command` asks back; if so, the answer is put on `lines`."""
        asked: dict[str, Callable[[], None]] = {
            "why": lambda: self._why(lines),
            "?": lambda: self._find_out(lines),
            "how": lambda: self._how(lines, rest),
            "what": lambda: self._what_if(lines, rest),
            "fix": lambda: self._fix(lines, rest, undo=False),
            "undo": lambda: self._fix(lines, rest, undo=True),
            "notes": lambda: self._notes(lines),
            "help": lambda: self._help(lines),
        }
        if command not in asked or (command == "what" and not re.match(r"if\b", rest, re.IGNORECASE)):
            return False
        lines.blank()
        asked[command]()
        lines.blank()
        return True

    def _why(self, lines: Writer) -> None:
        inquiry = self.inquiry
        for text in inquiry.why:
            lines.put(text)
        if self.consultation and inquiry.about in self.consultation.rulebook.questions:
            put_why(lines, self.consultation.why(inquiry.about))
        elif not inquiry.why:
            lines.put("There is no question left. `how NAME` says how something is known.")

    def _find_out(self, lines: Writer) -> None:
        if not self.inquiry.how:
            lines.put("There is nothing to find out.")
        for command in self.inquiry.how:
            lines.command(command)

    def _how(self, lines: Writer, name: str) -> None:
        """Where a fact comes from, or how a cause stands."""
        if self.consultation is None:
            lines.put("Nothing is known yet.")
            return
        told = self.consultation.told
        if name.isdecimal() and 0 < int(name) <= len(told):
            name = told[int(name) - 1][0]
        known = self.consultation.how(name)
        if known is not None:
            put_how(lines, known)
        elif name in self.consultation.rulebook.causes:
            put_account(lines, self.consultation.account(name))
        elif name in dict(told):
            lines.put(f"{name} is not known: so you said.")
        else:
            lines.put(
                f"I know nothing of {name}. `notes` lists what I know." if name else "How what? `notes` has names."
            )

    def _what_if(self, lines: Writer, rest: str) -> None:
        """What would be concluded if a fact had another word."""
        found = SUPPOSING.fullmatch(rest)
        if self.consultation is None:
            lines.put("Nothing is looked at yet; ask this once I know what is in question.")
        elif found is None:
            lines.put("What if what? Name a fact and a word, such as: what if caller.proxy=absent")
        else:
            try:
                put_supposed(lines, self.consultation.suppose(found[1], found[2]))
            except ValueError as error:
                lines.put(f"{error}.")

    def _fix(self, lines: Writer, rest: str, *, undo: bool) -> None:
        """A fix of the root cause in full, or what undoes it."""
        number = int(rest) if rest.isdecimal() else 1
        root = self.diagnosis.root if self.diagnosis else None
        text = self.intake.setting.show_fix(root, number, undo=undo) if root else ""
        if text:
            lines.page(text)
        elif root is None:
            lines.put("There is no root cause to mend yet.")
        else:
            lines.put(
                f"There is {'nothing to undo' if undo else 'no fix'} of that number; {len(root.fixes)} are known."
            )

    def _notes(self, lines: Writer) -> None:
        """What was told, numbered, and what was seen."""
        for inquiry, value in self.intake.told:
            lines.put(f"{inquiry.question} {spoken(inquiry, value)}", lead="- ")
        if self.consultation is None:
            lines.put("Nothing else is known yet.")
            return
        told = self.consultation.told
        for number, (fact, word) in enumerate(told, 1):
            lines.put(f"{fact} is {word}" if word != UNKNOWN else f"{fact} is not known", lead=f"{number}. ")
        said = {fact for fact, _ in told}
        case = next(iter(self.consultation.examined.judgement.cases.values()), None)
        seen = [f"{fact.name} is {fact.word}" for fact in case.facts.values() if fact.name not in said] if case else []
        for text in seen:
            lines.put(text, lead="- ")

    def _help(self, lines: Writer) -> None:
        lines.put("Answer with a number, or with the word beside it. Or type:")
        lines.table(KEYS)
        if self.intake.inventory is None:
            lines.blank()
            put_how_to_look(lines, self.intake.setting)


def spoken(inquiry: Inquiry, value: object) -> str:
    """An answer in the words in which it was offered, or as it was typed."""
    offered = next((choice.meaning or choice.word for choice in offers(inquiry) if choice.value == value), None)
    if offered is not None:
        return offered
    if isinstance(value, Seen):
        return " ".join(value.taken) or value.symptom or UNKNOWN
    if isinstance(value, tuple):
        return " ".join(filter(None, value))
    return value or UNKNOWN if isinstance(value, str) else UNKNOWN
