"""`kb check`: every mistake in the knowledge base, or how much there is in it."""

from __future__ import annotations

import argparse

from troubleshooter.cli.answer import FINDINGS, Answer
from troubleshooter.cli.knowledge import checked_rulebook
from troubleshooter.model.plain import plain
from troubleshooter.rulebook import Rulebook


def run(args: argparse.Namespace) -> Answer:
    """One line a mistake, `path:line:column: sentence`, and status 1; or one line that counts.

    Raises:
        Refused: a folder cannot be read.
    """
    book, mistakes = checked_rulebook(args.knowledge)
    if not mistakes:
        return Answer(_counted(book))
    lines = [plain(str(mistake)) for mistake in mistakes]
    return Answer("\n".join([*lines, "", f"{_number(len(lines), 'mistake')} in the knowledge base."]), FINDINGS)


def _counted(book: Rulebook) -> str:
    parts = (
        _number(len(book.causes), "cause"),
        _number(len(book.symptoms), "symptom"),
        _number(len(book.questions), "question"),
        _number(len(book.derivations), "derivation"),
        _number(len(book.flags), "flag"),
        _number(len(book.details), "detail"),
        _number(len(book.peer_codes), "peer code"),
        _number(len(book.concepts), "concept"),
        _number(sum(len(lesson.scenarios) for lesson in book.lessons.values()), "scenario"),
    )
    return f"The knowledge base has no mistakes: {', '.join(parts[:-1])} and {parts[-1]}."


def _number(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
