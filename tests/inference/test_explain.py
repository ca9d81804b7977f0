"""WHY, HOW and WHY NOT, read off the record."""

from __future__ import annotations

from tests.inference.inference_builders import book, case, cause, conditions, follows, judged, judged_one, source
from troubleshooter.inference import How, Objection, account, how, why
from troubleshooter.model import Certainty, Fact


def told(name: str, word: str = "1") -> How:
    """A fact that was told, with its source."""
    return How(fact=Fact(name=name, word=word, sources=(source(name),)))


class TestWhy:
    """Why a fact is asked for."""

    rulebook = book(cause("a", "x.a=1", "x.b=1"), cause("b", "x.b=2"), cause("c", "x.c=1"))
    found = why(rulebook, judged(rulebook, case("x.a=1")), "walk", "x.b")

    def test_what_remains(self) -> None:
        """The causes that nothing decided yet are named."""
        assert ["a", "b", "c"] == [one.cause for one in self.found.remaining]

    def test_what_an_answer_would_do(self) -> None:
        """Each word says which causes it would confirm and which it would rule out."""
        confirmed, out = Certainty.CONFIRMED, Certainty.RULED_OUT
        would = {o.word: {s.cause: s.certainty for s in o.changes} for o in self.found.outcomes}

        expected = {"1": {"a": confirmed, "b": out}, "2": {"a": out, "b": confirmed}, "": {"a": out, "b": out}}
        assert expected == would

    def test_a_question_that_moves_nothing(self) -> None:
        """A fact that no remaining cause asks for has no outcomes."""
        found = why(self.rulebook, judged(self.rulebook, case("x.b=1")), "walk", "x.z")

        assert () == found.outcomes


class TestHow:
    """How a fact is known."""

    def test_told(self) -> None:
        """A fact that was told is known by its sources."""
        assert told("x.a") == how(judged_one(book(), "x.a=1"), "x.a")

    def test_not_known(self) -> None:
        """Of a fact that is not known there is nothing to say."""
        assert None is how(judged_one(book(), "x.a=1"), "x.b")

    def test_derived(self) -> None:
        """A derived fact names the derivation and what it rests on, back to what was told."""
        rulebook = book(follows("x.c", "1", "x.a=1 x.b=1", called="one"), follows("x.d", "1", "x.c=1", called="two"))
        found = how(judged_one(rulebook, "x.a=1 x.b=1"), "x.d")

        both = (source("x.a"), source("x.b"))
        middle = How(
            fact=Fact(name="x.c", word="1", sources=both),
            derivation="one",
            follows_from=(told("x.a"), told("x.b")),
        )
        expected = How(fact=Fact(name="x.d", word="1", sources=both), derivation="two", follows_from=(middle,))
        assert expected == found


class TestAccount:
    """Why a cause holds, or does not."""

    one = cause("a", "x.a=1", "x.b=1|2", unless="x.u=3", supports="e.s=1")
    rulebook = book(one)

    def test_holds(self) -> None:
        """A cause that holds names the facts that prove it, the supporting ones last."""
        found = account(self.rulebook, judged_one(self.rulebook, "e.s=1 x.a=1 x.b=2"), "a")

        assert (told("x.a"), told("x.b", "2"), told("e.s")) == found.because

    def test_ruled_out_by_an_unless(self) -> None:
        """The fact that rules it out is named, with the condition that it meets."""
        found = account(self.rulebook, judged_one(self.rulebook, "x.a=1 x.b=2 x.u=3"), "a")

        (condition,) = conditions("x.u=3")
        assert (Objection(known=told("x.u", "3"), condition=condition, unless=True),) == found.objections

    def test_ruled_out_by_a_contradiction(self) -> None:
        """The fact that contradicts it is named, with the condition that it does not meet."""
        found = account(self.rulebook, judged_one(self.rulebook, "x.b=3"), "a")

        (condition,) = conditions("x.b=1|2")
        assert (Objection(known=told("x.b", "3"), condition=condition, unless=False),) == found.objections

    def test_missing(self) -> None:
        """A possible cause names what is missing."""
        found = account(self.rulebook, judged_one(self.rulebook, "x.a=1"), "a")

        assert (("x.b",), (), ()) == (found.standing.missing, found.because, found.objections)
