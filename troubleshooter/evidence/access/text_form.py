"""Istio's access log in its text form.

Decides: which of the formats that Istio has had a line is in. Must not know: prefixes that log readers add
(`access_lines`), or what a value means.

Fields are separated by exactly one blank and may be empty (`omitEmptyValues`, or details that were never set), so lines
are never split at runs of blanks. Envoy does not escape quotes inside a quoted field: a line that the pattern refuses
is read from both ends, as only the client's own headers in the middle can hold quotes. Each part of the pattern is
atomic (`(?>...)`), so that a hostile line costs no more time than its length.

Formats, from pilot/pkg/model/telemetry_logging.go and, before 1.9, EnvoyTextLogFormat12 and EnvoyTextLogFormat13 in
pilot/pkg/networking/core/v1alpha3/listener.go, and for 1.1 istio/istio#8901. They differ in what stands between the
flags and the byte counts, and in the last field:

    1.9 on    details termination-details "transport failure"    ... SNI route
    1.3-1.8   "mixer status" "transport failure"                 ... SNI route
    1.2       "mixer status" "transport failure"                 ... SNI
    1.1       nothing, or "mixer status"                         ... SNI

The ambient variants put another address into the same place. A lone mixer status is taken for a failure text: it is "-"
unless the policy check failed.
"""

from __future__ import annotations

import re

from troubleshooter.evidence.access.entry import AccessLogEntry, entry_of
from troubleshooter.evidence.cleaning import MAX_FIELD, MAX_TEXT

_BARE = r'(?>-(?=[ "]|$)|(\S*))'
_WORD = r'(?>-(?=[ "])|([^\s"]*))'
_QUOTED = r'"(?>-(?=")|([^"]*))"'
_NUMBER = r"(?>-(?= )|([0-9]{0,18}))"
_DETAILS = r'(?>-(?= )|([^\s"{]*(?:\{[^"{}]*\})?[^\s"]*))'  # before Envoy 1.17 there were blanks in the braces
_TERMINATION = r'(?>-(?= ")|([^"]*(?= ")))'
_TIME = r"\[([0-9]{4}-[0-9]{2}-[0-9]{2}T[^\]\s]{0,40})\] "
_HEAD = (
    rf'{_TIME}"{_WORD} {_BARE} {_WORD}" {_NUMBER} {_WORD} '
    rf'(?:(?:{_DETAILS} {_TERMINATION} |"[^"]*" (?="))?{_QUOTED} )?'
    rf"{_NUMBER} {_NUMBER} {_NUMBER} {_NUMBER} "
)
_TAIL = rf"{_BARE} {_BARE} {_BARE} {_BARE} {_BARE}(?: {_BARE})?"

_QUOTED_FIELDS = 5
"""Forwarded for, user agent, request id, authority, upstream host."""

START = re.compile(rf'{_TIME}"')
"""How an access log line begins."""

_LINE = re.compile(rf"{_HEAD}{' '.join([_QUOTED] * _QUOTED_FIELDS)} {_TAIL}$")
_HEAD_ONLY = re.compile(_HEAD)
_TAIL_ONLY = re.compile(_TAIL)


_CODE, _FLAGS, _COUNTS = 4, 5, slice(9, 13)
"""Places of the fields that are no texts."""


def parse_text(line: str, *, file: str, number: int, pod: str) -> AccessLogEntry | None:
    """The entry that `line` holds, or None if it is in none of the formats. `line` is printable and begins with the
    time in brackets."""
    match = _LINE.match(line)
    texts = match.groups("") if match else _from_both_ends(line)
    if texts is None:
        return None
    values: list[object] = list(texts if len(line) <= MAX_TEXT else (text[:MAX_FIELD] for text in texts))
    values[_CODE] = int(texts[_CODE]) if texts[_CODE] else None
    values[_FLAGS] = tuple(texts[_FLAGS].split(",")) if texts[_FLAGS] else ()
    values[_COUNTS] = [int(count) if count else None for count in texts[_COUNTS]]
    values += (None, file, number, line[:MAX_TEXT], pod)
    return entry_of(values)


def _from_both_ends(line: str) -> tuple[str, ...] | None:
    """The texts of a line with quotes inside a client's header, which is taken to be the user agent."""
    head = _HEAD_ONLY.match(line)
    if head is None or not line.startswith('"', head.end()):
        return None
    middle, closing, rest = line[head.end() + 1 :].rpartition('" ')
    tail, quoted = _TAIL_ONLY.fullmatch(rest), middle.split('" "')
    if not closing or tail is None or len(quoted) < _QUOTED_FIELDS:
        return None
    headers = (quoted[0], '" "'.join(quoted[1:-3]), *quoted[-3:])
    return (*head.groups(""), *("" if h == "-" else h for h in headers), *tail.groups(""))
