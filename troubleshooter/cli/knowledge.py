"""The knowledge base that came with this program, and folders that --knowledge adds to it.

Decides: when its mistakes matter. Folders of others are checked as a whole before they are used; our own was checked
when it was made. Must not know what any of it means.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from troubleshooter.cli.answer import Refused
from troubleshooter.collect.errors import InputError
from troubleshooter.collect.knowledge_files import read_knowledge
from troubleshooter.collect.knowledge_home import default_knowledge
from troubleshooter.model import Catalogue
from troubleshooter.rulebook import Mistake, Rulebook, check, check_for_use, merge, parse

log = logging.getLogger(__name__)


@contextmanager
def refusing() -> Iterator[None]:
    """Input that cannot be read at all ends the command."""
    try:
        yield
    except InputError as error:
        raise Refused(str(error)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Knowledge folders as they were read: the names of their files, the rulebook in all of them together, and the
    mistakes that each file alone shows."""

    names: Mapping[str, frozenset[str]]
    rulebook: Rulebook
    mistakes: tuple[Mistake, ...]


def read_rulebook(folders: Sequence[str]) -> Rulebook:
    """The knowledge base, with that of `folders` added.

    Raises:
        Refused: a folder cannot be read, or there are mistakes in one.
    """
    loaded = _load(folders)
    of_added = check_for_use(loaded.rulebook, _catalogue()) if folders else ()
    mistakes = dict.fromkeys([*loaded.mistakes, *of_added])
    if mistakes:
        raise Refused("\n".join(["there are mistakes in the knowledge base:", *map(str, mistakes)]))
    return loaded.rulebook


def checked_rulebook(folders: Sequence[str]) -> tuple[Rulebook, tuple[Mistake, ...]]:
    """The same with every mistake in it.

    Raises:
        Refused: a folder cannot be read.
    """
    loaded = _load(folders)
    return loaded.rulebook, tuple(dict.fromkeys([*loaded.mistakes, *_of_the_whole(loaded)]))


def _load(folders: Sequence[str]) -> Loaded:
    with refusing():
        read = {_shown(folder): read_knowledge(folder) for folder in (home(), *map(Path, folders))}
    parsed = [parse(files.texts, root=shown) for shown, files in read.items()]
    book, twice = merge(one for one, _ in parsed)
    log.info("knowledge of %d causes read from %s", len(book.causes), ", ".join(read))
    names = {shown: files.names for shown, files in read.items()}
    return Loaded(names=names, rulebook=book, mistakes=tuple(chain(*(found for _, found in parsed), twice)))


def _of_the_whole(loaded: Loaded) -> Iterator[Mistake]:
    """What no file shows alone. Where a file itself is the mistake, its folder is put before its name."""
    for mistake in check(loaded.rulebook, _catalogue(), frozenset[str]().union(*loaded.names.values())):
        file = mistake.place.file
        home_of = next((f"{shown}/" for shown, names in loaded.names.items() if file in names), "")
        yield replace(mistake, place=replace(mistake.place, file=home_of + file))


def _catalogue() -> Catalogue:
    """The catalogue; with it comes the whole mesh, so it is loaded only where something is checked."""
    from troubleshooter.facts import CATALOGUE

    return CATALOGUE


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
