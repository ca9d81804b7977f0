"""What a learner has done so far, and what comes next.

Decides: the order in which scenarios come, and what a weak spot is. A scenario in which somebody was weak comes again
once others have come between; until then new ones of the same stage or area come first. Must not know where progress
is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from troubleshooter.learn.scoring import FULL, WEAK

SCHEMA = "troubleshoot-progress/v1"
BETWEEN = 3
"""So many others come before a scenario comes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a scenario went: the points of the last time and of the best, how often it was solved, and the turn of the
    last time."""

    last: int
    best: int
    times: int
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Everything that a learner has solved, by scenario; `turn` counts what was solved."""

    turn: int = 0
    played: Mapping[str, Played] = field(default_factory=dict)

    def after(self, scenario: str, points: int) -> Progress:
        """The progress once a scenario was solved with so many points."""
        before = self.played.get(scenario)
        now = Played(
            last=points,
            best=max(points, before.best if before else 0),
            times=(before.times if before else 0) + 1,
            turn=self.turn + 1,
        )
        return replace(self, turn=now.turn, played={**self.played, scenario: now})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A scenario as far as its place in the order goes: its id, and what it is about: the stage at which its request
    usually dies, and the area of its cause."""

    id: str
    about: tuple[str, ...]


def weak_spots(entries: Sequence[Entry], progress: Progress) -> tuple[str, ...]:
    """The stages and areas in which the last try of some scenario was weak, in the order of the scenarios."""
    weak = (e.about for e in entries if e.id in progress.played and progress.played[e.id].last < WEAK)
    return tuple(dict.fromkeys(spot for about in weak for spot in about))


def next_scenario(entries: Sequence[Entry], progress: Progress) -> str | None:
    """The scenario that comes next; None once all are solved and nothing can be bettered."""
    played = progress.played
    again = [e for e in entries if e.id in played and played[e.id].last < WEAK]
    ripe = [e for e in again if progress.turn - played[e.id].turn >= BETWEEN]
    fresh = [e for e in entries if e.id not in played]
    weak = set(weak_spots(entries, progress))
    kin = sorted((e for e in fresh if weak.intersection(e.about)), key=lambda e: -len(weak.intersection(e.about)))
    better = sorted(
        (e for e in entries if e.id in played and played[e.id].last < FULL), key=lambda e: played[e.id].last
    )
    chosen = next(iter([*ripe, *kin, *fresh, *again, *better]), None)
    return chosen.id if chosen else None


def to_text(progress: Progress) -> str:
    """Progress as JSON."""
    played = {
        name: {"last": p.last, "best": p.best, "times": p.times, "turn": p.turn} for name, p in progress.played.items()
    }
    return json.dumps({"schema": SCHEMA, "turn": progress.turn, "played": played}, indent=2, sort_keys=True) + "\n"


def from_text(text: str) -> Progress:
    """Progress as it was kept.

    Raises:
        ValueError: the text is damaged, or of another schema.
    """
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise ValueError(f"this is no {SCHEMA}")
    played = {str(name): _played(value) for name, value in _map(found.get("played")).items()}
    return Progress(turn=_number(found.get("turn")), played=played)


def _played(value: object) -> Played:
    held = _map(value)
    last, best = (min(_number(held.get(name)), FULL) for name in ("last", "best"))
    return Played(last=last, best=best, times=_number(held.get("times")), turn=_number(held.get("turn")))


def _map(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("a map is missing")  # noqa: TRY004 - it is the text that is wrong, not the caller
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a number is missing")
    return value
