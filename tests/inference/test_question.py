"""Which fact to learn next."""

from __future__ import annotations

from dataclasses import replace

from tests.inference.inference_builders import book, case, cause, follows, judged
from troubleshooter.inference import Cost, next_questions
from troubleshooter.model import Prevalence
from troubleshooter.rulebook.values import QuestionText, Rulebook


def asked(
    rulebook: Rulebook, facts: str = "", costs: dict[str, int | None] | None = None, given_up: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The next questions, each asked of a person unless `costs` says otherwise."""
    judgement = judged(rulebook, case(facts))
    return next_questions(
        rulebook, judgement, "walk", lambda fact: (costs or {}).get(fact, Cost.PERSON), given_up=given_up
    )


def question(fact: str, *words: str) -> QuestionText:
    """A question that may be answered with these words."""
    return QuestionText(fact=fact, question="?", why="", how="", answers=dict.fromkeys(words, ""))


def test_what_splits_most_comes_first() -> None:
    """A fact that three causes ask for comes before one that a single cause asks for."""
    rulebook = book(cause("a", "x.common=1", "x.b=1"), cause("b", "x.common=2"), cause("c", "x.common=3"))

    assert ("x.common", "x.b") == asked(rulebook)


def test_a_known_fact_is_not_asked() -> None:
    """What is known is not asked again."""
    assert ("x.b",) == asked(book(cause("a", "x.a=1", "x.b=1")), "x.a=1")


def test_a_contradicted_cause_asks_nothing() -> None:
    """What can no longer hold needs no facts."""
    assert () == asked(book(cause("a", "x.a=1", "x.b=1")), "x.a=2")


def test_a_confirmed_cause_asks_nothing() -> None:
    """What holds for certain needs no more facts."""
    assert () == asked(book(cause("a", "x.a=1", unless="x.b=1")), "x.a=1")


def test_what_would_rule_out_is_not_asked_too_early() -> None:
    """While a `when` is incomplete nothing is asked that would only rule the cause out."""
    assert ("x.b",) == asked(book(cause("a", "x.b=1", unless="x.a=1")))


def test_what_was_found_comes_first() -> None:
    """What decides about a cause that is likely comes before what others miss, however many they are."""
    others = (cause(name, "x.common=1") for name in "bcd")
    likely = cause("a", "x.a=1", supports="e.s=1", unless="x.u=1")

    assert ("e.s", "x.u", "x.common") == asked(book(likely, *others), "x.a=1")


def test_common_causes_count_most() -> None:
    """A fact that a common cause asks for comes before one for which a rare one does."""
    rulebook = book(cause("a", "x.a=1", prevalence=Prevalence.RARE), cause("b", "x.b=1"))

    assert ("x.b", "x.a") == asked(rulebook)


def test_a_likely_cause_asks_for_its_support() -> None:
    """What would confirm a likely cause, or rule it out, is worth knowing."""
    rulebook = book(cause("a", "x.a=1", supports="e.s=1", unless="x.u=1"))

    assert ("e.s", "x.u") == asked(rulebook, "x.a=1")


def test_support_is_not_asked_for_too_early() -> None:
    """While a `when` is incomplete nothing that merely supports is asked."""
    assert ("x.a",) == asked(book(cause("a", "x.a=1", supports="e.s=1")))


def test_what_a_question_presupposes_is_asked_first() -> None:
    """A question that cannot be understood without another stands behind it, however much better it splits."""
    rulebook = book(cause("a", "x.common=1", "x.z=1"), cause("b", "x.common=2"), cause("c", "x.y=1"))
    text = replace(question("x.common", "1", "2"), after=("x.z", "x.not-asked"))

    assert ("x.z", "x.common", "x.y") == asked(replace(rulebook, questions={"x.common": text}))


def test_two_questions_that_presuppose_each_other_are_both_asked() -> None:
    """A circle is no reason to hang."""
    texts = (replace(question("x.a", "1"), after=("x.b",)), replace(question("x.b", "1"), after=("x.a",)))
    rulebook = replace(book(cause("a", "x.a=1", "x.b=1")), questions={text.fact: text for text in texts})

    assert {"x.a", "x.b"} == set(asked(rulebook))


def test_ties_are_alphabetical() -> None:
    """Facts of equal worth come by name."""
    assert ("x.a", "x.b", "x.c") == asked(book(cause("c", "x.c=1", "x.a=1", "x.b=1")))


def test_a_cheap_answer_comes_first() -> None:
    """Of two facts of equal worth, the one that a source at hand can tell comes first."""
    rulebook = book(cause("a", "x.a=1", "x.b=1", "x.c=1"))
    costs: dict[str, int | None] = {"x.a": Cost.COMMAND, "x.b": Cost.PERSON, "x.c": Cost.LOOK}

    assert ("x.c", "x.b", "x.a") == asked(rulebook, costs=costs)


def test_a_dear_answer_may_be_worth_it() -> None:
    """A command that decides four causes comes before a question that decides one."""
    several = [cause(f"c{n}", f"x.deep={n}") for n in range(4)]
    rulebook = book(*several, cause("shallow", "x.shallow=1"))
    costs: dict[str, int | None] = {"x.deep": Cost.COMMAND}

    assert ("x.deep", "x.shallow") == asked(rulebook, costs=costs)


def test_what_nobody_can_tell_is_not_asked() -> None:
    """A fact without anybody to tell it is left out."""
    assert ("x.a",) == asked(book(cause("a", "x.a=1", "x.b=1")), costs={"x.b": None})


def test_what_a_missing_fact_follows_from_is_asked_too() -> None:
    """Where a missing fact can be derived, the facts that it follows from are worth asking for."""
    rulebook = book(follows("x.a", "1", "p.q=1"), cause("a", "x.a=1"))

    assert ("p.q", "x.a") == tuple(sorted(asked(rulebook)))


def test_the_words_of_a_question_are_all_there_are() -> None:
    """Where the question lists the words, no other answer is reckoned with."""
    causes = (cause("a", "x.two=1"), cause("b", "x.many=1"))
    questions = {"x.two": question("x.two", "1", "2"), "x.many": question("x.many", "1", "2", "3", "4")}
    one_of_many = book(*causes, cause("c", "x.two=2"), questions=questions)

    assert ("x.two", "x.many") == asked(one_of_many)


def test_alternatives_are_asked_for_while_they_can_hold() -> None:
    """Of an `any`, only facts of alternatives that nothing contradicts are worth asking for."""
    rulebook = book(cause("a", ["x.p=1 x.q=1", "x.r=1"]))

    assert ("x.r",) == asked(rulebook, "x.p=2")


def test_what_can_no_longer_be_settled_is_left_alone() -> None:
    """A cause that needs a fact which nobody knows is not asked about any further."""
    rulebook = book(cause("a", "x.a=1", "x.b=1", unless="x.u=1"), cause("b", "x.c=1"))

    assert ("x.c",) == asked(rulebook, given_up=("x.a",))


def test_an_alternative_to_what_nobody_knows_is_asked_for() -> None:
    """A cause that can hold in another way is still worth a question."""
    rulebook = book(cause("a", ["x.a=1", "x.b=1"]))

    assert ("x.b",) == tuple(fact for fact in asked(rulebook, given_up=("x.a",)) if fact != "x.a")


def test_what_nobody_knows_may_follow_from_something_else() -> None:
    """A fact that was given up can still be derived."""
    rulebook = book(follows("x.a", "1", "x.c=1"), cause("a", "x.a=1", "x.b=1"))

    assert {"x.b", "x.c"} <= set(asked(rulebook, given_up=("x.a",)))


def test_causes_can_be_narrowed() -> None:
    """Questions about other causes than those named are not asked."""
    rulebook = book(cause("a", "x.a=1"), cause("b", "x.b=1"))
    judgement = judged(rulebook, case(""))

    assert ("x.b",) == next_questions(rulebook, judgement, "walk", lambda _fact: Cost.PERSON, among={"b"})


def test_asking_ends() -> None:
    """Whatever is answered, a fact is never asked twice, and in the end nothing is left to ask."""
    rulebook = book(cause("a", "x.a=1", ["x.b=1", "x.c=1"], unless="x.d=1", supports="x.e=1"), cause("b", "x.a=2|3"))
    facts, order = "", []
    while todo := asked(rulebook, facts):
        order.append(todo[0])
        facts += f" {todo[0]}=1"

    assert len(order) == len(set(order))
