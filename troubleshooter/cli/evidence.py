"""What `--envoy` names, and what stands beside the objects of `-f`, recognised.

Decides: what is said of texts that nobody knows: of those that somebody named each by itself, of those in an archive
how many they are. Must not know what any text means.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from troubleshooter.cli import output
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.knowledge import refusing
from troubleshooter.cli.parsing import program
from troubleshooter.cli.reading import Laid, standard_input
from troubleshooter.collect import sentence
from troubleshooter.collect.errors import note
from troubleshooter.collect.exhibits import read_exhibits
from troubleshooter.evidence import Evidence, Format, Kind, take
from troubleshooter.evidence.access.log_page import ACCESS_LOG, log_kind
from troubleshooter.evidence.dumped_formats import formats_dumped
from troubleshooter.evidence.recognition import EMPTY, KINDS, UNKNOWN
from troubleshooter.model import Exhibit, NotChecked

log = logging.getLogger(__name__)


def read_evidence(args: argparse.Namespace, laid: Laid | None, formats: Sequence[Format]) -> Evidence:
    """What the texts of --envoy say, and those that stood beside the objects of -f, access logs in these formats among
    them. What of them cannot be used is said on standard error.

    Raises:
        Refused: something that was named cannot be read, or none of it is of a kind that is known.
    """
    with refusing():
        found = list(read_exhibits(args.envoy, stdin=standard_input))
    beside = laid.exhibits if laid else ()
    given = [*(one for one in found if isinstance(one, Exhibit)), *beside]
    evidence = _taken(given, formats)
    unreadable = (one for one in found if isinstance(one, NotChecked))
    missing = (*unreadable, *_counted(evidence.not_checked, beside))
    more = args.log or args.to or args.symptom
    alone = bool(args.envoy) or bool(beside and laid and not laid.inventory.objects and (args.filename or not more))
    if alone and not evidence:
        raise Refused(sentence(missing[0]) if missing else f"{args.envoy[0]}: there is nothing in it")
    for one in missing:
        output.say(f"{program()}: {sentence(one)}")
    for reading in (reading for readings in evidence.readings.values() for reading in readings):
        log.info("%s is taken for %s", reading.name, reading.kind.words)
    return replace(evidence, not_checked=missing)


def _taken(given: Sequence[Exhibit], formats: Sequence[Format]) -> Evidence:
    """All texts; those of no known kind once more, if a dump says in which format a log is."""
    evidence = take(given, _kinds(formats))
    more = formats_dumped(evidence)
    unknown = {one.what for one in evidence.not_checked if one.why == UNKNOWN} if more else set()
    if not unknown:
        return evidence
    known = replace(evidence, not_checked=tuple(one for one in evidence.not_checked if one.what not in unknown))
    return known.with_more(take((one for one in given if one.name in unknown), _kinds((*formats, *more))))


def _kinds(formats: Sequence[Format]) -> tuple[Kind, ...]:
    """All kinds, with logs in these formats."""
    return tuple(log_kind(formats) if kind is ACCESS_LOG else kind for kind in KINDS)


def _counted(missing: tuple[NotChecked, ...], beside: tuple[Exhibit, ...]) -> Iterator[NotChecked]:
    """What cannot be used; of the texts that nobody named, those of no known kind are only counted."""
    unnamed = {one.name for one in beside}
    quiet = [one.what for one in missing if one.why in {UNKNOWN, EMPTY} and one.what in unnamed]
    yield from (one for one in missing if one.what not in set(quiet))
    if quiet:
        others = f", and {len(quiet) - 1} more beside the objects" if len(quiet) > 1 else ""
        yield note(quiet[0] + others, "no text that is used from here")
