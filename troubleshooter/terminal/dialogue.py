"""Where a consultation stands, and what a typed line makes of it: the whole wizard without a screen.

Theory of operation. `start` and `hear` return what is to be said, and leave in `inquiry` the question that is open, or
END with `diagnosis` filled. Where something is to be looked at first, they leave it in `pending`: it is said before it
happens, and `look` goes on from there. First come the questions of the intake, then those of the consultation. Both
fronts (plain lines, and the screen) draw from these values and decide nothing. Answers are a list; `back` drops its
end.

Must not know: where lines come from, or how anything is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from troubleshooter.consult import UNKNOWN, Ask, Conclude, Consultation, Look
from troubleshooter.model import Diagnosis, Verdict
from troubleshooter.terminal.given import Given, scrubbed
from troubleshooter.terminal.inquiry import Choice, Inquiry, answer_of, chosen
from troubleshooter.terminal.intake import PAGE, Intake
from troubleshooter.terminal.lines import Said
from troubleshooter.terminal.pasted import Page, Seen
from troubleshooter.terminal.questioning import Questioning, spoken
from troubleshooter.terminal.setting import Setting
from troubleshooter.walk import RequestError

LOOKING = Inquiry(about="look", question="")
END = Inquiry(about="end", question="", default="end", hint="Enter to end")
QUITS = frozenset({"quit", "exit", "q", ":q"})


class Turn(Enum):
    """What a typed line led to."""

    STAYED = auto()
    """Something was said; the question is on the screen still."""
    ASKED = auto()
    """The question is put again, or a narrower one."""
    MOVED = auto()
    """Another question, or the end."""
    LEFT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a typed line led to, and what is to be said about it."""

    turn: Turn
    said: Said


