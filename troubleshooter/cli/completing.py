"""What may come next on a command line that is being typed.

Decides: of which sort the next word is, by the tables of commands and flags. What there is of a sort (`namespaces`,
`causes`) is asked of `candidates`. Whatever happens, nothing is said and the status is 0: somebody is typing.

The answer is a line a word, with a tab and what it is where that helps, and at last a line `:N` as Cobra's programs
print it, so that kubectl takes it for its plugins too (https://github.com/spf13/cobra, "ShellCompDirective"): N is 0
where files come next, 2 is added where no blank may follow, 4 where there is nothing else.
"""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from troubleshooter.cli.answer import Answer
from troubleshooter.cli.commands import COMMANDS, WIZARD
from troubleshooter.cli.flags import Flag

FILES, NO_BLANK, NOTHING_ELSE = 0, 2, 4

SORTS = {
    "-n": "namespaces",
    "--namespace": "namespaces",
    "--from": "callers",
    "--without": "workloads",
    "--context": "contexts",
    "--symptom": "symptoms",
    "symptom": "symptoms",
    "cause": "causes",
    "name": "names",
    "scenario": "scenarios",
}
"""Of which sort the values of flags and places are. Those that are not here have choices of their own, are files, or
are known to the person alone."""
NAMES_FILES = frozenset({"FILE", "DIR"})
HARMLESS = re.compile(r"[\w./@:+-]+", re.ASCII)
"""A name out of a file is put on somebody's command line: it must mean nothing to a shell."""
REPEATED = "append"
SWITCH = "store_true"


class Word(NamedTuple):
    """A word that may come next, and what it is in a few words."""

    text: str
    about: str = ""


Values = Callable[[str, Sequence[str]], Iterable[Word]]
"""All words of a sort, for a command line so far."""


def of_words(words: Sequence[str]) -> Answer:
    """What may stand in place of the last of `words`; before it stand those that are typed."""
    from troubleshooter.cli.candidates import candidates

    with contextlib.suppress(Exception):
        return Answer("\n".join(completed(words, candidates)))
    return Answer(f":{FILES}")


def of_line(given: Sequence[str]) -> Answer:
    """The same for bash, which knows a line up to the cursor, and at which letters it takes words apart: of a URL it
    wants what comes behind the colon."""
    line, breaks, *_ = (*given, "", "")
    _, *words = _split(line) or [""]
    current = words[-1] if words else ""
    behind = max((current.rfind(mark) + 1 for mark in ":=" if mark in breaks), default=0)
    *found, rule = of_words(words).text.split("\n")
    return Answer("\n".join([*(one[behind:] for one in found), rule]))


def _split(line: str) -> list[str]:
    """The words of a line as a shell has them; the last one may be empty, or a quote that is still open."""
    for quote in ("", "'", '"'):
        with contextlib.suppress(ValueError):
            *words, last = shlex.split(f"{line}.{quote}")  # the dot is what would be typed next
            return [*words, last[:-1]]
    return []


def completed(words: Sequence[str], values: Values) -> Iterator[str]:
    """The lines of the answer."""
    *before, current = words or [""]
    name = before[0] if before and before[0] in COMMANDS else ""
    rows = [row for _, flags in (COMMANDS[name] if name else WIZARD).flags for row in flags]
    flag, equals, part = current.partition("=")
    previous = _valued(rows, before[-1]) if before else None
    if previous:
        found, rest = _of_row(previous, before[-1], words, values), current
    elif equals and (row := _valued(rows, flag)):
        found, rest = _of_row(row, flag, words, values), part
    elif current.startswith("-"):
        found, rest = list(_flags(rows, before)), current
    elif before:
        found, rest = _of_place(rows, words, values), current
    else:
        found, rest = [*(Word(name, command.line) for name, command in COMMANDS.items()), Word("help")], current
    lead = current.removesuffix(rest) if rest else current
    if found is None:
        yield f":{FILES}"
        return
    fitting = [word for word in found if word.text.startswith(rest) and HARMLESS.fullmatch(word.text)]
    yield from ("\t".join(filter(None, (lead + word.text, word.about))) for word in fitting)
    yield f":{NOTHING_ELSE + (NO_BLANK if any(word.text.endswith('/') for word in fitting) else 0)}"


def _valued(rows: Iterable[Flag], name: str) -> Flag | None:
    """The row of a flag that takes a value."""
    return next((row for row in rows if name in row.names and row.reading.get("action") != SWITCH), None)


def _flags(rows: Iterable[Flag], before: Sequence[str]) -> Iterator[Word]:
    """Flags that may still be given."""
    for row in rows:
        given = any(name in before for name in row.names)
        if row.names[0].startswith("-") and (not given or row.reading.get("action") == REPEATED):
            yield from (Word(name, str(row.reading.get("help") or "")) for name in row.names)
    yield Word("--help", "what it takes")


def _of_place(rows: Iterable[Flag], words: Sequence[str], values: Values) -> list[Word] | None:
    """The words that a command takes without a flag."""
    row = next((row for row in rows if not row.names[0].startswith("-")), None)
    return _of_row(row, row.names[0], words, values) if row else []


def _of_row(row: Flag, name: str, words: Sequence[str], values: Values) -> list[Word] | None:
    """The values of a flag; None where files come."""
    if "choices" in row.reading:
        return [Word(str(choice)) for choice in row.reading["choices"]]
    sort = SORTS.get(name, "")
    if not sort and row.reading.get("metavar") in NAMES_FILES:
        return None
    return list(values(sort, words)) if sort else []
