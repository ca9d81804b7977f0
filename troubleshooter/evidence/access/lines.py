"""From the lines of a log to entries, one at a time.

Decides: which lines are access log lines, in which form, and whose pod a log reader's prefix names. Must not know: what
an entry means. Nothing is kept between lines, so a log may be longer than memory. No line, however hostile, raises.

Prefixes that are understood: `kubectl logs --prefix` (`[pod/NAME/CONTAINER] `), `--timestamps`, stern (`POD CONTAINER
`, with the namespace before it for all namespaces), and the files of a container runtime (`TIME stdout F `). Before the
text form, whose beginning cannot be mistaken, any other short prefix (such as grep's file name) is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from troubleshooter.evidence.access.entry import AccessLogEntry, SkippedLine, SkipReason
from troubleshooter.evidence.access.json_form import NotJson, parse_json
from troubleshooter.evidence.access.text_form import START, parse_text
from troubleshooter.evidence.cleaning import MAX_LINE, printable

ParsedLine: TypeAlias = AccessLogEntry | SkippedLine

_LONGEST_PREFIX = 512
_SHOWN = 200
"""How much of a skipped line is kept."""

_NAME = r"[a-z0-9][a-z0-9.-]*"
_TIMESTAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)"
_PREFIX = re.compile(
    rf"(?:\[pod/({_NAME})/{_NAME}\] |(?:{_NAME} )?({_NAME}) {_NAME} )?(?:{_TIMESTAMP} )?(?:std(?:out|err) [FP] )?"
)


def parse_lines(lines: Iterable[str], *, file: str = "") -> Iterator[ParsedLine]:
    """One value a line, in order: an entry, or why the line is none. `file` is the name under which the lines were
    given; they count from 1. Bytes that are no UTF-8 are the caller's to replace."""
    for number, line in enumerate(lines, 1):
        yield parse_line(line, file=file, number=number)


def parse_line(line: str, *, file: str = "", number: int = 1) -> ParsedLine:
    """What one line is, with or without its line end."""
    if len(line) > MAX_LINE:
        return _skipped(SkipReason.DAMAGED, line[:MAX_LINE], file, number)
    text = printable(line.rstrip("\r\n"))
    start, is_json = _start_of(text)
    if start < 0:
        why = SkipReason.OTHER if text.strip() else SkipReason.BLANK
        return _skipped(why, text, file, number)
    pod = _pod_of(text[:start]) if start else ""
    if is_json:
        return _parsed_json(text[start:], file, number, pod)
    entry = parse_text(text[start:], file=file, number=number, pod=pod)
    return entry or _skipped(SkipReason.DAMAGED, text, file, number)


def _start_of(text: str) -> tuple[int, bool]:
    """Where an entry begins in `text` (-1: nowhere), and whether it is JSON."""
    if text.startswith("{"):
        return 0, True
    match = START.match(text) or START.search(text, 0, _LONGEST_PREFIX)
    if match:
        return match.start(), False
    brace = text.find("{", 0, _LONGEST_PREFIX)
    return (brace, True) if brace > 0 and _PREFIX.fullmatch(text, 0, brace) else (-1, False)


def _pod_of(prefix: str) -> str:
    match = _PREFIX.fullmatch(prefix)
    return (match[1] or match[2] or "") if match else ""


def _parsed_json(text: str, file: str, number: int, pod: str) -> ParsedLine:
    try:
        entry = parse_json(text, file=file, number=number, pod=pod)
    except NotJson:
        return _skipped(SkipReason.DAMAGED, text, file, number)
    return entry or _skipped(SkipReason.OTHER, text, file, number)


def _skipped(why: SkipReason, text: str, file: str, number: int) -> SkippedLine:
    return SkippedLine(why=why, file=file, line=number, text=printable(text[:_SHOWN]))
