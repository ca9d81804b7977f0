"""Of what sort a pasted piece is.

Decides: what is tried first. Must not know what any of it means, nor read objects: that is for whoever has a reader of
YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum, auto

from troubleshooter.evidence.access.entry import SkippedLine
from troubleshooter.evidence.access.lines import parse_line
from troubleshooter.evidence.access.log_page import ACCESS_LOG
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pasted.pieces import Piece
from troubleshooter.evidence.recognition import KINDS, kind_of
from troubleshooter.model import Exhibit

NOT_LOGS = tuple(kind for kind in KINDS if kind is not ACCESS_LOG)
"""Kinds of a whole piece; an access log is known by each of its lines."""

_LOOKED_AT = 200
"""So many lines tell whether a text is a log."""

_API_VERSION = re.compile(r"^(?:- |\s{0,2})apiVersion *: *\S", re.MULTILINE)
_KIND = re.compile(r"^(?:- |\s{0,2})kind *: *\S", re.MULTILINE)


class Sort(Enum):
    """What a piece may be."""

    OBJECTS = auto()
    PAGE = auto()
    """Of a kind that evidence knows."""
    LOG = auto()
    WORDS = auto()
    """Whatever else: what a client printed, or nothing of use."""


def sort_of(piece: Piece, kinds: Iterable[Kind] = NOT_LOGS) -> tuple[Sort, Kind | None]:
    """The sort of a piece, and its kind if it is a page."""
    page = Page(Exhibit(name="", text=piece.text))
    if _holds_objects(page):
        return Sort.OBJECTS, None
    kind = kind_of(page, kinds)
    if kind is not None:
        return Sort.PAGE, kind
    return (Sort.LOG if _is_log(page) else Sort.WORDS), None


def _holds_objects(page: Page) -> bool:
    if not page.looks_like_json:
        return _API_VERSION.search(page.text) is not None and _KIND.search(page.text) is not None
    held = page.json
    return isinstance(held, dict) and isinstance(held.get("apiVersion"), str) and isinstance(held.get("kind"), str)


def _is_log(page: Page) -> bool:
    lines = (line for number, line in page.lines() if number <= _LOOKED_AT)
    return any(not isinstance(parse_line(line), SkippedLine) for line in lines)
