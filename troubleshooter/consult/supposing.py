"""What would be concluded if one fact were otherwise: tried on the cases at hand, and kept nowhere.

Decides: which cases the fact is laid over, and what is compared. The walk stays as it is: a supposition is about one
fact, not about the object that it was read off (for that there is `--with`). Must not know how it is worded.
"""

from __future__ import annotations

import difflib
from collections.abc import Container
from dataclasses import dataclass, replace

from troubleshooter.consult.told import first_is_root
from troubleshooter.facts import CATALOGUE
from troubleshooter.inference import Conclusion, How, PlainEvaluator, Standing, conclude, how, judge, standings
from troubleshooter.model import Case, CaseKind, Fact, Source, Verdict
from troubleshooter.remedy import Examined
from troubleshooter.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """`known` is how the fact is known now (None: it is not), `now` and `then` the root cause before and after (None:
    there is none), `moved` the causes that would stand otherwise, as they would."""

    fact: str
    word: str
    known: How | None
    now: Conclusion | None
    then: Conclusion | None
    moved: tuple[Standing, ...]


def suppose(
    rulebook: Rulebook, examined: Examined, pair: tuple[str, str], among: Container[str] | None, *, seen: bool
) -> Supposed:
    """Lay the fact and word of `pair` over every walk. `seen` says that there is a mesh; otherwise, and where the walk
    cannot tell, somebody says that the request fails.

    Raises:
        ValueError: there is no such fact or word, or no walk. The text is a sentence.
    """
    fact, word = pair
    _demand(fact, word)
    first = next((case for case in examined.cases if case.kind is CaseKind.WALK), None)
    if first is None:
        raise ValueError("This can be asked about one request, and here everything is looked at")
    said = Fact(name=fact, word=word, sources=(Source(said=True),))
    cases = tuple(_with(case, said) for case in examined.cases)
    judgement = judge(rulebook, cases, PlainEvaluator())
    concluded = conclude(rulebook, judgement, cases)
    before = {s.cause: s for s in standings(rulebook, examined.judgement.cases[first.id], among)}
    after = standings(rulebook, judgement.cases[first.id], among)
    walked = examined.walked
    if not seen or walked is None or walked.walk.verdict is Verdict.UNDETERMINED:
        concluded = first_is_root(c for c in concluded if among is None or c.cause in among)
    return Supposed(
        fact=fact,
        word=word,
        known=how(examined.judgement.cases[first.id], fact),
        now=_root(examined.conclusions),
        then=_root(concluded),
        moved=tuple(s for s in after if before[s.cause].certainty is not s.certainty),
    )


def _demand(fact: str, word: str) -> None:
    known = CATALOGUE.facts.get(fact)
    if known is None:
        near = difflib.get_close_matches(fact, CATALOGUE.facts, n=4)
        hint = f"; the nearest are {', '.join(near)}" if near else "; `notes` and `why` name some"
        raise ValueError(f"There is no fact called {fact}{hint}")
    if word not in known.words:
        raise ValueError(f"{fact} cannot be {word}; it can be {', '.join(known.words)}")


def _with(case: Case, said: Fact) -> Case:
    return replace(case, facts={**case.facts, said.name: said}) if case.kind is CaseKind.WALK else case


def _root(conclusions: tuple[Conclusion, ...]) -> Conclusion | None:
    return next((c for c in conclusions if c.root), None)
