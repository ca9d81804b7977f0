"""From the lines of a log to entries, one at a time.

Decides: which lines are access log lines, of Envoy or of ztunnel, in which form, and whose pod a log reader's prefix
names. Must not know: what an entry means. Nothing is kept between lines, so a log may be longer than memory. No line,
however hostile, raises.

Prefixes that are understood: `kubectl logs --prefix` (`[pod/NAME/CONTAINER] `), `--timestamps`, stern (`POD CONTAINER
`, with the namespace before it for all namespaces), and the files of a container runtime (`TIME stdout F `). Before the
text form, whose beginning cannot be mistaken, any other short prefix (such as grep's file name) is ignored.

Formats that somebody chose are tried before Istio's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from troubleshooter.evidence.access.entry import AccessLogEntry, SkippedLine, SkipReason
from troubleshooter.evidence.access.formats import Format, JsonFormat, TextFormat, entry_in
from troubleshooter.evidence.access.json_form import NotJson, entry_of_json, record_in
from troubleshooter.evidence.access.text_form import START, parse_text
from troubleshooter.evidence.ambient.ztunnel_log import BEGINNING, ZtunnelEntry, parse_ztunnel_json, parse_ztunnel_text
from troubleshooter.evidence.cleaning import MAX_LINE, printable

ParsedLine: TypeAlias = AccessLogEntry | ZtunnelEntry | SkippedLine

_LONGEST_PREFIX = 512
_SHOWN = 200
"""How much of a skipped line is kept."""

_NAME = r"[a-z0-9][a-z0-9.-]*"
_TIMESTAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)"
_POD = rf"(?:\[pod/({_NAME})/{_NAME}\] |(?:{_NAME} )?({_NAME}) {_NAME} )"
_PREFIX = re.compile(rf"{_POD}?(?:{_TIMESTAMP} )?(?:std(?:out|err) [FP] )?")
_POD_ALONE = re.compile(_POD)


def parse_lines(lines: Iterable[str], *, file: str = "", formats: Sequence[Format] = ()) -> Iterator[ParsedLine]:
    """One value a line, in order: an entry, or why the line is none. `file` is the name under which the lines were
    given; they count from 1. Bytes that are no UTF-8 are the caller's to replace. `formats` are tried before Istio's
    own."""
    for number, line in enumerate(lines, 1):
        yield parse_line(line, file=file, number=number, formats=formats)


def parse_line(line: str, *, file: str = "", number: int = 1, formats: Sequence[Format] = ()) -> ParsedLine:
    """What one line is, with or without its line end."""
    if len(line) > MAX_LINE:
        return _skipped(SkipReason.DAMAGED, line[:MAX_LINE], file, number)
    text = printable(line.rstrip("\r\n"))
    chosen = _in_a_format(text, file, number, formats) if formats else None
    if chosen is not None:
        return chosen
    start, is_json = _start_of(text)
    if start < 0:
        return _of_ztunnel(text, file, number) or _skipped(
            SkipReason.OTHER if text.strip() else SkipReason.BLANK, text, file, number
        )
    pod = _pod_of(text[:start]) if start else ""
    if is_json:
        return _parsed_json(text[start:], file, number, pod, formats)
    entry = parse_text(text[start:], file=file, number=number, pod=pod)
    return entry or _skipped(SkipReason.DAMAGED, text, file, number)


def _in_a_format(text: str, file: str, number: int, formats: Sequence[Format]) -> AccessLogEntry | None:
    """The entry in one of the formats in text; a line may begin with what could be a prefix, and is none."""
    known, alone = _PREFIX.match(text), _POD_ALONE.match(text)
    starts = dict.fromkeys((known.end() if known else 0, alone.end() if alone else 0, 0))
    for form in (form for form in formats if isinstance(form, TextFormat)):
        for start in starts:
            values = form.values(text[start:])
            if values is not None:
                return entry_in(values, file=file, number=number, text=text[start:], pod=_pod_of(text[:start]))
    return None


def _of_ztunnel(text: str, file: str, number: int) -> ZtunnelEntry | None:
    """The connection of a line in ztunnel's plain form."""
    match = BEGINNING.search(text, 0, _LONGEST_PREFIX)
    if match is None:
        return None
    begin = match.start()
    return parse_ztunnel_text(text[begin:], file=file, number=number, pod=_pod_of(text[:begin]))


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


def _parsed_json(text: str, file: str, number: int, pod: str, formats: Sequence[Format]) -> ParsedLine:
    try:
        record = record_in(text)
    except NotJson:
        return _skipped(SkipReason.DAMAGED, text, file, number)
    for form in (form for form in formats if isinstance(form, JsonFormat)):
        values = form.values(record)
        if values is not None:
            return entry_in(values, file=file, number=number, text=text, pod=pod)
    return (
        entry_of_json(record, text, file=file, number=number, pod=pod)
        or parse_ztunnel_json(record, text, file=file, number=number, pod=pod)
        or _skipped(SkipReason.OTHER, text, file, number)
    )


def _skipped(why: SkipReason, text: str, file: str, number: int) -> SkippedLine:
    return SkippedLine(why=why, file=file, line=number, text=printable(text[:_SHOWN]))