class Dialogue:
    """One consultation with somebody. `page` is how many choices are offered at once."""

    def __init__(self, setting: Setting, page: int = PAGE) -> None:
        self.setting = setting
        self.intake = Intake(setting, page)
        self.consultation: Consultation | None = None
        self.inquiry = END
        self.diagnosis: Diagnosis | None = None
        self.pending: Look | None = None
        self.given: list[Given] = []
        self._wide: Inquiry | None = None
        self._typed: list[str] = []

    @property
    def number(self) -> int:
        """The open question's number, from 1."""
        return len(self.intake.told) + (len(self.consultation.told) if self.consultation else 0) + 1

    @property
    def by_answers(self) -> bool:
        """Whether all that is known was said: there is neither a mesh nor evidence."""
        return self.intake.inventory is None and not self.intake.evidence

    @property
    def asked_back(self) -> Questioning:
        """What may be asked at the open question."""
        return Questioning(self.intake, self.consultation, self.inquiry, self.diagnosis)

    def start(self) -> Heard:
        """Go to the first question; past those that were answered in an earlier session.

        Raises:
            RequestError: the request that flags named makes no sense in this mesh.
        """
        said = Said()
        self._next(said)
        for text in self.setting.news:
            said.put(text)
        if self.setting.answers:
            said.put(self._resumed())
        return Heard(turn=Turn.MOVED, said=said)

    def _resumed(self) -> str:
        """Give the answers of an earlier session again, as far as they are asked for and mean the same."""
        answers = self.setting.answers
        again = next((n for n, given in enumerate(answers) if not self._again(given)), len(answers))
        if again == len(answers):
            return f"I go on where you left, after {again} {'answer' if again == 1 else 'answers'}."
        return f"I go on after {again} of your {len(answers)} answers; the next one does not fit what I see now."

    def _again(self, given: Given) -> bool:
        """Whether an answer could be given again; if not, nothing is left of the attempt."""
        before = len(self.given)
        if self.inquiry.about != given.about:
            return False
        for line in given.typed:
            self._answer(line, Said())
            while self.pending is not None:
                self.look()
        if self.given[before:] and self.given[before].meant == given.meant:
            return True
        while self._wide is not None or len(self.given) > before:
            self._back(1)
        return False

    def hear(self, typed: str) -> Heard:
        """Take a line, or several that were pasted at once. Never raises: what is unclear is told so."""
        before = tuple(self.given)
        heard = self._hear(typed)
        if before != tuple(self.given):
            self.setting.keep(tuple(self.given))
        return heard

    def _hear(self, typed: str) -> Heard:
        line = typed.strip()
        if line.lower() in QUITS:
            return Heard(turn=Turn.LEFT, said=Said())
        command, _, rest = line.partition(" ")
        if command.lower() == "back" and (not rest.strip() or rest.strip().isdecimal()):
            return self._back(int(rest or 1))
        said = Said()
        if self.asked_back.explains(said, command.lower(), rest.strip()):
            return Heard(turn=Turn.STAYED, said=said)
        return self._answer(line, said)

    def _answer(self, line: str, said: Said) -> Heard:
        """Take a line that is an answer, or say what would be one."""
        inquiry = self.inquiry
        try:
            given_up = line.lower() == UNKNOWN and inquiry.otherwise is not None
            value = inquiry.otherwise if given_up else answer_of(inquiry, line)
        except ValueError as error:
            said.put(f"{error}.".replace("..", ".").replace("?.", "?"))
            return Heard(turn=Turn.STAYED, said=said)
        if inquiry is END:
            return Heard(turn=Turn.LEFT, said=said)
        if isinstance(value, Page):
            return self._take_page(value, said)
        pick = chosen(inquiry, line)
        self._typed.append(scrubbed(pick.word if pick and pick.word else line))
        if isinstance(value, Inquiry):
            self._wide, self.inquiry = self._wide or inquiry, value
            return Heard(turn=Turn.ASKED, said=said)
        self._tell(value)
        if isinstance(value, Seen) and value.taken:
            said.blank()
            for sentence in value.taken:
                said.put(sentence)
        return self._next(said)

    def _take_page(self, page: Page, said: Said) -> Heard:
        """Take a page in place of an answer, if it tells one: that is what is kept for another session."""
        inquiry, consultation = self.inquiry, self.consultation
        if consultation is None:
            return Heard(turn=Turn.STAYED, said=said)
        try:
            taken = consultation.tell_page(inquiry.about, page)
        except ValueError as error:
            said.put(f"{error}.".replace("..", "."))
            return Heard(turn=Turn.STAYED, said=said)
        _, word = consultation.told[-1]
        self.given.append(Given(about=inquiry.about, typed=(word,), meant=spoken(inquiry, word)))
        said.blank()
        for sentence in taken:
            said.put(sentence)
        return self._next(said)

    def _tell(self, value: Any) -> None:
        """Take an answer to a question of the intake, or of the consultation."""
        inquiry, self._wide = self._wide or self.inquiry, None
        meant = scrubbed(spoken(inquiry, value))
        self.given.append(Given(about=inquiry.about, typed=tuple(self._typed), meant=meant))
        self._typed = []
        if self.consultation is None:
            self.intake.tell(inquiry, value)
        else:
            self.consultation.tell(inquiry.about, value)

    def _next(self, said: Said) -> Heard:
        """Go to the next question, or to the end."""
        self.diagnosis = None
        while self.consultation is None:
            inquiry = self.intake.next()
            if inquiry is not None:
                self.inquiry = inquiry
                return Heard(turn=Turn.MOVED, said=said)
            self.consultation = self._begun(said)
        step = self.consultation.next_step()
        self.pending = step if isinstance(step, Look) else None
        if isinstance(step, Look):
            self.inquiry = LOOKING
            said.put(f"I look at {step.sight.words}:")
            said.command(step.command)
            return Heard(turn=Turn.MOVED, said=said)
        self.inquiry = self._inquiry_of(step) if isinstance(step, Ask) else END
        self.diagnosis = step.diagnosis if isinstance(step, Conclude) else None
        self._doubt(said)
        return Heard(turn=Turn.MOVED, said=said)

    def look(self) -> Heard:
        """Look at what is pending, and go on."""
        said, pending = Said(), self.pending
        if self.consultation is not None and pending is not None and self.setting.look_at is not None:
            missed = self.setting.look_at(self.consultation, pending)
            if missed:
                said.put(f"It cannot be had: {missed}.")
        return self._next(said)

    def _doubt(self, said: Said) -> None:
        """Somebody sees a failure, and by all that was looked at the request arrives: then it may be another request,
        or what fails is in no object."""
        seen = self.setting.rulebook.symptoms.get(self.intake.symptom)
        walk = self.diagnosis.walk if self.diagnosis else None
        told = self.diagnosis is not None and self.diagnosis.root is not None
        if seen is None or walk is None or walk.verdict is not Verdict.REACHABLE or told:
            return
        said.put(
            f"You see: {seen.title.rstrip('.')}. By all that I looked at, this request arrives. Is it the one that "
            "fails, with its method, path and headers? `back` changes it. Else its line in the log of a proxy tells "
            "most: go `back` to the first question and paste it."
        )

    def _begun(self, said: Said) -> Consultation | None:
        """A consultation about what is in question. Where that makes no sense, the last answer is taken back."""
        setting = self.setting
        try:
            about, symptom, tells = self.intake.situation(), self.intake.symptom, self.intake.seen.tells
            live = setting.look_at is not None
            begun = Consultation(setting.rulebook, setting.engine, about, symptom=symptom, tells=tells, live=live)
            _ = begun.examined
        except RequestError as error:
            if not self.intake.back():
                raise
            self.given.pop()
            said.blank()
            said.put(f"{error}.")
            return None
        return begun

    def _back(self, steps: int) -> Heard:
        """Take answers back, whoever holds them; a narrowed question becomes wide again first."""
        said = Said()
        if self._wide is not None:
            self.inquiry, self._wide, self._typed = self._wide, None, []
            return Heard(turn=Turn.ASKED, said=said)
        taken = 0
        while taken < steps and self._back_once():
            taken += 1
        if taken == 0:
            said.put("This is the first question.")
            return Heard(turn=Turn.ASKED, said=said)
        return self._next(said)

    def _back_once(self) -> bool:
        if self.consultation is None or not self.consultation.back():
            if not self.intake.back():
                return False
            self.consultation = None
        self.given.pop()
        return True

    def _inquiry_of(self, step: Ask) -> Inquiry:
        """A question of the knowledge base; where its answer stands on a page, that may be pasted in its place."""
        question = step.question
        page = self.setting.rulebook.questions[question.fact].page
        return Inquiry(
            about=question.fact,
            question=question.question,
            choices=tuple(Choice(word=word, meaning=meaning, value=word) for word, meaning in question.answers),
            why=(question.why,),
            how=(question.how,),
            read=Page if page else None,
            hint="paste what the command under ? prints" if page else "",
            otherwise=UNKNOWN,
        )

    def outcome(self) -> Diagnosis | None:
        """Everything that is known now; None before anything was looked at."""
        return self.diagnosis or (self.consultation.diagnosis() if self.consultation else None)
