"""What could not be read, in words.

Decides: how a piece of missing input is said in one sentence, and the error for input that was named and cannot be read
at all. Must not know what is read, or by whom.
"""

from __future__ import annotations

from troubleshooter.model import NotChecked
from troubleshooter.model.plain import plain


def note(what: str, why: str, unlock: str = "") -> NotChecked:
    """A `NotChecked` whose texts are safe to print: file names and contents of others may stand in them. What others
    say may end with a full stop; whoever prints a note sets one."""
    return NotChecked(what=plain(what), why=plain(why).removesuffix("."), unlock=plain(unlock))


def sentence(missing: NotChecked) -> str:
    """One line for standard error: what, why, and what to do next."""
    return f"{missing.what}: {missing.why}." + (f" {missing.unlock}." if missing.unlock else "")


class InputError(Exception):
    """Input that somebody named and that cannot be read at all. Its text is one sentence with file, line and column;
    programs end with status 2. `note` is the same as a value."""

    def __init__(self, missing: NotChecked, *, others: int = 0) -> None:
        super().__init__(sentence(missing) + (f" (and {others} more)" if others else ""))
        self.note = missing
