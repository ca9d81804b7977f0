"""The knowledge base that came with this program, and folders that --knowledge adds to it.

Decides: when its mistakes matter. Folders of others are checked as a whole before they are used; our own was checked
when it was made. Must not know what any of it means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from troubleshooter.cli.answer import Refused
from troubleshooter.collect.errors import InputError
from troubleshooter.collect.knowledge_files import read_knowledge
from troubleshooter.collect.knowledge_home import default_knowledge
from troubleshooter.rulebook import Mistake, Rulebook, check, merge, parse


@contextmanager
def refusing() -> Iterator[None]:
    """Input that cannot be read at all ends the command."""
    try:
        yield
    except InputError as error:
        raise Refused(str(error)) from None


def read_rulebook(folders: Sequence[str]) -> Rulebook:
    """The knowledge base, with that of `folders` added.

    Raises:
        Refused: a folder cannot be read, or there are mistakes in one.
    """
    book, mistakes = checked_rulebook(folders, whole=bool(folders))
    if mistakes:
        raise Refused("\n".join(["there are mistakes in the knowledge base:", *map(str, mistakes)]))
    return book


def checked_rulebook(folders: Sequence[str], *, whole: bool) -> tuple[Rulebook, tuple[Mistake, ...]]:
    """The same with its mistakes: of each file alone, or (`whole`) of all of them together.

    Raises:
        Refused: a folder cannot be read.
    """
    with refusing():
        read = [(folder, read_knowledge(folder)) for folder in (home(), *map(Path, folders))]
    parsed = [parse(files.texts, root=_shown(folder)) for folder, files in read]
    book, twice = merge(one for one, _ in parsed)
    mistakes = dict.fromkeys(chain(*(found for _, found in parsed), twice))
    if whole:
        from troubleshooter.facts import CATALOGUE

        names = frozenset[str]().union(*(files.names for _, files in read))
        mistakes |= dict.fromkeys(check(book, CATALOGUE, names))
    return book, tuple(mistakes)


def home() -> Path:
    """The folder of the knowledge base that came with this program.

    Raises:
        Refused: it is not there.
    """
    try:
        return default_knowledge()
    except FileNotFoundError as error:
        raise Refused(str(error)) from None


def _shown(folder: Path) -> str:
    """The folder as somebody who stands here would name it."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
