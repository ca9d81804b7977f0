"""From the rulebook to rules that an engine can run: positive conjunctions, one a branch.

Theory of operation. A rule is a list of (fact name, word) pairs that must all hold in one case. Four sorts of rule come
out, told apart by the kind of what they conclude:

    <fact name>        a derivation: this fact follows, with this word
    cause:<id>         all of the cause's `when` hold
    ruled-out:<id>     one of its `unless` holds (the word is the name of that fact)
    supported:<id>     one of its `supports` holds (the word is the name of that fact)

What follows from these (confirmed, likely, possible) is decided in `certainty`, never by an engine. Each kind of case
has rules of its own: a cause has none for a kind to which it does not apply. That costs no condition, and an engine
never meets a rule that cannot fire. That no `when` has more branches or conditions than an engine can take is for the
check of the knowledge base to say, with the place. Must not know: meshes, walks, or how a rule is run.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import TypeAlias

from troubleshooter.inference.links import KEPT
from troubleshooter.inference.port import Rule
from troubleshooter.model import CaseKind
from troubleshooter.rulebook.logic import Branch, conditions, expand
from troubleshooter.rulebook.values import Cause, Condition, Rulebook, When

FOLLOWS = "fact:"
HOLDS = "cause:"
RULED_OUT = "ruled-out:"
SUPPORTED = "supported:"

Pair: TypeAlias = tuple[str, str]
"""A fact's name and its word."""


def rules_for(rulebook: Rulebook, kind: CaseKind, among: Container[str] | None = None) -> tuple[Rule, ...]:
    """The rules for cases of one kind, in the order of the rulebook; of the causes in `among` alone if it is given."""
    if among is None:
        return _all_rules(rulebook, kind)
    return _chosen(rulebook, [c for name, c in rulebook.causes.items() if name in among and applies(c, kind)])


@lru_cache(KEPT * len(CaseKind))
def _all_rules(rulebook: Rulebook, kind: CaseKind) -> tuple[Rule, ...]:
    return _chosen(rulebook, [cause for cause in rulebook.causes.values() if applies(cause, kind)])


def _chosen(rulebook: Rulebook, causes: Iterable[Cause]) -> tuple[Rule, ...]:
    rules = _compiled(rulebook)
    return tuple(chain(rules[""], *(rules[cause.id] for cause in causes)))


@lru_cache(KEPT)
def _compiled(rulebook: Rulebook) -> Mapping[str, tuple[Rule, ...]]:
    """Each cause's rules by its id, and those of the derivations by ""."""
    causes = {cause.id: tuple(_rules_of(cause)) for cause in rulebook.causes.values()}
    return {"": tuple(_derivations(rulebook)), **causes}


def applies(cause: Cause, kind: CaseKind) -> bool:
    """Whether `cause` can hold in a case of this kind at all."""
    return kind in cause.cases and cause.status != "retired"


def all_conditions(cause: Cause) -> Iterator[Condition]:
    """Every condition of a cause: of its `when` with all alternatives, of `unless`, of `supports`."""
    return conditions((*cause.when, *cause.unless, *cause.supports))


def _derivations(rulebook: Rulebook) -> Iterator[Rule]:
    for derivation in rulebook.derivations:
        concludes = (derivation.fact, derivation.word)
        yield from _numbered(FOLLOWS + derivation.id, derivation.when, concludes)


def _rules_of(cause: Cause) -> Iterator[Rule]:
    yield from _numbered(HOLDS + cause.id, cause.when, (HOLDS + cause.id, "holds"))
    for prefix, alone in ((RULED_OUT, cause.unless), (SUPPORTED, cause.supports)):
        for number, condition in enumerate(alone):
            name = f"{prefix}{cause.id}/{number}"
            yield from _numbered(name, (condition,), (prefix + cause.id, condition.fact))


def _numbered(name: str, when: When, concludes: Pair) -> Iterator[Rule]:
    for number, branch in enumerate(filter(_can_hold, expand(when))):
        yield Rule(id=f"{name}#{number}", conditions=branch, concludes=concludes)


def _can_hold(branch: Branch) -> bool:
    """A branch that asks two words of one fact never holds, one that asks nothing says nothing."""
    return 0 < len(branch) == len({fact for fact, _ in branch})
