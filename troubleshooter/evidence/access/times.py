"""Times as access log formats write them.

Decides: how %START_TIME(...)% looks, and the same time in Envoy's own form (2026-11-21T10:00:00.123Z). Must not know
lines. A time in a form that is not understood is "", and so is one that names no day.

Source: Envoy, docs/root/configuration/advanced/substitution_formatter.rst, %START_TIME%: strftime's specifiers, and %f
with a number of digits, also after %s (`%s.%3f`). Without an argument the time is ISO 8601 in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor

_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,20}(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LATEST = 253_402_300_799
"""The last second of the year 9999."""

_TO_THE_SECOND = len("2026-11-21T10:00:00")

_PARTS: Mapping[str, str] = {
    "Y": "(?P<Y>[0-9]{4})",
    "m": "(?P<m>[0-9]{2})",
    "d": "(?P<d>[0-9]{2})",
    "e": "(?P<d>[ 0-9]?[0-9])",
    "b": "(?P<b>[A-Z][a-z]{2})",
    "h": "(?P<b>[A-Z][a-z]{2})",
    "H": "(?P<H>[0-9]{2})",
    "M": "(?P<M>[0-9]{2})",
    "S": "(?P<S>[0-9]{2})",
    "f": "(?P<f>[0-9]{1,9})",
    "s": "(?P<s>[0-9]{1,12})",
    "z": "(?P<z>[+-][0-9]{4})",
    "Z": "(?:[A-Z]{1,5})",
    "a": "(?:[A-Z][a-z]{2})",
    "A": "(?:[A-Z][a-z]{5,8})",
    "%": "%",
}
_SHORT = {"T": "%H:%M:%S", "F": "%Y-%m-%d", "R": "%H:%M", "D": "%m/%d/%y"}
_SPECIFIER = re.compile(r"%[0-9]?(.)|([^%]+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeForm:
    """`pattern` matches such a time, without groups; `meant` gives it in Envoy's own form, "" where that cannot be."""

    pattern: str
    meant: Callable[[str], str]


def time_form(argument: str) -> TimeForm | None:
    """How %START_TIME(argument)% looks; None for a form that is not understood."""
    if not argument:
        return TimeForm(pattern=_ISO, meant=str)
    for short, long in _SHORT.items():
        argument = argument.replace(f"%{short}", long)
    parts = []
    for match in _SPECIFIER.finditer(argument):
        part = _PARTS.get(match[1]) if match[1] else re.escape(match[2])
        if part is None:
            return None
        parts.append(part)
    try:
        named = re.compile("".join(parts))
    except re.error:  # a specifier stands twice
        return None
    return TimeForm(pattern=re.sub(r"\(\?P<.>", "(?:", named.pattern), meant=lambda text: _meant(named, text))


def _meant(named: re.Pattern[str], text: str) -> str:
    match = named.fullmatch(text)
    if match is None:
        return ""
    told = match.groupdict("")
    fraction = f".{told['f']}" if told.get("f") else ""
    if told.get("s"):
        seconds = int(told["s"])
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z" if seconds <= _LATEST else ""
    month = told.get("m") or (f"{_MONTHS.index(told['b']) + 1:02}" if told.get("b") in _MONTHS else "")
    if not (told.get("Y") and month and told.get("d")):
        return ""
    clock = ":".join(told.get(part) or "00" for part in "HMS")
    zone = told.get("z") or "Z"
    return f"{told['Y']}-{month}-{int(told['d']):02}T{clock}{fraction}{'Z' if zone == '+0000' else zone}"


def moment(text: str) -> datetime | None:
    """A time as logged; None for what is none. One without a zone is taken for UTC, as Envoy writes it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Clock:
    """The seconds of times as logged. The last one is kept: lines stand near others of the same second."""

    __slots__ = ("_known", "_second")

    def __init__(self) -> None:
        self._known = ""
        self._second: int | None = None

    def second(self, text: str) -> int | None:
        """Unix time without fractions; None for what is no time."""
        known = text[:_TO_THE_SECOND] if text.endswith("Z") else text
        if known != self._known:
            found = moment(text)
            self._known, self._second = known, floor(found.timestamp()) if found else None
        return self._second
