"""What `--envoy` names, read and recognised.

Decides: what is said of texts that nobody knows. Must not know what any text means.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace

from troubleshooter.cli import output
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.knowledge import refusing
from troubleshooter.cli.parsing import program
from troubleshooter.cli.reading import standard_input
from troubleshooter.collect import sentence
from troubleshooter.collect.exhibits import read_exhibits
from troubleshooter.evidence import Evidence, take
from troubleshooter.model import Exhibit, NotChecked

log = logging.getLogger(__name__)


def read_evidence(args: argparse.Namespace) -> Evidence:
    """What the texts of --envoy say. What of them cannot be used is said on standard error.

    Raises:
        Refused: something that was named cannot be read, or none of it is of a kind that is known.
    """
    with refusing():
        found = list(read_exhibits(args.envoy, stdin=standard_input))
    evidence = take(one for one in found if isinstance(one, Exhibit))
    missing = (*(one for one in found if isinstance(one, NotChecked)), *evidence.not_checked)
    if args.envoy and not evidence:
        raise Refused(sentence(missing[0]) if missing else f"{args.envoy[0]}: there is nothing in it")
    for one in missing:
        output.say(f"{program()}: {sentence(one)}")
    for reading in (reading for readings in evidence.readings.values() for reading in readings):
        log.info("%s is taken for %s", reading.name, reading.kind.words)
    return replace(evidence, not_checked=missing)
