"""One question on the screen, and everything that may be asked back before it is answered.

Decides: how a question is drawn, and what `why`, `?`, `how`, `notes` and `help` say. Must not know what an answer leads
to.
"""

from __future__ import annotations

from collections.abc import Callable

from troubleshooter.consult import UNKNOWN, Consultation
from troubleshooter.terminal.explaining import put_account, put_how, put_why
from troubleshooter.terminal.inquiry import Inquiry, offers
from troubleshooter.terminal.intake import Intake
from troubleshooter.terminal.lines import INDENT, Lines

KEYS = (
    ("why", "why I ask this, and what an answer would decide"),
    ("?", "how to find it out: a command to run"),
    ("how NAME", "how I know a fact or stand to a cause; a number is that of a note"),
    ("unknown", "you cannot tell; I go on without it"),
    ("back", "take the last answer back"),
    ("notes", "what is known so far"),
    ("quit", "end, with what is known so far; the end of input does the same"),
)

ALL_KEYS = "Keys: why, ? (how to find out), how NAME, unknown, back, notes, help, quit"
END_KEYS = "Keys: how NAME, back, notes, help, quit; Enter ends."


class Questioning:
    """What may be asked back at `inquiry`."""

    def __init__(self, lines: Lines, intake: Intake, consultation: Consultation | None) -> None:
        self.lines, self.intake, self.consultation = lines, intake, consultation

    def put(self, inquiry: Inquiry) -> None:
        """Draw the question with its answers and the keys."""
        lines = self.lines
        if inquiry.question:
            lines.blank()
            lines.put(inquiry.question, lead=f"[{self._number()}] ")
            lines.blank()
            self._put_choices(inquiry)
            self._put_left(inquiry)
        lines.put(ALL_KEYS if inquiry.question else END_KEYS)

    def explains(self, command: str, rest: str, inquiry: Inquiry) -> bool:
        """Whether `command` asks back; if so, the answer is on the screen."""
        asked: dict[str, Callable[[], None]] = {
            "why": lambda: self._why(inquiry),
            "?": lambda: self._find_out(inquiry),
            "how": lambda: self._how(rest),
            "notes": self._notes,
            "help": self._help,
        }
        if command not in asked:
            return False
        self.lines.blank()
        asked[command]()
        self.lines.blank()
        return True

    def _number(self) -> int:
        return len(self.intake.told) + (len(self.consultation.told) if self.consultation else 0) + 1

    def _put_choices(self, inquiry: Inquiry) -> None:
        wide = max((len(c.word) for c in inquiry.choices if c.word and c.meaning), default=-2) + 2
        for number, choice in enumerate(inquiry.choices, 1):
            word = choice.word.ljust(wide) if choice.meaning else ""
            self.lines.put(choice.meaning or choice.word, indent=INDENT, lead=f"{number:2}  {word}")
        if inquiry.choices:
            self.lines.blank()
        if inquiry.hint:
            self.lines.put(f"Type {'a number, or ' if inquiry.choices else ''}{inquiry.hint}.")

    def _put_left(self, inquiry: Inquiry) -> None:
        if self.consultation and inquiry.about in self.consultation.rulebook.questions:
            count = len(self.consultation.why(inquiry.about).remaining)
            self.lines.put(f"{count} {'cause is' if count == 1 else 'causes are'} still possible.")

    def _why(self, inquiry: Inquiry) -> None:
        for text in inquiry.why:
            self.lines.put(text)
        if self.consultation and inquiry.about in self.consultation.rulebook.questions:
            put_why(self.lines, self.consultation.why(inquiry.about))
        elif not inquiry.why:
            self.lines.put("There is no question left. `how NAME` says how something is known.")

    def _find_out(self, inquiry: Inquiry) -> None:
        if not inquiry.how:
            self.lines.put("There is nothing to find out.")
        for command in inquiry.how:
            self.lines.command(command)

    def _how(self, name: str) -> None:
        """Where a fact comes from, or how a cause stands."""
        if self.consultation is None:
            self.lines.put("Nothing is known yet.")
            return
        told = self.consultation.told
        if name.isdecimal() and 0 < int(name) <= len(told):
            name = told[int(name) - 1][0]
        known = self.consultation.how(name)
        if known is not None:
            put_how(self.lines, known)
        elif name in self.consultation.rulebook.causes:
            put_account(self.lines, self.consultation.account(name))
        elif name in dict(told):
            self.lines.put(f"{name} is not known: so you said.")
        else:
            self.lines.put(
                f"I know nothing of {name}. `notes` lists what I know." if name else "How what? `notes` has names."
            )

    def _notes(self) -> None:
        """What was told, numbered, and what was seen."""
        for inquiry, value in self.intake.told:
            self.lines.put(f"{inquiry.question} {_spoken(inquiry, value)}", lead="- ")
        if self.consultation is None:
            self.lines.put("Nothing else is known yet.")
            return
        told = self.consultation.told
        for number, (fact, word) in enumerate(told, 1):
            self.lines.put(f"{fact} is {word}" if word != UNKNOWN else f"{fact} is not known", lead=f"{number}. ")
        said = {fact for fact, _ in told}
        case = next(iter(self.consultation.examined.judgement.cases.values()), None)
        seen = [f"{fact.name} is {fact.word}" for fact in case.facts.values() if fact.name not in said] if case else []
        for text in seen:
            self.lines.put(text, lead="- ")

    def _help(self) -> None:
        self.lines.put("Answer with a number, or with the word beside it. Or type:")
        self.lines.table(KEYS)


def _spoken(inquiry: Inquiry, value: object) -> str:
    """An answer in the words in which it was offered, or as it was typed."""
    offered = next((choice.meaning or choice.word for choice in offers(inquiry) if choice.value == value), None)
    if offered is not None:
        return offered
    if isinstance(value, tuple):
        return " ".join(filter(None, value))
    return (value or UNKNOWN) if isinstance(value, str) else "a log line"
