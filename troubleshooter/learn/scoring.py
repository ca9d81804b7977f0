"""What a way to the answer is worth: points for the path, not only for the answer.

Decides: the points. Must not know what was shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

FULL = 100
WEAK = 70
"""Whoever has fewer points meets something like it again."""

PRICES: dict[str, tuple[str, int, int]] = {
    "looks": ("looks beyond the shortest way", 3, 30),
    "unseen": ("deciding facts that were not seen before the answer", 10, 30),
    "causes": ("wrong causes", 15, FULL),
    "fixes": ("wrong fixes", 10, FULL),
    "hints": ("hints", 10, 30),
    "prediction": ("wrong prediction", 5, 5),
}
"""What is counted, what each costs, and what all of them cost at most."""

FORESEEN = 5
"""What a right prediction gives back."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What happened on the way. `looks` are those beyond the shortest way; `foreseen` is None without a prediction."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PRICES, 0))
    foreseen: bool | None = None

    def add(self, what: str, count: int = 1) -> None:
        """Count something that costs points."""
        self.counts[what] += count


def account_of(tally: Tally) -> list[tuple[str, int]]:
    """What cost or gave points, in words, with the points."""
    rows = [
        (f"{words}: {count}", -min(count * price, most))
        for (words, price, most), count in zip(PRICES.values(), (tally.counts[name] for name in PRICES), strict=True)
        if count
    ]
    return [*rows, ("right prediction", FORESEEN)] if tally.foreseen else rows


def score(tally: Tally) -> int:
    """Points, from 0 to 100."""
    return max(0, min(FULL, FULL + sum(points for _, points in account_of(tally))))


def prices() -> str:
    """What costs how much, in a sentence."""
    each = ", ".join(f"{words} -{price}" for words, price, _ in PRICES.values())
    return f"{FULL} points for the shortest way. Each of these costs: {each}. A right prediction gives {FORESEEN} back."
