"""Standard output and standard error: where results and everything else go.

Decides: what the screen can show, and that nothing a terminal would obey leaves. Must not import anything heavy:
`--help` needs it.
"""

from __future__ import annotations

import io
import os
import shutil
import sys

WIDEST = 100
"""Longer lines are hard to read, however wide the screen is."""


def width() -> int:
    """Columns of the screen; 80 where there is none."""
    return min(shutil.get_terminal_size(fallback=(80, 24)).columns, WIDEST)


def has_colors() -> bool:
    """Whether standard output is a terminal that has colours, and nobody minds (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def put(text: str) -> None:
    """Write to standard output at once. What its encoding does not have is written as an escape. A reader that has left
    is no mistake: what is still to come goes to nobody."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop()


def say(text: str) -> None:
    """Write to standard error, where everything goes that is no result. On a terminal lines end at a space; indented
    ones are typed or looked up, and stay whole."""
    from troubleshooter.model.plain import plain_block

    lines = plain_block(text).split("\n")
    if sys.stderr.isatty():
        lines = [line if line.startswith(" ") else _wrapped(line) for line in lines]
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def _wrapped(line: str) -> str:
    import textwrap

    return textwrap.fill(line, width(), break_long_words=False, break_on_hyphens=False)


def _drop() -> None:
    """Let standard output go to nobody, so that closing it does not fail."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # it is no file, as in a test
        return
