"""What `istioctl analyze` prints, as text, JSON or YAML.

Decides: which messages there are, and about which object each is. Must not know what a code means.
Sources in istio/istio: pkg/config/analysis/diag/message.go (both forms of a message), istioctl/pkg/util/formatting
(the three formats), istioctl/pkg/analyze/analyze.go (what is said where there is none). A message in text is
`LEVEL [CODE] (KIND NAMESPACE/NAME FILE:LINE) TEXT`; older versions wrote `NAME.NAMESPACE`, and `Warn`; several clusters
put `[cluster-NAME]` before the parenthesis.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from troubleshooter.evidence.cleaning import MAX_FIELD, MAX_LINE, printable
from troubleshooter.evidence.kinds import DAMAGED, Kind, Unreadable
from troubleshooter.evidence.page import Page
from troubleshooter.mesh.basis import yaml_text
from troubleshooter.model import as_list, as_map

MAX_MESSAGES = 10_000
"""So many messages are kept; the analysis of a large mesh has hundreds."""

_CODE = r"IST[0-9]{4}"
_LINE = re.compile(
    rf"(?P<level>Error|Warning|Warn|Info) \[(?P<code>{_CODE})\](?: \[cluster-[^\]]{{0,253}}\])?"
    r"(?: \((?P<origin>[^()]{1,900})\))? (?P<text>.*)"
)
_ORIGIN = re.compile(r"(?P<kind>[A-Za-z][A-Za-z0-9]{0,99}) (?P<name>[^\s]{1,520})")
_ENTRY = re.compile(rf'^\s*(?:- )?"?code"?: *"?{_CODE}', re.MULTILINE)
_NONE = re.compile(r"No validation issues found when analyzing ")
_YAML = re.compile(rf"^- code: {_CODE}$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: its code, the kind and the name of the object as they were printed ("" where it names none), what
    it says, and its line."""

    code: str
    level: str
    kind: str = ""
    name: str = ""
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All messages, in their order; none where nothing was found."""

    messages: tuple[Message, ...] = ()


def _of_text(page: Page) -> Analysis:
    found = (_message_in(number, line) for number, line in page.lines())
    return Analysis(messages=tuple(one for one in found if one is not None)[:MAX_MESSAGES])


def _message_in(number: int, raw: str) -> Message | None:
    match = _LINE.search(printable(raw[:MAX_LINE]))
    if match is None:
        return None
    return _message(match["code"], match["level"], match["origin"] or "", match["text"], number)


def _message(code: str, level: str, origin: str, text: str, line: int) -> Message:
    about = _ORIGIN.match(origin)
    return Message(
        code=code,
        level="Warning" if level == "Warn" else level,
        kind=about["kind"] if about else "",
        name=about["name"] if about else "",
        text=text[:MAX_FIELD],
        line=line,
    )


def _of_json(page: Page) -> Analysis:
    if not isinstance(page.json, list):
        raise Unreadable(DAMAGED)
    return Analysis(messages=tuple(_entries(page.json, page)))


def _of_yaml(page: Page) -> Analysis:
    begin = _YAML.search(page.text)
    try:
        held = yaml_text.parsed(page.text[begin.start() :] if begin else "")
    except yaml_text.DAMAGED:
        raise Unreadable("its YAML is damaged or cut off") from None
    return Analysis(messages=tuple(_entries(as_list(held), page)))


def _entries(held: list[Any], page: Page) -> Iterator[Message]:
    """The messages of a list. Each begins on the line of its code, unless a message quotes such a line."""
    lines = [number for number, line in page.lines() if _ENTRY.match(line[:MAX_LINE])]
    placed = len(lines) == len(held)
    for place, raw in enumerate(held[:MAX_MESSAGES]):
        told = {key: _word(as_map(raw).get(key)) for key in ("code", "level", "origin", "message")}
        if re.fullmatch(_CODE, told["code"]):
            line = lines[place] if placed else 1
            yield _message(told["code"], told["level"], told["origin"], told["message"], line)


def _word(value: Any) -> str:
    return printable(value[:MAX_LINE]) if isinstance(value, str) else ""


def _is_text(page: Page) -> bool:
    return _NONE.search(page.head) is not None or any(_LINE.search(printable(one)) for one in page.head.splitlines())


def _is_json(page: Page) -> bool:
    return page.looks_like_json and '"documentationUrl"' in page.head and _ENTRY.search(page.head) is not None


WORDS = "what istioctl analyze found"

KINDS = (
    Kind(words=WORDS, fits=_is_json, read=_of_json),
    Kind(words=WORDS, fits=lambda page: _YAML.search(page.head) is not None, read=_of_yaml),
    Kind(words=WORDS, fits=_is_text, read=_of_text),
)
