"""The consultation in plain lines: one question after the other, for pipes, scripts and screen readers.

Theory of operation. Two functions are the whole terminal: `read` gives a typed line (None: there are no more), `write`
takes a text. So a whole consultation is a test, and a transcript is what was written. What a line means is decided by
the `Dialogue`; here it is only put into lines. Must not know: where lines come from, or how a result is drawn.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable

from troubleshooter.consult import arguments_of
from troubleshooter.model import Diagnosis
from troubleshooter.terminal.dialogue import END, Dialogue, Turn
from troubleshooter.terminal.lines import Lines
from troubleshooter.terminal.opening import put_greeting
from troubleshooter.terminal.questioning import put_question
from troubleshooter.terminal.setting import Setting

PASTE = "paste"
"""Typed before several lines that belong together; an empty line ends them."""


def talk(
    setting: Setting, read: Callable[[], str | None], write: Callable[[str], None], width: int = 80
) -> Diagnosis | None:
    """Hold a consultation. What comes back is everything that is known at its end, None if that is nothing.

    Raises:
        RequestError: the request that flags named makes no sense in this mesh.
    """
    return _Talk(Dialogue(setting), read, Lines(write, width)).run()


class _Talk:
    """One consultation in lines."""

    def __init__(self, dialogue: Dialogue, read: Callable[[], str | None], lines: Lines) -> None:
        self.dialogue, self.read, self.lines = dialogue, read, lines

    def run(self) -> Diagnosis | None:
        put_greeting(self.lines, self.dialogue.intake)
        heard = self.dialogue.start()
        while heard.turn is not Turn.LEFT:
            heard.said.onto(self.lines)
            if self.dialogue.pending is not None:
                heard = self.dialogue.look()
                continue
            if heard.turn is Turn.MOVED and self.dialogue.diagnosis is not None:
                self._show(self.dialogue.diagnosis)
            if heard.turn is not Turn.STAYED:
                put_question(self.lines, self.dialogue)
            typed = self._typed()
            if typed is None:
                break
            heard = self.dialogue.hear(typed)
        return self._leave()

    def _typed(self) -> str | None:
        """The next line, or the lines of a paste as one text."""
        first = self.read()
        if first is None or first.strip().lower() != PASTE:
            return first
        self.lines.put("Paste now; an empty line ends it.")
        pasted: list[str] = []
        while (line := self.read()) is not None and line.strip():
            pasted.append(line.rstrip("\n"))
        return "\n".join(pasted)

    def _show(self, diagnosis: Diagnosis) -> None:
        put_result(self.lines, self.dialogue, diagnosis)

    def _leave(self) -> Diagnosis | None:
        """What is known, which is shown unless it is on the screen already."""
        diagnosis = self.dialogue.outcome()
        if diagnosis is None:
            self.lines.put("Nothing was settled.")
        elif self.dialogue.inquiry is not END:
            self._show(diagnosis)
        return diagnosis


def put_end(dialogue: Dialogue, write: Callable[[str], None], width: int) -> Diagnosis | None:
    """What is known when somebody leaves the screen, written where they can copy it from."""
    lines = Lines(write, width)
    diagnosis = dialogue.outcome()
    if diagnosis is None:
        lines.put("Nothing was settled.")
    else:
        put_result(lines, dialogue, diagnosis)
    return diagnosis


def put_result(lines: Lines, dialogue: Dialogue, diagnosis: Diagnosis) -> None:
    """The page of a result, and the command that gives the same without questions: there is none where the mesh was
    pasted."""
    setting = dialogue.setting
    told = diagnosis.walk is None and dialogue.by_answers
    lines.blank()
    lines.page(setting.show(diagnosis, told=told))
    lines.blank()
    again = "" if dialogue.intake.seen.inventory else same_again(setting, diagnosis)
    if again:
        lines.put("The same without questions:")
        lines.command(again)
        lines.blank()


def same_again(setting: Setting, diagnosis: Diagnosis) -> str:
    """What is typed to have the same without questions; "" where there is no request in a mesh."""
    if diagnosis.walk is None or setting.inventory is None:
        return ""
    return f"{setting.program} {shlex.join(('diagnose', *arguments_of(diagnosis.walk.request, setting.arguments)))}"
