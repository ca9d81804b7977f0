"""Objects as far as a printed text shows them.

Decides: how a place in a text stands for a field of an object. Must not know which text it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troubleshooter.model import Object


def transcript(raw: Mapping[str, Any], file: str, lines: Mapping[str, int], first: int) -> Object:
    """An object with the line of each field that was printed; a field that was not has that of the one above it, in the
    end `first`, where the object begins."""

    def line_of(path: str) -> int | None:
        while path:
            if path in lines:
                return lines[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return first

    return Object(raw=raw, file=file, line_of=line_of)
