"""Looking at what runs: what has been looked at, what could not be, and what is worth a look next.

Decides: that nothing is looked at twice, and not too much in all. Must not know how a page is fetched.
"""

from __future__ import annotations

from collections.abc import Container

from troubleshooter.consult.origins import open_objections
from troubleshooter.consult.possible import likely_root
from troubleshooter.consult.sources import Source, logs_of_setup, sources
from troubleshooter.consult.steps import Look
from troubleshooter.inference import Cost, next_questions
from troubleshooter.model import NotChecked, RuntimePage, Sight, Verdict
from troubleshooter.remedy import Examined
from troubleshooter.rulebook import Rulebook

MOST = 8
"""So many looks make one diagnosis: each costs a person's time, and the proxies some work."""

FLAG = "failure.flag"
"""What every failed line of a log tells."""
GIVE_LOG = "Give the log in which it stands: --log FILE"
SETUP_LOG = "evidence.redirection_log"
"""What the log of an init container of Istio tells."""


class Looking:
    """What was looked at in one consultation, and what was missed."""

    def __init__(self) -> None:
        self.done: dict[Sight, bool] = {}
        self.notes: list[NotChecked] = []
        self._barred: set[tuple[str, str, str]] = set()

    def next(
        self, rulebook: Rulebook, examined: Examined, doubt: str | None, among: Container[str] | None
    ) -> Look | None:
        """The look that is wanted next: at why a pod does not start, for a failed line, at what splits the causes in
        `among` best in the case in doubt, or else at what would confirm the root cause or rule it out."""
        look = self._at_setup(examined) or (self._for_a_line(examined) if doubt else None)
        case, causes = (doubt, among) if doubt else likely_root(examined.conclusions)
        return look or (self._best(rulebook, examined, case, causes) if case else self._objection(rulebook, examined))

    def _best(self, rulebook: Rulebook, examined: Examined, case: str, among: Container[str] | None) -> Look | None:
        left = self._left(examined)
        told = frozenset[str]().union(*(one.tells for one in left))
        if not told:
            return None
        found = next_questions(
            rulebook, examined.judgement, case, lambda fact: Cost.LOOK if fact in told else None, among
        )
        for fact in found[:1]:
            return Look(fact=fact, sight=next(one.sight for one in left if fact in one.tells))
        return None

    def _objection(self, rulebook: Rulebook, examined: Examined) -> Look | None:
        """A look at what would rule out a root that rests on what was seen."""
        root = next((one for one in examined.conclusions if one.root), None)
        if root is None or examined.observation is None:
            return None
        left = self._left(examined)
        facts = open_objections(rulebook, examined.judgement.cases[root.case], root.cause)
        return next((Look(fact=f, sight=one.sight) for f in facts for one in left if f in one.tells), None)

    def _for_a_line(self, examined: Examined) -> Look | None:
        """A look for a failed line of the request in a log, as long as there is none: it says more than all else, and
        outranks what objects foretell."""
        wanted = (one.sight for one in self._left(examined) if FLAG in one.tells and one.sight.page.is_log)
        sight = next(wanted, None) if examined.observation is None else None
        return Look(fact=FLAG, sight=sight) if sight is not None else None

    def _at_setup(self, examined: Examined) -> Look | None:
        """A look at why a pod does not start that the request needs. One such log tells it for all."""
        if examined.walked is None or examined.walked.walk.verdict is not Verdict.UNREACHABLE:
            return None
        found = tuple(logs_of_setup(examined.cases))
        return Look(fact=SETUP_LOG, sight=found[0]) if found and self.done.keys().isdisjoint(found) else None

    def can_tell(self, fact: str, examined: Examined) -> bool:
        """Whether something at hand, which was not looked at yet, could tell a fact."""
        return any(fact in one.tells for one in self._left(examined))

    def _left(self, examined: Examined) -> list[Source]:
        """What may still be looked at, on the first way of the request: that is the one in question."""
        walked = examined.walked
        if walked is None or len(self.done) >= MOST:
            return []
        found = sources(examined.mesh, walked.trails[0], failed_line=examined.observation is not None)
        return [one for one in found if one.sight not in self.done and not self._needless(one.sight)]

    def _needless(self, sight: Sight) -> bool:
        """Whether another page of these pods could not be had in the same way: then this one cannot either."""
        sort = _sort_of(sight)
        missed = (one for one, seen in self.done.items() if not seen and one.pods == sight.pods)
        return sort in self._barred or any(_sort_of(one) == sort for one in missed)

    def seen(self, sight: Sight, missing: tuple[NotChecked, ...]) -> None:
        """It was looked at; `missing` is what of it cannot be used."""
        self.done[sight] = True
        self.notes += missing
        if sight.others:
            others = f"the logs of {sight.others} more pods beside {sight.namespace}/{sight.pods[0]}"
            self.notes.append(NotChecked(what=others, why=f"{len(sight.pods)} of them are read", unlock=GIVE_LOG))

    def missed(self, sight: Sight, why: str, unlock: str, *, forbidden: bool) -> None:
        """It could not be looked at; where that is forbidden, so is the like in the whole namespace."""
        self.done[sight] = False
        if forbidden:
            self._barred.add(_sort_of(sight))
        self.notes.append(NotChecked(what=sight.words, why=why, unlock=unlock or f"Look at it: `{sight.command}`"))


def _sort_of(sight: Sight) -> tuple[str, str, str]:
    """What is had in one way, with one right: logs, pages, or counters, in a namespace."""
    counters = "counters" if sight.page is RuntimePage.STATS else "pages"
    return sight.cluster, sight.namespace, "logs" if sight.page.is_log else counters
