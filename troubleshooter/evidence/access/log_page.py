"""Which texts are logs of proxies.

Decides: that a text with a line of an access log is one, wherever in it the first stands: a proxy writes much else
before it. Must not know what a line means. The text is kept, its lines are read when they are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from troubleshooter.evidence.access.entry import SkippedLine
from troubleshooter.evidence.access.formats import Format
from troubleshooter.evidence.access.lines import parse_line
from troubleshooter.evidence.cleaning import MAX_LINE
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page

_LINES = 50
"""So many lines are tried in formats that somebody chose, whose beginning could be any."""

_ENVOY = re.compile(r'\[[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,20}Z?\] "|"(?:response_flags|response_code_details)"')
_ZTUNNEL = re.compile(r'\baccess:?\s"?connection |"scope":\s?"access"')


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """A log of one or several proxies, as text."""

    text: str

    def lines(self) -> Iterator[str]:
        """Its lines with their ends, one at a time."""
        begin = 0
        while (end := self.text.find("\n", begin)) >= 0:
            yield self.text[begin : end + 1]
            begin = end + 1
        if begin < len(self.text):
            yield self.text[begin:]


def log_kind(formats: Sequence[Format] = ()) -> Kind:
    """The kind of an access log, also in formats that somebody chose."""

    def fits(page: Page) -> bool:
        if _tells(page, _ENVOY) or _tells(page, _ZTUNNEL):
            return True
        lines = islice(page.head.splitlines(), _LINES) if formats else ()
        return any(not isinstance(parse_line(line, formats=formats), SkippedLine) for line in lines)

    return Kind(words="the access log of a proxy", fits=fits, read=lambda page: LogPage(text=page.text), also=True)


def _tells(page: Page, telltale: re.Pattern[str]) -> bool:
    """Whether the first line with such words is an entry."""
    found = telltale.search(page.text)
    if found is None:
        return False
    begin = page.text.rfind("\n", 0, found.start()) + 1
    end = page.text.find("\n", found.end())
    line = page.text[begin : end if end >= 0 else None] if found.end() - begin <= MAX_LINE else ""
    return not isinstance(parse_line(line), SkippedLine)


ACCESS_LOG = log_kind()
KINDS = (ACCESS_LOG,)
