"""Access log formats that somebody chose, as readers of such lines.

Decides: what a line in a given format says. Must not know: prefixes that log readers add (`lines`), where the format
was found, or what a value means.

A format is Envoy's: a text with operators, or a JSON object whose values are such texts. In a text, a value ends where
the text that follows its operator begins. Where a client's own words hold that text, too, the line is read from both
ends, and what is left in the middle is what the client wrote. Every part of a pattern is atomic, and the number of
attempts is bounded, so that a hostile line costs no more than a few times its length. Two operators with nothing
between them cannot be told apart and are not read.

Sources: see `operators`; Istio: accessLogFormat and accessLogEncoding,
https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from troubleshooter.evidence.access.entry import KNOWN_FLAGS, AccessLogEntry, entry_of
from troubleshooter.evidence.access.operators import FIELDS, MAX_FORMAT, FormatError, Operator, Shape, pieces
from troubleshooter.evidence.access.times import time_form
from troubleshooter.evidence.cleaning import MAX_FIELD, MAX_TEXT, printable

Read: TypeAlias = Callable[[str], object]
"""From a text to the value of a field; raises ValueError for one that is none."""

_PLACES = FIELDS["file"]
"""So many fields does a format tell; the rest is where the line stands."""

_TELLING = frozenset({FIELDS["response_code"], FIELDS["flags"]})
_NUMBERS = frozenset(
    place for name, place in FIELDS.items() if name.endswith(("_ms", "_code", "attempts")) or "bytes" in name
)
_MOST_ATTEMPTS = 8
_ENOUGH = 0.5
"""An object with this share of a format's keys is in this format."""

_DIGITS = re.compile(r"[0-9]{0,18}")
_TOKEN = re.compile(r'[^\s"]*')
_FLAG = "|".join(sorted(KNOWN_FLAGS, key=len, reverse=True))
_FLAGS = rf"(?>(?:{_FLAG})(?=,)(?:,(?:{_FLAG})(?=,))*)"
"""Flags before a comma, which also parts them."""

_CLIENTS = (FIELDS["user_agent"], FIELDS["path"], FIELDS["forwarded_for"])
"""What clients write, the likeliest to hold anything first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextFormat:
    """A format in text: see `compile_format`."""

    pattern: re.Pattern[str]
    groups: tuple[int, ...]
    """The field of each group."""
    reads: Mapping[int, Read]
    literals: tuple[str, ...]
    operators: tuple[Operator, ...]

    def values(self, text: str) -> dict[int, object] | None:
        """What a text in this format says, by the field's place; None if it is not in this format."""
        match = self.pattern.fullmatch(text)
        told = dict(zip(self.groups, match.groups(""), strict=True)) if match else self._from_both_ends(text)
        if told is None:
            return None
        try:
            return {place: self.reads[place](value) for place, value in told.items()}
        except ValueError:
            return None

    def _from_both_ends(self, text: str) -> dict[int, str] | None:
        free = [n for n, one in enumerate(self.operators) if one.shape is Shape.FREE]
        free.sort(key=lambda n: _CLIENTS.index(f) if (f := self.operators[n].field) in _CLIENTS else len(_CLIENTS))
        attempts = (self._around(text, middle) for middle in free[:_MOST_ATTEMPTS])
        return next((found for found in attempts if found is not None), None)

    def _around(self, text: str, middle: int) -> dict[int, str] | None:
        """The values if all but that of the operator `middle` end where they first may, seen from their end."""
        if not text.startswith(self.literals[0]) or not text.endswith(self.literals[-1]):
            return None
        begin, end, found = len(self.literals[0]), len(text) - len(self.literals[-1]), dict[int, str]()
        for n in range(middle):
            until = text.find(self.literals[n + 1], begin, end)
            if until < 0 or not self._take(found, n, text[begin:until]):
                return None
            begin = until + len(self.literals[n + 1])
        for n in range(len(self.operators) - 1, middle, -1):
            since = text.rfind(self.literals[n], begin, end)
            if since < 0 or not self._take(found, n, text[since + len(self.literals[n]) : end]):
                return None
            end = since
        return found if begin <= end and self._take(found, middle, text[begin:end]) else None

    def _take(self, found: dict[int, str], n: int, value: str) -> bool:
        operator = self.operators[n]
        shape = {Shape.NUMBER: _DIGITS, Shape.TOKEN: _TOKEN}.get(operator.shape)
        if shape is not None and value != "-" and not shape.fullmatch(value):
            return False
        if operator.field in self.reads and operator.field is not None:
            found[operator.field] = value
        return True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JsonFormat:
    """A format in JSON: the format of the text at each path of keys."""

    keys: tuple[tuple[tuple[str, ...], TextFormat], ...]

    def values(self, record: Mapping[str, Any]) -> dict[int, object] | None:
        """What an object in this format says, by the field's place; None if it is not in this format."""
        found: dict[int, object] = {}
        there = 0
        for path, form in self.keys:
            value = _at(record, path)
            there += value is not _ABSENT
            text = _plain(value)
            told = form.values(text) if text else None
            for place, one in (told or {}).items():
                found.setdefault(place, one)
        telling = any(found.get(place) not in (None, ()) for place in _TELLING) or there == len(self.keys)
        return found if telling and there >= _ENOUGH * len(self.keys) else None


_ABSENT = object()


