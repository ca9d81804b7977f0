"""The program without a command: a consultation.

Decides where answers come from: the screen of a terminal, its lines, or a pipe or file that somebody put in its place.
Without any of them nothing is asked.
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from troubleshooter.cli import output
from troubleshooter.cli.acting import act, demand_actor
from troubleshooter.cli.answer import FINE, Answer, Refused
from troubleshooter.cli.asked import request_of_flags
from troubleshooter.cli.diagnose import run as diagnose
from troubleshooter.cli.diagnose import status_of
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.cli.on_screen import has_screen, hold
from troubleshooter.cli.parsing import program
from troubleshooter.cli.reading import demand_one_reader, takes_stdin
from troubleshooter.cli.recording import Recording
from troubleshooter.cli.session import Keeper, last, news, resumed
from troubleshooter.cli.setting import setting_of
from troubleshooter.cli.showing import screen
from troubleshooter.engine import DurableEngine
from troubleshooter.model import Diagnosis
from troubleshooter.model.plain import plain
from troubleshooter.terminal import Setting, talk
from troubleshooter.walk import RequestError

PROMPT = "> "
TERMINAL = "/dev/tty"


def run(args: argparse.Namespace) -> Answer:
    """Hold a consultation about what the flags name. Its end has the exit status that `diagnose` would have.

    Raises:
        Refused: there is nobody to ask, or something that the flags name cannot be read or makes no sense.
    """
    session = last() if args.resume else None
    args = resumed(args, session) if session else args
    demand_one_reader(args)
    demand_actor(args)
    if not args.paste:  # a text may name what flags leave out
        request_of_flags(args)
    with ExitStack() as open_things:
        engine = open_things.enter_context(DurableEngine())
        engine.start()
        drawn = has_screen(args)
        answers = None if drawn else _answers(args, open_things)
        setting = setting_of(args, read_rulebook(args.knowledge), engine, screen())
        if session:
            setting = replace(setting, answers=session.answers, news=news(args, session))
        if drawn or (answers is _from_terminal and not args.record):
            keeper = Keeper(args)
            setting = replace(setting, person=True, keep=keeper.keep)
            open_things.callback(_say_kept, keeper)
        try:
            diagnosis = hold(setting) if answers is None else _talk(args, setting, answers)
        except RequestError as error:
            raise Refused(str(error)) from None
    answer = Answer("", status_of(diagnosis) if diagnosis else FINE)
    return act(args, diagnosis, answer, again=diagnose) if args.apply and diagnosis else answer


def _say_kept(keeper: Keeper) -> None:
    """However somebody leaves, they are told how to go on."""
    if keeper.kept:
        output.say(f"{program()}: to go on with this session: {program()} --resume")


def _talk(args: argparse.Namespace, setting: Setting, answers: Callable[[], str | None]) -> Diagnosis | None:
    """The consultation in plain lines, recorded if that is asked for."""
    if not args.record:
        return talk(setting, answers, output.put, output.width())
    record = Recording(args.record, setting)
    diagnosis = talk(setting, record.of(answers), output.put, output.width())
    record.write()
    return diagnosis


def _answers(args: argparse.Namespace, open_things: ExitStack) -> Callable[[], str | None]:
    """What reads a typed line.

    Raises:
        Refused: there is neither a terminal nor a pipe or file in its place.
    """
    if takes_stdin(args):
        with suppress(OSError):
            return _from_file(open_things.enter_context(Path(TERMINAL).open(encoding="utf-8", errors="replace")))
    elif sys.stdin is not None and sys.stdin.isatty():
        return _from_terminal
    elif sys.stdin is not None and _given_on_purpose(sys.stdin):
        return _from_file(sys.stdin)
    raise Refused(f"there is no terminal to ask on; say it with flags instead: {program()} diagnose --help")


def _given_on_purpose(file: TextIO) -> bool:
    mode = os.fstat(file.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _from_terminal() -> str | None:
    with suppress(ImportError):
        import readline  # noqa: F401  # from now on input() can be edited, and remembers
    try:
        return input(PROMPT)
    except EOFError:
        output.put("\n")
        return None
    except KeyboardInterrupt:
        output.put("\n")  # what is said at the end has a line of its own
        raise


def _from_file(file: TextIO) -> Callable[[], str | None]:
    """Lines of a file; each is written too, unless it is a terminal, which does so itself."""

    def read() -> str | None:
        if file.isatty():
            output.put(PROMPT)
        line = file.readline()
        if line and not file.isatty():
            output.put(f"{PROMPT}{plain(line.strip())}\n")
        return line or None

    return read
