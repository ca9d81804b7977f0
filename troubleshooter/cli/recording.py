"""`--record`: the consultation that was held, as a transcript.

Decides: that it is written at the end, in one piece, by holding it again in plain lines of 80 columns: so what is
recorded does not depend on the screen, and is what `replay` shows. Headers of the request are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from troubleshooter.cli.answer import Refused
from troubleshooter.consult import arguments_of
from troubleshooter.model import Diagnosis
from troubleshooter.report import Screen, to_text, told_to_text
from troubleshooter.terminal import Setting, screen_of, to_markdown, typing

TITLE = "A consultation"
ABOUT = "Written by `troubleshoot --record`. `troubleshoot replay` and the name of this file hold it again."


class Recording:
    """The lines that are typed, until they are written to `file`.

    Raises:
        Refused: the file cannot be written. It is made at once, so that this is known before anything is asked.
    """

    def __init__(self, file: str, setting: Setting) -> None:
        self.file, self.setting = Path(file), setting
        self.typed: list[str] = []
        self._put("")

    def of(self, answers: Callable[[], str | None]) -> Callable[[], str | None]:
        """The same answers, kept."""

        def read() -> str | None:
            line = answers()
            if line is not None:
                self.typed.append(line.rstrip("\n"))
            return line

        return read

    def write(self) -> None:
        """Write the transcript."""
        words = arguments_of(self.setting.request, self.setting.arguments)
        screen = screen_of(replace(self.setting, show=_page), typing(self.typed))
        self._put(to_markdown(TITLE, ABOUT, words, screen))

    def _put(self, text: str) -> None:
        try:
            self.file.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise Refused(f"--record {self.file}: it cannot be written: {error.strerror}") from None


def _page(diagnosis: Diagnosis, *, told: bool) -> str:
    return told_to_text(diagnosis, Screen()) if told else to_text(diagnosis, Screen())
