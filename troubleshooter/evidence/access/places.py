"""Where a request was to go, as far as requests of the same kind have it in common.

Decides: the place of a line, which is the authority (or, where no HTTP was read, SNI and destination address) and the
path without query, numbers and ids. Must not know what became of the request.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from troubleshooter.evidence.access.entry import AccessLogEntry

_ID_SEGMENT = re.compile(
    r"[0-9]+"
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|(?=[a-fA-F]*[0-9])[0-9a-fA-F]{16,}"
)


class Place(NamedTuple):
    """What is "" was given up, or there is none."""

    authority: str
    path: str


def place_of(entry: AccessLogEntry) -> Place:
    """The place of a line."""
    if entry.authority:
        return Place(entry.authority, general_path(entry.path))
    return Place(f"{entry.sni} {entry.downstream_local}".strip(), "")


def general_path(path: str) -> str:
    """`path` without its query, and `{id}` for segments that are a number, a UUID, or long and hexadecimal."""
    segments = path.split("?", 1)[0].split("#", 1)[0].split("/")
    return "/".join("{id}" if _ID_SEGMENT.fullmatch(segment) else segment for segment in segments)
