"""Consultations as Markdown: what was typed and what was on the screen, with room for prose between.

Decides the format. A transcript is Markdown whose ```console blocks, put together, are one consultation: the command
after `$ `, typed lines after `> `, everything else the program's. So a transcript reads as a story, and can be held
again. Must not know where transcripts are kept.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from troubleshooter.model.plain import plain, without_credentials
from troubleshooter.terminal.setting import Setting
from troubleshooter.terminal.talk import talk

OPEN, CLOSE = "```console", "```"
COMMAND, TYPED = "$ ", "> "


class TranscriptError(ValueError):
    """A text that is no transcript."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """`words` are what was typed after the program's name, `typed` the lines that answered, `screen` all that was on
    the screen, typed lines among it, without the command; `lines` has the number in the file of each line of it."""

    words: tuple[str, ...]
    typed: tuple[str, ...]
    screen: str
    lines: tuple[int, ...]


def screen_of(setting: Setting, answers: Callable[[str], str | None]) -> str:
    """Everything on the screen of a consultation in plain lines. `answers` is given the screen so far and says what is
    typed next, None if the input ends.

    Raises:
        RequestError: the request that flags named makes no sense in this mesh.
    """
    written: list[str] = []

    def read() -> str | None:
        line = answers("".join(written))
        if line is not None:
            written.append(f"{TYPED}{plain(without_credentials(line))}\n")
        return line

    talk(setting, read, written.append)
    return "".join(written)


def typing(lines: Iterable[str]) -> Callable[[str], str | None]:
    """Answers that are these lines, one after the other, whatever is asked."""
    waiting = iter(lines)
    return lambda _screen: next(waiting, None)


def to_markdown(
    title: str, about: str, words: Iterable[str], screen: str, notes: Mapping[int, str] | None = None
) -> str:
    """The transcript of a consultation. `notes` are paragraphs, each to stand before the typed line of that number,
    counted from 0."""
    notes = notes or {}
    lines = [f"# {title}", "", about, "", OPEN, f"{COMMAND}{shlex.join(('troubleshoot', *words))}"]
    number = -1
    for line in screen.rstrip().split("\n"):
        number += line.startswith(TYPED)
        if line.startswith(TYPED) and number in notes:
            lines += [CLOSE, "", notes[number], "", OPEN]
        lines.append(line)
    return "\n".join((*lines, CLOSE, ""))


def read_transcript(text: str) -> Transcript:
    """The consultation that a transcript tells.

    Raises:
        TranscriptError: no command of this program stands at its beginning, or a block has no end.
    """
    numbered = list(_console(text))
    first = numbered[0][1] if numbered else ""
    words = _words(first.removeprefix(COMMAND)) if first.startswith(COMMAND) else []
    if words[:1] != ["troubleshoot"]:
        raise TranscriptError(
            f"it holds no consultation: a transcript has a block that begins with {OPEN} and `{COMMAND}troubleshoot`"
        )
    body = numbered[1:]
    return Transcript(
        words=tuple(words[1:]),
        typed=tuple(line.removeprefix(TYPED) for _, line in body if line.startswith(TYPED)),
        screen="\n".join(line for _, line in body),
        lines=tuple(number for number, _ in body),
    )


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise TranscriptError(f"its command cannot be read: {error}") from None


def _console(text: str) -> Iterator[tuple[int, str]]:
    """The lines of the console blocks, with the number of each in the file, counted from 1."""
    opened = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.rstrip() == (CLOSE if opened else OPEN):
            opened = 0 if opened else number
        elif opened:
            yield number, line
    if opened:
        raise TranscriptError(f"line {opened}: this block has no end; write {CLOSE} below its last line")
