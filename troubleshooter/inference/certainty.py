"""How a cause stands in a case: confirmed, likely, possible or ruled out.

Theory of operation. That a cause holds, is ruled out by an `unless`, or is supported is read off the firings. Only
where none of these fired is the cause's `when` looked at in three values: a condition is met, contradicted (its fact is
known with another word) or missing (its fact is not known). An `any` is contradicted when all its alternatives are;
what it misses is what the alternatives miss that still can hold. Pure; causes by cases is never computed as a whole:
callers ask for the cases and causes that they show. Must not know: which cause is the root, how a standing is worded.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from troubleshooter.inference.compile import applies
from troubleshooter.inference.judgement import CaseJudgement, Record, Standing
from troubleshooter.inference.port import Firing
from troubleshooter.model import CaseKind, Certainty
from troubleshooter.rulebook.values import AnyOf, Cause, Condition, Rulebook


def standing(cause: Cause, judged: CaseJudgement) -> Standing:
    """How `cause`, which must apply to this kind of case, stands in it."""
    return standing_by(cause, judged.words, judged.record)


def standing_by(cause: Cause, words: Mapping[str, str], record: Record) -> Standing:
    """The same from fact names with their words, told and derived, and the record of what fired."""
    known = fired(cause, record)
    if known:
        return known
    view = _view(cause.when, words)
    if view.against:
        return Standing(cause=cause.id, certainty=Certainty.RULED_OUT, against=view.against)
    return Standing(cause=cause.id, certainty=Certainty.POSSIBLE, missing=view.missing)


def fired(cause: Cause, record: Record) -> Standing | None:
    """The standing that the firings alone give: confirmed, likely or ruled out by an `unless`; None if none decides.

    Of several branches that hold, the one that the rulebook names first stands for all; all that supports is named.
    """
    out = record.ruled_out.get(cause.id, ())
    if out:
        return Standing(cause=cause.id, certainty=Certainty.RULED_OUT, against=_names(out))
    holds = record.holds.get(cause.id, ())
    if not holds:
        return None
    supported = record.supported.get(cause.id, ())
    certainty = Certainty.LIKELY if cause.supports and not supported else Certainty.CONFIRMED
    return Standing(cause=cause.id, certainty=certainty, because=_names((holds[0], *supported)))


def applicable(rulebook: Rulebook, kind: CaseKind, among: Container[str] | None = None) -> tuple[Cause, ...]:
    """The causes that can hold in a case of this kind, those named in `among` if it is given."""
    causes = (cause for cause in rulebook.causes.values() if applies(cause, kind))
    return tuple(cause for cause in causes if among is None or cause.id in among)


def standings(rulebook: Rulebook, judged: CaseJudgement, among: Container[str] | None = None) -> tuple[Standing, ...]:
    """Every cause that applies to this case and how it stands, in the order of the rulebook."""
    words = judged.words
    return tuple(standing_by(cause, words, judged.record) for cause in applicable(rulebook, judged.kind, among))


def possible(rulebook: Rulebook, judged: CaseJudgement, among: Container[str] | None = None) -> tuple[Standing, ...]:
    """The causes that nothing known contradicts and that miss something, in the order of the rulebook."""
    return tuple(s for s in standings(rulebook, judged, among) if s.certainty is Certainty.POSSIBLE)


def _names(firings: tuple[Firing, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for firing in firings for name, _ in firing.used))


@dataclass(frozen=True, slots=True)
class _View:
    """What contradicts something, and what it still misses. Neither: it is met."""

    against: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def _view(items: Iterable[Condition | AnyOf], words: Mapping[str, str]) -> _View:
    """All of `items` together."""
    views = [_view_any(item, words) if isinstance(item, AnyOf) else _view_one(item, words) for item in items]
    return _join(views)


def _view_one(condition: Condition, words: Mapping[str, str]) -> _View:
    word = words.get(condition.fact)
    if word is None:
        return _View(missing=(condition.fact,))
    return _View() if word in condition.words else _View(against=(condition.fact,))


def _view_any(any_of: AnyOf, words: Mapping[str, str]) -> _View:
    views = [_view(conjunction, words) for conjunction in any_of.alternatives]
    alive = [view for view in views if not view.against]
    if any(not view.missing for view in alive):
        return _View()
    return _join(alive or views)


def _join(views: Sequence[_View]) -> _View:
    """Every name once, in order."""
    against = dict.fromkeys(name for view in views for name in view.against)
    missing = dict.fromkeys(name for view in views for name in view.missing)
    return _View(tuple(against), tuple(missing))
