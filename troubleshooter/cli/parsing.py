"""From the words of a command line to values: one parser a command, made when that command is given.

Decides: how wrong usage is said. Must not know what a command does.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import NoReturn

from troubleshooter.cli.answer import STATUSES, Refused
from troubleshooter.cli.commands import COMMANDS, WIZARD, Command

PLUGIN = "kubectl-"


def program() -> str:
    """What the user typed to start this: `troubleshoot`, or `kubectl troubleshoot` if kubectl started it."""
    name = PurePath(sys.argv[0] if sys.argv else "").name
    return f"kubectl {name.removeprefix(PLUGIN)}" if name.startswith(PLUGIN) else "troubleshoot"


def spoken(line: str) -> str:
    """A text of ours with the name under which the program was started."""
    return line.replace("troubleshoot", program())


def parse(name: str, words: Sequence[str]) -> argparse.Namespace:
    """The values of a command's flags; "" is the wizard.

    Raises:
        Refused: the words are no use of this command.
    """
    parser = _parser(name)
    args, rest = parser.parse_known_args(list(words))
    if rest:
        parser.error(_too_much(name, rest, words))
    return args


def help_of(name: str) -> str:
    """The help of a command, without a newline at its end."""
    return _parser(name).format_help().rstrip()


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, and leaves the exit to others."""

    def error(self, message: str) -> NoReturn:
        end = "" if message.endswith(("?", ".")) else "."
        raise Refused(f"{message}{end}\nSee: {self.prog} --help")


def _parser(name: str) -> argparse.ArgumentParser:
    command = COMMANDS[name] if name else WIZARD
    parser = _Parser(
        prog=f"{program()} {name}".strip(),
        usage=argparse.SUPPRESS,
        description="\n".join(_before(command)),
        epilog="\n".join(_after(command)) or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    for title, flags in command.flags:
        group = parser.add_argument_group(title)
        for row in flags:
            group.add_argument(*row.names, **row.reading)
    return parser


def _before(command: Command) -> Iterator[str]:
    """What it does, and what is typed for it."""
    yield f"{command.line[:1].upper()}{command.line[1:]}."
    yield "\nUsage:"
    yield from (f"  {spoken(line)}" for line in command.usage)


def _after(command: Command) -> Iterator[str]:
    """Examples, and the exit statuses where a diagnosis decides them."""
    if command.examples:
        yield "Examples:"
    for sentence, typed in command.examples:
        yield f"  {sentence}"
        yield f"    {spoken(typed)}"
    if command.module in ("diagnose", "walk"):
        yield ("\n" if command.examples else "") + "\n".join(exit_statuses())


def exit_statuses() -> list[str]:
    """The table of exit statuses, for the help."""
    return ["Exit status:", *(f"  {number}  {meaning}" for number, meaning in STATUSES)]


def _too_much(name: str, rest: Sequence[str], words: Sequence[str]) -> str:
    """A sentence about words that belong to no flag. What may be part of a header's value is not repeated."""
    if not name and rest[0] in COMMANDS:
        return f"the command comes before its flags: {program()} {rest[0]}"
    known = [n for _, flags in (COMMANDS[name] if name else WIZARD).flags for row in flags for n in row.names]
    wrong = next((word.partition("=")[0] for word in rest if word.startswith("-")), "")
    if wrong:
        return f"there is no flag {wrong} here" + _perhaps(wrong, known)
    if any(word.startswith("-H") for word in words):
        return "a word belongs to no flag; a header is one word, in quotes: -H 'name: value'"
    return f"{rest[0]} belongs to no flag" + (_perhaps(rest[0], list(COMMANDS)) if not name else "")


def _perhaps(wrong: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(wrong, known, n=4, cutoff=0.6)
    return f"; did you mean {' or '.join(near)}?" if near else ""
