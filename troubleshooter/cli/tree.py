"""`tree`: the questions of a symptom, unrolled from a case of which nothing is known."""

from __future__ import annotations

import argparse

from troubleshooter.cli.answer import Answer
from troubleshooter.cli.asking import demand_symptom
from troubleshooter.cli.explanations import names_of
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.cli.showing import screen
from troubleshooter.consult import tree_of
from troubleshooter.inference import PlainEvaluator
from troubleshooter.report import tree_to_mermaid, tree_to_svg, tree_to_text


def run(args: argparse.Namespace) -> Answer:
    """Draw the tree of one symptom.

    Raises:
        Refused: there is no such symptom.
    """
    book = read_rulebook(args.knowledge)
    demand_symptom(book, args.symptom)
    # Hundreds of small cases, none of them anybody's: the plain evaluator is as good here, and starts no process.
    tree = tree_of(book, PlainEvaluator(), args.symptom)
    titles = {**names_of(book, "causes"), **names_of(book, "symptoms")}
    if args.output == "text":
        return Answer(tree_to_text(tree, titles, screen()))
    return Answer(tree_to_svg(tree, titles) if args.output == "svg" else tree_to_mermaid(tree))
