"""Whether a `when` holds on known words: for paragraphs, fixes and peer names, which no engine decides."""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.rulebook import AnyOf, Condition, When


def holds(when: When, words: Mapping[str, str]) -> bool:
    """All conditions are known and true."""
    return all(_part(part, words) for part in when)


def _part(part: Condition | AnyOf, words: Mapping[str, str]) -> bool:
    if isinstance(part, Condition):
        return words.get(part.fact) in part.words
    return any(all(_part(c, words) for c in alternative) for alternative in part.alternatives)
