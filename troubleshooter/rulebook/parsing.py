"""Files to rulebook: which file holds what, and several rulebooks made into one.

Decides: what a path means, and that an id is there once. Must not know: where the texts come from, or what a rule does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from troubleshooter.rulebook.advice import quoted
from troubleshooter.rulebook.causes import read_cause
from troubleshooter.rulebook.lessons import read_lesson
from troubleshooter.rulebook.nodes import Node, Page, compose
from troubleshooter.rulebook.pages import read_derivations, read_flags, read_peer_codes, read_questions, read_symptom
from troubleshooter.rulebook.places import Mistake, Place, in_order
from troubleshooter.rulebook.shapes import attempt
from troubleshooter.rulebook.values import Rulebook


def _read_cause(page: Page, node: Node, area: str, folder: str) -> Rulebook:
    return Rulebook(causes={folder: read_cause(page, node, area, folder)})


ROUTES: tuple[tuple[re.Pattern[str], Callable[..., Rulebook]], ...] = (
    (re.compile(r"causes/([^/]+)/([^/]+)/cause\.yaml"), _read_cause),
    (re.compile(r"symptoms/([^/]+)\.yaml"), read_symptom),
    (re.compile(r"lessons/([^/]+)\.yaml"), read_lesson),
    (re.compile(r"questions\.yaml"), read_questions),
    (re.compile(r"derivations\.yaml"), read_derivations),
    (re.compile(r"flags\.yaml"), read_flags),
    (re.compile(r"peer-codes\.yaml"), read_peer_codes),
)
"""What each YAML file holds. Other paths say nothing to the rulebook; `check` refuses those that nobody knows."""

CONCEPT = re.compile(r"concepts/([^/]+)\.md")

MAPS = ("causes", "symptoms", "questions", "flags", "details", "peer_codes", "concepts", "lessons")
"""The fields of a rulebook that are keyed by id; derivations are in order, and carry theirs."""


def parse(files: Mapping[str, str], root: str = "") -> tuple[Rulebook, tuple[Mistake, ...]]:
    """The rulebook in `files` (path relative to the knowledge root -> text), and every mistake that a file alone shows.

    `root` goes before each path where a mistake or a value names its place. Paths that hold no knowledge (fixtures)
    are passed over. Where there are mistakes the rulebook has gaps, and is fit for `check` only. The same files give
    the very same rulebook, so that what was worked out from it is found again.
    """
    return _parsed(tuple(sorted(files.items())), root)


@lru_cache(maxsize=4)
def _parsed(files: tuple[tuple[str, str], ...], root: str) -> tuple[Rulebook, tuple[Mistake, ...]]:
    read = [_parse_file(path, text, f"{root}/{path}" if root else path) for path, text in files]
    book, twice = merge(book for book, _ in read)
    return book, in_order({mistake for _, found in read for mistake in found} | set(twice))


def merge(books: Iterable[Rulebook]) -> tuple[Rulebook, tuple[Mistake, ...]]:
    """All of `books` as one, and a mistake for every id that is there twice, of which the first counts. One alone is
    itself."""
    books = tuple(books)
    shelves: dict[str, dict[str, Any]] = {kind: {} for kind in (*MAPS, "derivations")}
    mistakes: set[Mistake] = set()
    for book in books:
        for kind, name, value in _entries(book):
            first = shelves[kind].setdefault(name, value)
            if first is not value:
                mistakes.add(_twice(kind, name, first, value))
    if len(books) == 1 and not mistakes:
        return books[0], ()
    derivations = tuple(shelves.pop("derivations").values())
    return Rulebook(**shelves, derivations=derivations), in_order(mistakes)


def _entries(book: Rulebook) -> Iterator[tuple[str, str, Any]]:
    for kind in MAPS:
        for name, value in getattr(book, kind).items():
            yield kind, name, value
    for derivation in book.derivations:
        yield "derivations", derivation.id, derivation


def _twice(kind: str, name: str, first: Any, second: Any) -> Mistake:
    if kind == "concepts":
        place = Place(file=f"concepts/{name}.md")
        return Mistake(place=place, text="this concept is explained in two knowledge folders; give one another name")
    said = f"{quoted(name)} is in {kind.replace('_', ' ')} already ({first.place}); no id is used twice: take another"
    return Mistake(place=second.place, text=said)


def _parse_file(path: str, text: str, shown: str) -> tuple[Rulebook, list[Mistake]]:
    if concept := CONCEPT.fullmatch(path):
        return Rulebook(concepts={concept[1]: text}), []
    matches = ((pattern.fullmatch(path), read) for pattern, read in ROUTES)
    found = next(((match.groups(), read) for match, read in matches if match), None)
    if found is None:
        return Rulebook(), []
    groups, read = found
    page = Page(shown)
    node = compose(page, text)
    books = attempt(page, lambda page, node: read(page, node, *groups), node) if node else ()
    return (books[0] if books else Rulebook()), page.mistakes
