"""`demo`: one of the knowledge base's own broken meshes, diagnosed from the files to a fix that was tried."""

from __future__ import annotations

import argparse
import difflib
import shlex
from collections.abc import Iterator
from pathlib import Path

from troubleshooter.cli.answer import Answer, Refused
from troubleshooter.cli.diagnose import run as diagnose
from troubleshooter.cli.knowledge import home, read_rulebook
from troubleshooter.cli.parsing import parse, program, spoken
from troubleshooter.rulebook import Cause, Example, Rulebook

FIRST = "vs-no-match-no-default"

BEFORE = """A small mesh that was broken on purpose is diagnosed here. No cluster is needed,
and nothing is changed. What is typed for it:"""

AFTER = """
Now yours: `troubleshoot` alone asks what you see, `troubleshoot help diagnose`
says what it can look at."""


def run(args: argparse.Namespace) -> Answer:
    """Say what will be done, do it, and say how to go on. The status is 0: that the mesh is broken is no news.

    Raises:
        Refused: there is no such cause, or it has no example.
    """
    book = read_rulebook(args.knowledge)
    cause = _cause(book, args.cause or FIRST)
    words = list(_words(_folder(cause, args.knowledge), cause.example, args.knowledge))
    answer = diagnose(parse("diagnose", words))
    return Answer(
        "\n".join([BEFORE, f"\n  {program()} {shlex.join(('diagnose', *words))}\n", answer.text, spoken(AFTER)])
    )


def _cause(book: Rulebook, name: str) -> Cause:
    if name not in book.causes:
        near = difflib.get_close_matches(name, book.causes, n=4, cutoff=0)
        raise Refused(f"no cause is called {name}; the nearest are {', '.join(near)}")
    return book.causes[name]


def _folder(cause: Cause, folders: list[str]) -> Path:
    """Where the fixtures of a cause lie, as somebody who stands here would name it.

    Raises:
        Refused: it has none.
    """
    inside = Path("causes", cause.area, cause.id)
    found = [root / inside for root in (home(), *map(Path, folders)) if (root / inside / "bad.yaml").is_file()]
    if not found:
        raise Refused(f"there is no broken mesh for {cause.id} to show; see {program()} explain {cause.id}")
    here = Path.cwd()
    return found[0].relative_to(here) if found[0].is_relative_to(here) else found[0]


def _words(folder: Path, example: Example | None, knowledge: list[str]) -> Iterator[str]:
    """What is typed to diagnose the broken mesh: its evidence and the request of the example, or none (an audit)."""
    yield from ("-f", str(folder / "bad.yaml"))
    yield from (word for name in knowledge for word in ("--knowledge", name))
    if example is None:
        return
    for name in example.evidence:
        yield from ("--log" if name.endswith(".log") else "--envoy", str(folder / name))
    if example.to:
        flags = (("--from", example.source), ("--to", example.to), ("--sni", example.sni), ("--expect", example.expect))
        yield from (word for flag, value in flags if value for word in (flag, value))
        yield from (word for name, value in example.headers.items() for word in ("-H", f"{name}: {value}"))
        yield from ("-X", example.method) if example.method != "GET" else ()
        yield from ("--plaintext",) if example.plaintext else ()
        yield from ("--http1.0",) if example.http10 else ()
