"""What of a hostile text may be kept.

Decides: which characters survive, so that no escape sequence reaches a terminal. Must not know: what the text means.
"""

from __future__ import annotations

import re

MAX_LINE = 131_072
"""Longest line that is looked at, in characters. Envoy takes at most 60 KiB of request headers by default, and an
access log line repeats a few of them."""

MAX_TEXT = 2_048
"""Longest line that is kept as the source of a fact."""

MAX_FIELD = 1_024
"""Longest single field that is kept."""

_COLOURS_AND_CURSOR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Whole sequences that log readers write. Nothing wider: a client that sends the beginning of a longer one must not
make the rest of its line vanish."""


def printable(text: str) -> str:
    """`text` without colours, control characters, bidirectional controls, and lone surrogates; a tab becomes a blank.
    No escape character is left, so no sequence is. Never fails."""
    if text.isprintable():
        return text
    plain = _COLOURS_AND_CURSOR.sub("", text.replace("\t", " "))
    return "".join(filter(str.isprintable, plain))
