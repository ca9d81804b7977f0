"""`replay`: holds the consultation of a transcript again, one step after the other.

Decides: when the next step is shown (a terminal waits for Enter), and what counts as the same: every line of the
screen. The end is status 0 if it is, 1 if the program says something else today.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from troubleshooter.cli import output
from troubleshooter.cli.answer import FINDINGS, FINE, Answer, Refused
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.cli.parsing import parse, program
from troubleshooter.cli.setting import setting_of
from troubleshooter.engine import DurableEngine
from troubleshooter.model.plain import plain
from troubleshooter.report import Screen
from troubleshooter.terminal import Transcript, TranscriptError, read_transcript, screen_of, typing
from troubleshooter.walk import RequestError

WAIT = "Enter shows the next step, q ends: "
MOST = 1_000_000
"""Characters of a transcript; a longer one is none."""


def run(args: argparse.Namespace) -> Answer:
    """Show a transcript as it comes out today.

    Raises:
        Refused: the file is no transcript, or what its command names cannot be read.
    """
    told = _read(args.file)
    words = parse("", told.words)
    words.offline = True  # a cluster says something else today
    with DurableEngine() as engine:
        engine.start()
        setting = setting_of(words, read_rulebook(words.knowledge), engine, Screen())
        try:
            screen = screen_of(setting, typing(told.typed))
        except RequestError as error:
            raise Refused(f"{args.file}: {error}") from None
    if not _play(screen, told):
        return Answer("")
    different = _first_difference(told, screen)
    if different:
        output.say(f"{program()}: {args.file}:{different}")
    return Answer("", FINDINGS if different else FINE)


def _read(file: str) -> Transcript:
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Refused(f"{file} cannot be read: {why}") from None
    if len(text) > MOST:
        raise Refused(f"{file} is too long to be a transcript")
    try:
        return read_transcript(text)
    except TranscriptError as error:
        raise Refused(f"{file}: {error}") from None


def _play(screen: str, told: Transcript) -> bool:
    """Write the screen, step by step where somebody is there to press Enter; False if they end it."""
    stepwise = _watched()
    output.put(f"$ {plain(shlex.join(('troubleshoot', *told.words)))}\n")
    steps = tuple(_steps(screen))
    for number, step in enumerate(steps, 1):
        output.put(step)
        if stepwise and number < len(steps) and _ended():
            return False
    return True


def _watched() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _ended() -> bool:
    try:
        return input(WAIT).strip().lower() in ("q", "quit")
    except EOFError:
        return True


def _steps(screen: str) -> Iterator[str]:
    """The screen up to each typed line, and that line with what it leads to."""
    step: list[str] = []
    for line in screen.splitlines(keepends=True):
        if line.startswith("> ") and step:
            yield "".join(step)
            step = []
        step.append(line)
    yield "".join(step)


def _first_difference(told: Transcript, screen: str) -> str:
    """Where the transcript and the screen of today part, "" if they do not."""
    then, now = told.screen.rstrip().split("\n"), screen.rstrip().split("\n")
    for number, (old, new) in enumerate(zip_longest(then, now)):
        if old != new:
            line = told.lines[min(number, len(told.lines) - 1)]
            return f"{line}: today this line is {new!r}" if new is not None else f"{line}: today it ends before"
    return ""
