"""A few words of many lines: counted while they are few, given up when they are many, whatever their order."""

from __future__ import annotations


class Few:
    """Words with their counts; `words` is None where there were more than `limit`."""

    __slots__ = ("limit", "words")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.words: dict[str, int] | None = {}

    def add(self, word: str, count: int = 1) -> None:
        """One more, or several of the same."""
        if self.words is not None:
            self.words[word] = self.words.get(word, 0) + count
            if len(self.words) > self.limit:
                self.words = None

    def take(self, other: Few) -> None:
        """All of another."""
        if other.words is None:
            self.words = None
        for word, count in (other.words or {}).items():
            self.add(word, count)
