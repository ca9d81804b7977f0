"""Words to pseudonyms.

Decides: which pseudonym a word has. Where two objects compete Istio may decide by their names, so pseudonyms keep the
order of the words; and two words that differ by a slip of the pen still do.
"""

from __future__ import annotations

import difflib
import hashlib
from bisect import bisect_left
from itertools import product

from troubleshooter.collect.redaction.kept_words import is_kept

ALIKE = 0.75


def numbered(words: set[str], key: bytes) -> dict[str, str]:
    """A pseudonym for each word that does not stay: a number that keeps the order, also among the words that stay, and
    letters that say nothing. Words that differ little (a slip of the pen) share the letters."""
    ordered = sorted(words)
    wide = len(str(len(ordered)))
    stay = [word for word in ordered if is_kept(word)]
    found: dict[str, str] = {}
    before, letters = "", ""
    for number, word in enumerate(ordered, 1):
        if is_kept(word):
            continue
        if not (before and difflib.SequenceMatcher(None, before, word).ratio() > ALIKE):
            letters = _letters(word, key)
        at = bisect_left(stay, word)
        low, high = stay[at - 1] if at else "", stay[at] if at < len(stay) else "~"
        found[word] = f"{_between(low, high)}{number:0{wide}}{letters}"
        before = word
    return found


def _letters(word: str, key: bytes) -> str:
    digest = hashlib.blake2b(word.encode(), digest_size=8, key=key[:64]).digest()
    return "".join("bcdfghjkmpqrtvwz"[byte % 16] for byte in digest)


def _between(low: str, high: str) -> str:
    """The shortest letters that come after one word and, whatever follows them, before the other."""
    for size in range(max(len(low), len(high)) + 1):
        for begin, letter in product((low[:size], high[:size]), "nopqrstuvwxyzabcdefghijklm"):
            found = begin + letter
            if low < found < high and not high.startswith(found) and not low.startswith(found):
                return found
    return f"{low}n"
