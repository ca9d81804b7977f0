"""The consultation on the screen, in plain lines: one question after the other, and at each of them WHY, HOW and back.

Theory of operation. Two functions are the whole terminal: `read` gives a typed line (None: there are no more), `write`
takes a text. So a whole consultation is a test, and a transcript is what was written. First come the questions of the
intake, then those of the consultation, then its end, at which one may still ask how something is known, or go back.
Decides: what a typed line does. Must not know: where lines come from, or how a result is drawn.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from troubleshooter.consult import UNKNOWN, Ask, Conclude, Consultation, arguments_of
from troubleshooter.model import Diagnosis
from troubleshooter.terminal.inquiry import Choice, Inquiry, answer_of
from troubleshooter.terminal.intake import Intake
from troubleshooter.terminal.lines import Lines
from troubleshooter.terminal.opening import put_greeting
from troubleshooter.terminal.questioning import Questioning
from troubleshooter.terminal.setting import Setting
from troubleshooter.walk import RequestError

END = Inquiry(about="end", question="", default="end", hint="Enter to end")


class Turn(Enum):
    """What a typed line asks for instead of answering."""

    BACK = auto()
    QUIT = auto()


TURNS = {"back": Turn.BACK, "quit": Turn.QUIT, "exit": Turn.QUIT, "q": Turn.QUIT}


def talk(
    setting: Setting, read: Callable[[], str | None], write: Callable[[str], None], width: int = 80
) -> Diagnosis | None:
    """Hold a consultation. What comes back is everything that is known at its end, None if that is nothing.

    Raises:
        RequestError: the request that flags named makes no sense in this mesh.
    """
    return _Talk(setting, read, Lines(write, width)).run()


class _Talk:
    """One consultation on the screen."""

    def __init__(self, setting: Setting, read: Callable[[], str | None], lines: Lines) -> None:
        self.setting, self.read, self.lines = setting, read, lines
        self.intake = Intake(setting)
        self.consultation: Consultation | None = None

    def run(self) -> Diagnosis | None:
        put_greeting(self.lines, self.intake)
        inquiry = self._next()
        while True:
            value = self._answer(inquiry)
            if value is Turn.QUIT or (inquiry is END and value is not Turn.BACK):
                return self._leave(inquiry)
            if value is Turn.BACK and not self._back():
                self.lines.put("This is the first question.")
                continue
            if value is not Turn.BACK:
                self._tell(inquiry, value)
            inquiry = self._next()

    def _tell(self, inquiry: Inquiry, value: Any) -> None:
        """Take an answer to a question of the intake, or of the consultation."""
        if self.consultation is None:
            self.intake.tell(inquiry, value)
        else:
            self.consultation.tell(inquiry.about, value)

    def _next(self) -> Inquiry:
        """The next question; at the end, the result and END."""
        while self.consultation is None:
            inquiry = self.intake.next()
            if inquiry is not None:
                return inquiry
            self.consultation = self._begun()
        step = self.consultation.next_step()
        if isinstance(step, Ask):
            return _inquiry_of(step)
        if isinstance(step, Conclude):
            self._show(step.diagnosis)
        return END

    def _begun(self) -> Consultation | None:
        """A consultation about what is in question. Where that makes no sense, the last answer is taken back."""
        setting = self.setting
        try:
            begun = Consultation(setting.rulebook, setting.engine, self.intake.situation(), symptom=self.intake.symptom)
            _ = begun.examined
        except RequestError as error:
            if not self.intake.back():
                raise
            self.lines.blank()
            self.lines.put(f"{error}.")
            return None
        return begun

    def _answer(self, inquiry: Inquiry) -> Any:
        """The value of the first typed line that answers, or a Turn."""
        asked = Questioning(self.lines, self.intake, self.consultation)
        asked.put(inquiry)
        while (typed := self.read()) is not None:
            line = typed.strip()
            command, _, rest = line.partition(" ")
            if line.lower() in TURNS:
                return TURNS[line.lower()]
            if asked.explains(command.lower(), rest.strip(), inquiry):
                continue
            try:
                given_up = line.lower() == UNKNOWN and inquiry.otherwise is not None
                value = inquiry.otherwise if given_up else answer_of(inquiry, line)
            except ValueError as error:
                self.lines.put(f"{error}.".replace("..", "."))
                continue
            if not isinstance(value, Inquiry):
                return value
            inquiry = value
            asked.put(inquiry)
        return Turn.QUIT

    def _back(self) -> bool:
        """Take the last answer back, whoever holds it; False if there is none."""
        if self.consultation is not None and self.consultation.back():
            return True
        if not self.intake.back():
            return False
        self.consultation = None
        return True

    def _show(self, diagnosis: Diagnosis) -> None:
        told = diagnosis.walk is None and self.setting.inventory is None
        self.lines.blank()
        self.lines.page(self.setting.show(diagnosis, told=told))
        self.lines.blank()
        if diagnosis.walk is not None and self.setting.inventory is not None:
            words = ("diagnose", *arguments_of(diagnosis.walk.request, self.setting.arguments))
            self.lines.put("The same without questions:")
            self.lines.command(f"{self.setting.program} {shlex.join(words)}")
            self.lines.blank()

    def _leave(self, inquiry: Inquiry) -> Diagnosis | None:
        """What is known, which is shown unless it is on the screen already."""
        if self.consultation is None:
            self.lines.put("Nothing was settled.")
            return None
        diagnosis = self.consultation.diagnosis()
        if inquiry is not END:
            self._show(diagnosis)
        return diagnosis


def _inquiry_of(step: Ask) -> Inquiry:
    """A question of the knowledge base."""
    question = step.question
    return Inquiry(
        about=question.fact,
        question=question.question,
        choices=tuple(Choice(word=word, meaning=meaning, value=word) for word, meaning in question.answers),
        why=(question.why,),
        how=(question.how,),
        otherwise=UNKNOWN,
    )
