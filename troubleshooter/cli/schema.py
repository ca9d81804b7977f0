"""`schema`: the JSON Schema of `-o json`."""

from __future__ import annotations

import argparse

from troubleshooter.cli.answer import Answer
from troubleshooter.report import schema


def run(_args: argparse.Namespace) -> Answer:
    """Print it."""
    return Answer(schema())
