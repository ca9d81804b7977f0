"""What is said while a cluster is read.

Decides: when something is said at all: on a terminal, once it has taken a second. Must not know what is read.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from troubleshooter.cli import output
from troubleshooter.model.plain import plain

QUIET_SECONDS = 1.0
BETWEEN_SECONDS = 0.2
NAMED = 2
CLEAR = "\r\x1b[K"


class Progress:
    """One line on standard error that is written over again and again, and taken away at the end."""

    def __init__(self, whom: str) -> None:
        self._whom, self._began, self._said = whom, time.monotonic(), 0.0
        self._shown = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, objects: int, reading: Sequence[str]) -> None:
        """So many objects are read, and lists of these kinds still are."""
        now = time.monotonic()
        if not self._shown or now - self._began < QUIET_SECONDS or now - self._said < BETWEEN_SECONDS:
            return
        kinds = list(dict.fromkeys(reading))
        more = f" and {len(kinds) - NAMED} more" if len(kinds) > NAMED else ""
        rest = f"; still {', '.join(kinds[:NAMED])}{more}" if kinds else ""
        line = plain(f"reading {self._whom}: {objects:,} objects, {now - self._began:.0f} s{rest}")
        sys.stderr.write(f"{CLEAR}{line[: output.width() - 1]}")
        sys.stderr.flush()
        self._said = now

    def end(self) -> float:
        """Take the line away; the seconds since the beginning."""
        if self._said:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()
        return time.monotonic() - self._began