def _at(record: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        record = record.get(key, _ABSENT) if isinstance(record, dict) else _ABSENT
    return record


def _plain(value: Any) -> str:
    """A value as it would stand in a text; "" for what is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON may hold a status as 503.0
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return printable(str(value))
    return ""


Format: TypeAlias = TextFormat | JsonFormat


def compile_format(text: str) -> Format:
    """The reader of a format: a JSON object if it begins with {, else a text.

    Raises:
        FormatError: it is no format, or tells neither status nor flags, so that no failure would show.
    """
    text = text.removesuffix("\n")
    if len(text) > MAX_FORMAT:
        raise FormatError(f"it has more than {MAX_FORMAT} characters")
    if not text.lstrip().startswith("{"):
        form = _text_format(text)
        _demand_telling([form])
        return form
    try:
        labels = json.loads(text)
    except (ValueError, RecursionError):
        raise FormatError("it begins with { and is no JSON object") from None
    return json_format(labels)


def json_format(labels: Mapping[str, Any]) -> JsonFormat:
    """The reader of a JSON format that is parsed already. Raises FormatError as `compile_format` does."""
    keys = [(path, _text_format(value)) for path, value in _leaves(labels)]
    _demand_telling(form for _, form in keys)
    return JsonFormat(keys=tuple(keys))


def _demand_telling(texts: Iterable[TextFormat]) -> None:
    if not any(_TELLING & set(text.reads) for text in texts):
        raise FormatError("it has neither %RESPONSE_CODE% nor %RESPONSE_FLAGS%, so that no failure shows in such a log")


def _leaves(labels: Any, path: tuple[str, ...] = ()) -> Iterable[tuple[tuple[str, ...], str]]:
    """The texts of an object, with their keys; an object in it may nest as deep as JSON was read."""
    for key, value in labels.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        elif isinstance(value, str):
            yield (*path, key), value


def _text_format(text: str) -> TextFormat:
    literals, told = _apart(*pieces(printable(text.replace("\t", " "))))  # as lines are when they come here
    operators = _one_a_field(told)
    pattern = re.escape(literals[0]) + "".join(
        _captured(operator, literals[n + 1]) + re.escape(literals[n + 1]) for n, operator in enumerate(operators)
    )
    return TextFormat(
        pattern=re.compile(pattern, re.DOTALL),
        groups=tuple(operator.field for operator in operators if operator.field is not None),
        reads={operator.field: _reader(operator) for operator in operators if operator.field is not None},
        literals=tuple(literals),
        operators=tuple(operators),
    )


def _one_a_field(operators: Sequence[Operator]) -> list[Operator]:
    """The same, where several tell one field, with only the most trusted of them read."""
    best: dict[int | None, int] = {}
    for n, operator in enumerate(operators):
        held = best.get(operator.field)
        if held is None or operator.rank < operators[held].rank:
            best[operator.field] = n
    return [
        one if best[one.field] == n else Operator(shape=one.shape, argument=one.argument)
        for n, one in enumerate(operators)
    ]


def _apart(literals: Sequence[str], operators: Sequence[Operator]) -> tuple[list[str], list[Operator]]:
    """The same with operators between which nothing stands made one that is not read."""
    apart, kept = [literals[0]], list[Operator]()
    for operator, literal in zip(operators, literals[1:], strict=True):
        if kept and not apart[-1]:
            kept[-1], apart[-1] = Operator(), literal
        else:
            kept.append(operator)
            apart.append(literal)
    return apart, kept


def _captured(operator: Operator, until: str) -> str:
    body = _body(operator, until)
    return f"(?>{body})" if operator.field is None else f"(?>-(?={re.escape(until) or '$'})|({body}))"


def _body(operator: Operator, until: str) -> str:
    form = time_form(operator.argument) if operator.shape is Shape.TIME else None
    if form is not None:
        return form.pattern
    if operator.shape is Shape.NUMBER:
        return _DIGITS.pattern
    if operator.field == FIELDS["flags"] and until.startswith(","):
        return _FLAGS
    if operator.shape is Shape.TOKEN and (not until or until[0] in ' "'):
        return _TOKEN.pattern
    if not until:
        return ".*"
    first, rest = re.escape(until[0]), re.escape(until[1:])
    return f"(?>[^{first}]*)" if not rest else f"(?>(?:[^{first}]|{first}(?!{rest}))*)"


def _reader(operator: Operator) -> Read:
    if operator.shape is Shape.TIME:
        form = time_form(operator.argument)
        return _nothing if form is None else form.meant
    if operator.field in _NUMBERS:
        return _number
    return _flags if operator.field == FIELDS["flags"] else _word


def _nothing(_text: str) -> str:
    return ""


def _word(text: str) -> str:
    return "" if text == "-" else text[:MAX_FIELD]


def _flags(text: str) -> tuple[str, ...]:
    return tuple(text[:MAX_FIELD].split(",")) if text not in ("", "-") else ()


def _number(text: str) -> int | None:
    if text in ("", "-"):
        return None
    if not _DIGITS.fullmatch(text):
        raise ValueError(text)
    return int(text)


def entry_in(values: Mapping[int, object], *, file: str, number: int, text: str, pod: str) -> AccessLogEntry:
    """The entry of these values, by the field's place, that stands there."""
    told = [
        values.get(place, None if place in _NUMBERS else () if place == FIELDS["flags"] else "")
        for place in range(_PLACES)
    ]
    return entry_of([*told, file, number, text[:MAX_TEXT], pod])
