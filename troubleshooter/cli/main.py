"""One run of the program: from the words of a command line to an exit status.

Decides: which command is meant, and how every end is told: an answer, a refusal, Ctrl-C, a reader that has left, a
mistake of ours. Imports nothing heavy: a command's module is imported when that command is run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

from troubleshooter import __version__
from troubleshooter.cli import output
from troubleshooter.cli.answer import INTERRUPTED, REFUSED, Answer, Refused
from troubleshooter.cli.commands import COMMANDS, WIZARD
from troubleshooter.cli.parsing import exit_statuses, help_of, parse, program, spoken

HELP = ("-h", "--help")
COMPLETE, COMPLETE_LINE = "__complete", "__complete_line"
"""What the scripts of `completion` ask; nobody types them."""
LOUD = ("-v", "--verbose")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` say (those of the process if None), and answer its exit status."""
    words = list(sys.argv[1:] if words is None else words)
    try:
        answer = _run(words)
        output.put(answer.text + "\n" if answer.text else "")
    except Refused as refusal:
        output.say(f"{program()}: {refusal}")
        return REFUSED
    except KeyboardInterrupt:
        output.put("\n" if sys.stdout.isatty() else "")  # the next prompt has a line of its own
        return INTERRUPTED
    except Exception as mistake:  # noqa: BLE001  # whatever it is, a person gets a sentence and not a trace
        _own_up(mistake, words)
        return REFUSED
    return answer.status


def complete_plugin() -> int:
    """What `kubectl troubleshoot <TAB>` asks: kubectl runs `kubectl_complete-troubleshoot` with the words so far."""
    return main([COMPLETE, *sys.argv[1:]])


def _run(words: list[str]) -> Answer:
    first = words[0] if words else ""
    if first == "help":
        words, first = [*words[1:], "--help"], words[1] if words[1:] else ""
    if first in {COMPLETE, COMPLETE_LINE}:
        from troubleshooter.cli import completing

        return completing.of_line(words[1:]) if first == COMPLETE_LINE else completing.of_words(words[1:])
    if first == "--version":
        return Answer(f"{program()} {__version__}")
    name = first if first in COMMANDS else ""
    if any(word in HELP for word in words):
        return Answer(help_of(name) if name else "\n".join(_overview()))
    command = COMMANDS[name] if name else WIZARD
    args = parse(name, words[1:] if name else words)
    with _watching(loud=args.verbose):
        answer: Answer = import_module(f"troubleshooter.cli.{command.module}").run(args)
    return answer


def _watching(*, loud: bool) -> AbstractContextManager[None]:
    """What -v shows, or nothing."""
    if not loud:
        return nullcontext()
    from troubleshooter.cli.watching import watched

    return watched()


def _overview() -> Iterator[str]:
    """The help of the whole program."""
    yield "Why does traffic in this Istio mesh not arrive?"
    yield ""
    yield "Usage:"
    yield from map(_row, (("troubleshoot", "I ask, you answer"), ("troubleshoot -f mesh.yaml", "the same, and I look")))
    yield _row(("troubleshoot COMMAND ...", "one of these:"))
    yield ""
    yield "Commands:"
    yield from (f"  {name:10} {command.line}" for name, command in COMMANDS.items())
    yield f"  {'help':10} what a command takes: {program()} help diagnose"
    yield ""
    yield "To begin with:"
    yield f"  {spoken('troubleshoot demo')}"
    yield f"  {spoken('troubleshoot diagnose -f mesh.yaml --from shop/deployment/web --to http://pay.shop/')}"
    yield ""
    yield from exit_statuses()


def _row(row: tuple[str, str]) -> str:
    typed, meaning = row
    return f"  {spoken(typed):34} {meaning}"


def _own_up(mistake: Exception, words: Sequence[str]) -> None:
    """One calm sentence about a mistake of this program, and with -v where it is."""
    loud = any(word in LOUD for word in words)
    if loud:
        import traceback

        output.say("".join(traceback.format_exception(mistake)))
    more = "the lines above" if loud else "what it prints with -v"
    output.say(
        f"{program()}: this is a mistake of the program, not yours: {type(mistake).__name__}. There is no result. "
        f"Please report it to the program's maintainers with {more}; look through them first, since names from your "
        "mesh may stand in them."
    )
