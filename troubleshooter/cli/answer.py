"""What a command comes to: a text for standard output and an exit status, or a sentence why it cannot be done.

Decides: the exit statuses. Must not import anything heavy: `--help` needs it.
"""

from __future__ import annotations

from typing import NamedTuple

FINE = 0
FINDINGS = 1
REFUSED = 2
UNDETERMINED = 3
INTERRUPTED = 130
"""What a shell reports of a program that Ctrl-C ended."""

STATUSES = (
    (FINE, "nothing was found at or above --fail-on"),
    (FINDINGS, "something was found; a request that fails always is"),
    (REFUSED, "wrong usage, or input that cannot be read"),
    (UNDETERMINED, "whether the request arrives cannot be told from what was seen"),
)
"""What the exit statuses mean, for the help."""


class Answer(NamedTuple):
    """What goes to standard output ("" is nothing; else a newline is added at its end), and the exit status."""

    text: str
    status: int = FINE


class Refused(Exception):
    """The command cannot be done as it was given. The text says what happened, where, and what to do next; the exit
    status is 2, and nothing goes to standard output."""
