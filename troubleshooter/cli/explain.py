"""`explain`: what a cause, flag, detail, fact, stage, symptom or code of another analyser means."""

from __future__ import annotations

import argparse
import difflib

from troubleshooter.cli.answer import Answer, Refused
from troubleshooter.cli.explanation_page import list_of, page_of
from troubleshooter.cli.explanations import all_names, explained, names_of
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.cli.parsing import program
from troubleshooter.cli.showing import json_text, screen
from troubleshooter.rulebook import Rulebook

NEAREST = 4


def run(args: argparse.Namespace) -> Answer:
    """Explain one name, or list the names of a kind.

    Raises:
        Refused: neither or both were asked for, or nothing has that name.
    """
    if bool(args.name) == bool(args.kind):
        raise Refused(f"name one thing to explain, such as {program()} explain UF, or a kind to list: --list causes")
    book = read_rulebook(args.knowledge)
    if args.kind:
        names = names_of(book, args.kind)
        if args.output == "json":
            return Answer(json_text([{"name": name, "title": title} for name, title in names.items()]))
        return Answer(list_of(names, screen()))
    found = explained(book, args.name)
    if found is None:
        raise Refused(_nearest(book, args.name))
    return Answer(json_text(found) if args.output == "json" else page_of(found, screen()))


def _nearest(book: Rulebook, name: str) -> str:
    """The four names that are most like the one that is not there."""
    spelled = {known.lower(): known for known in all_names(book)}
    near = difflib.get_close_matches(name.lower(), spelled, n=NEAREST, cutoff=0)
    return f"nothing is called {name}; the nearest names are {', '.join(spelled[one] for one in near)}"
