"""What lessons write on, and what they read from.

Decides: nothing; how lines are laid out is known to whoever hands them in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias

Read: TypeAlias = Callable[[], str | None]
"""A typed line; None at the end of the input."""


class Lines(Protocol):
    """Plain lines of text, wrapped and made safe to show."""

    def blank(self) -> None:
        """An empty line."""

    def page(self, text: str) -> None:
        """A text that is laid out and made safe already."""

    def put(self, text: str, *, indent: int = 0, lead: str = "") -> None:
        """A paragraph; `lead` stands before it, and the text lines up after it."""

    def command(self, text: str) -> None:
        """Something to type: never wrapped."""

    def table(self, rows: Iterable[tuple[str, str]], indent: int = 2) -> None:
        """Two columns."""
