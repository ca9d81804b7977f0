"""A text that waits to be recognised: its lines, its beginning, the JSON in it.

Decides: what may stand before JSON. Must not know any kind of text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from troubleshooter.model import Exhibit

HEAD = 8_192
"""So many characters tell what a text is."""

_OPENING = re.compile(r"\{\s*(?:[\"}]|$)|\[\s*(?:[{\[\"\]]|$)")
"""How JSON that a program prints begins: a time in brackets, as log lines have it, does not."""


class Page:
    """One exhibit, looked at once however many kinds ask about it."""

    def __init__(self, exhibit: Exhibit) -> None:
        self.name, self.text, self.origin, self.pod = exhibit.name, exhibit.text, exhibit.origin, exhibit.pod

    @cached_property
    def head(self) -> str:
        """The beginning."""
        return self.text[:HEAD]

    def lines(self) -> Iterator[tuple[int, str]]:
        """Every line without its end, with its number, counted from 1."""
        return enumerate(self.text.splitlines(), 1)

    @cached_property
    def json(self) -> Any:
        """The JSON value in it; None if there is none. What a command wrote to standard error may stand before it on
        lines of its own (`2>&1`)."""
        begin = self._begin()
        if begin < 0:
            return None
        try:
            return json.JSONDecoder().raw_decode(self.text, begin)[0]
        except (ValueError, RecursionError):
            return None

    @property
    def looks_like_json(self) -> bool:
        """Whether it begins as JSON does, though it may be damaged further on."""
        return self._begin() >= 0

    def _begin(self) -> int:
        """Where the first line begins that opens an object or a list; -1 if none does."""
        at = 0
        for line in self.head.splitlines(keepends=True):
            rest = line.lstrip("\ufeff \t")
            if _OPENING.match(rest):
                return at + len(line) - len(rest)
            at += len(line)
        return -1
