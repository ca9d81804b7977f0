"""Logs, read: those of --log, and those among the texts of --envoy.

Decides: in which formats they are read, and what is said of those that tell nothing. Must not know what a line means.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from troubleshooter.cli import output
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.evidence import read_evidence
from troubleshooter.cli.parsing import program
from troubleshooter.cli.pasting import Pastes
from troubleshooter.cli.reading import Laid
from troubleshooter.collect import InputError, sentence
from troubleshooter.collect.errors import note
from troubleshooter.collect.log_files import log_files, opened_log
from troubleshooter.evidence import (
    Evidence,
    Format,
    LogPage,
    LogSummary,
    Reading,
    SkippedLine,
    SkipReason,
    parse_lines,
    retries_logged,
    summarise,
)
from troubleshooter.evidence.access.chosen_formats import formats_in
from troubleshooter.evidence.access.formats import compile_format
from troubleshooter.evidence.access.lines import ParsedLine
from troubleshooter.evidence.access.operators import FormatError
from troubleshooter.evidence.dumped_formats import formats_dumped
from troubleshooter.mesh import Mesh
from troubleshooter.model import Exhibit, Inventory, NotChecked

log = logging.getLogger(__name__)

STDIN = "-"
MESH_CONFIGS = ("ConfigMap", "IstioOperator")
"""Kinds in which a mesh config stands."""

UNLOCK = (
    "Give the log of a proxy (kubectl logs POD -n NAMESPACE -c istio-proxy), and its format with --log-format if it is "
    "not Istio's"
)


@dataclass(slots=True, kw_only=True)
class _Files:
    """What is known while logs are read: their formats, and what of them cannot be used."""

    formats: Sequence[Format]
    notes: list[NotChecked] = field(default_factory=list)

    def lines(self, names: Sequence[str]) -> Iterator[ParsedLine]:
        """Every line of every log. Raises Refused where a log that was named itself cannot be read at all."""
        for name, direct in log_files(names):
            told = damaged = 0
            try:
                with opened_log(name, standard_input) as lines:
                    for line in parse_lines(lines, file=name, formats=self.formats):
                        told += not isinstance(line, SkippedLine)
                        damaged += isinstance(line, SkippedLine) and line.why is SkipReason.DAMAGED
                        yield line
            except InputError as wrong:
                if direct and not told:
                    raise Refused(str(wrong)) from None
                self.notes.append(wrong.note)
            else:
                self._done(name, direct=direct, told=told, damaged=damaged)

    def _done(self, name: str, *, direct: bool, told: int, damaged: int) -> None:
        log.info("%d requests read from %s", told, shown(name))
        if direct and not told:
            cut = f" that can be read: {damaged} of its lines are damaged, cut off or too long" if damaged else ""
            self.notes.append(note(shown(name), f"there is no access log line in it{cut}", UNLOCK))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was seen: the failures of all logs, None without one, under their name, and other evidence. `beside` says
    that nobody named a log: those that stood beside the objects are told of and do not say what is in question. `tells`
    are the facts that a pasted answer tells, each with its word."""

    summary: LogSummary | None = None
    log: str = ""
    beside: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    tells: tuple[tuple[str, str], ...] = ()


def read_told(args: argparse.Namespace, laid: Laid | None, pastes: Pastes) -> Told:
    """All that was seen: the failures of all logs together, which may be longer than memory, else those of a pasted
    text; and what other texts say. What of it cannot be used is said on standard error.

    Raises:
        Refused: no log holds a line of an access log, something that was named cannot be read, or --log-format is no
            format.
    """
    formats = formats_of(args, laid.inventory if laid else Inventory())
    evidence = read_evidence(args, laid, formats)
    pages = evidence.of(LogPage)
    kept = laid.logs if laid and not (args.log or pastes.log) else ()
    if not args.log and (pastes.log or not (pages or kept)):
        name = shown(next(iter(args.paste), ""))
        tells = next((one.tells for one in pastes.texts if one.tells), ())
        retried = retries_logged(pastes.log) if pastes.log else Evidence()
        return Told(summary=pastes.log, log=name, evidence=evidence.with_more(retried), tells=tells)
    files = _Files(formats=(*formats, *formats_dumped(evidence)))
    summary = summarise(_all(files, args.log, pages, kept))
    log.info("%d requests read, %d of them failed", summary.entries, summary.failed)
    if not (summary.entries or pages or kept):
        raise Refused(_why_nothing(args.log, files.notes))
    for one in files.notes:
        output.say(f"{program()}: {sentence(one)}")
    evidence = replace(evidence.with_more(retries_logged(summary)), not_checked=(*evidence.not_checked, *files.notes))
    named = [shown(one) for one in args.log] or [*(one.name for one in kept), *(one.name for one in pages)]
    named_by_nobody = laid is not None and {page.name for page in pages} <= {one.name for one in laid.exhibits}
    name = f"{named[0]} and {len(named) - 1} more" if named[1:] else named[0]
    return Told(
        summary=summary,
        log=name,
        beside=not (args.log or args.paste or kept) and named_by_nobody,
        evidence=evidence,
    )


def _all(
    files: _Files, names: Sequence[str], pages: Sequence[Reading[LogPage]], kept: Sequence[Exhibit]
) -> Iterator[ParsedLine]:
    yield from files.lines(names)
    for one in kept:
        yield from parse_lines(one.text.splitlines(), file=one.name, formats=files.formats)
    for page in pages:
        yield from parse_lines(page.value.lines(), file=page.name, formats=files.formats)


def _why_nothing(names: Sequence[str], notes: Sequence[NotChecked]) -> str:
    if notes:
        return sentence(notes[0])
    return f"{shown(names[0])}: there is no access log line in it. {UNLOCK}"


def formats_of(args: argparse.Namespace, inventory: Inventory) -> tuple[Format, ...]:
    """The formats that somebody chose: that of --log-format, and those of the mesh's own configuration."""
    try:
        given = tuple(compile_format(text) for text in args.log_format)
    except FormatError as wrong:
        raise Refused(f"--log-format: {wrong}") from None
    telling = tuple(thing for thing in inventory.objects if thing.kind in MESH_CONFIGS)
    return (*given, *formats_in(Mesh(replace(inventory, objects=telling)).settings.values))


def standard_input() -> BinaryIO:
    """The stream itself, which may be longer than memory. Raises Refused if it is closed."""
    if sys.stdin is None:
        raise Refused("standard input is closed; name a file instead of -")
    return sys.stdin.buffer


def shown(name: str) -> str:
    """A log's name for people."""
    return "standard input" if name == STDIN else name
