"""From firings to the record of a case: which of them count.

Theory of operation. An engine takes nothing back, so where two derivations disagree about one fact, or one disagrees
with what was told, it goes on with both words. A fact has one word. What was told counts before what is derived; of
derivations, the one that can be applied first, in the order of the rulebook. What rests on a word that does not count
does not count either. The order in which an engine fired plays no part. Must not know: which engine it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from troubleshooter.inference.compile import HOLDS, RULED_OUT, SUPPORTED
from troubleshooter.inference.judgement import Record
from troubleshooter.inference.port import Firing


def settle(told: Iterable[tuple[str, str]], firings: Sequence[Firing]) -> Record:
    """The record of one case from the (fact name, word) pairs told and all its firings in the order of the rules."""
    groups = _by_sort(firings)
    words = dict(told)
    derived = _derive(words, groups[""])
    return Record(
        derived=derived,
        holds=_counting(words, groups[HOLDS]),
        ruled_out=_counting(words, groups[RULED_OUT]),
        supported=_counting(words, groups[SUPPORTED]),
    )


def _by_sort(firings: Iterable[Firing]) -> Mapping[str, list[Firing]]:
    groups: dict[str, list[Firing]] = defaultdict(list)
    for firing in firings:
        prefix = next((p for p in (HOLDS, RULED_OUT, SUPPORTED) if firing.concluded[0].startswith(p)), "")
        groups[prefix].append(firing)
    return groups


def _derive(words: dict[str, str], derivations: Sequence[Firing]) -> dict[str, Firing]:
    """Add to `words` what follows; answer which firing gave each new word."""
    derived: dict[str, Firing] = {}
    grown = True
    while grown:
        grown = False
        for firing in derivations:
            name, word = firing.concluded
            if name not in words and _all_known(words, firing):
                words[name] = word
                derived[name] = firing
                grown = True
    return derived


def _counting(words: Mapping[str, str], firings: Iterable[Firing]) -> dict[str, tuple[Firing, ...]]:
    """The firings whose facts all count, by cause."""
    by_cause: dict[str, tuple[Firing, ...]] = {}
    for firing in firings:
        if _all_known(words, firing):
            cause = firing.concluded[0].partition(":")[2]
            by_cause[cause] = (*by_cause.get(cause, ()), firing)
    return by_cause


def _all_known(words: Mapping[str, str], firing: Firing) -> bool:
    return all(words.get(name) == word for name, word in firing.used)
