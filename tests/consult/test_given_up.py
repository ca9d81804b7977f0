"""Who cannot look somewhere is not asked what else stands there, and nobody is asked for ever."""

from __future__ import annotations

from troubleshooter.consult.given_up import PATIENCE, given_up, one_a_command, out_of_patience
from troubleshooter.rulebook import QuestionText, Rulebook


def question(fact: str, page: str = "", how: str = "", after: tuple[str, ...] = ()) -> QuestionText:
    """A question whose answer stands on a page."""
    return QuestionText(fact=fact, question="?", why="", how=how, answers={"1": ""}, page=page, after=after)


QUESTIONS = (
    question("log.a", "access-log", "kubectl logs"),
    question("log.b", "access-log", "kubectl logs"),
    question("pod.c", how="kubectl get"),
    question("pod.d", how="kubectl get", after=("log.b",)),
)
BOOK = Rulebook(questions={question.fact: question for question in QUESTIONS})


def test_a_page_is_given_up_as_a_whole() -> None:
    """And with it what cannot be understood without it."""
    assert frozenset({"log.a", "log.b", "pod.d"}) == given_up(BOOK, [("log.a", "unknown")])


def test_a_page_that_was_read_is_not_given_up() -> None:
    """One fact of it may still be hard to tell."""
    assert frozenset({"log.a"}) == given_up(BOOK, [("log.b", "1"), ("log.a", "unknown")])


def test_what_stands_on_no_page_is_given_up_alone() -> None:
    """Another fact of the same command may be known."""
    assert frozenset({"pod.c"}) == given_up(BOOK, [("pod.c", "unknown")])


def test_patience_ends() -> None:
    """After so many answers without an answer."""
    told = [(f"x.{number}", "unknown") for number in range(PATIENCE)]

    assert (False, True) == (out_of_patience(told[1:]), out_of_patience(told))


def test_answers_make_patient() -> None:
    """Who knows something is asked some more."""
    told = [(f"x.{number}", "unknown") for number in range(PATIENCE)]

    assert not out_of_patience([*told, ("y.a", "1")])


def test_a_command_is_named_once() -> None:
    """With the first fact that it tells."""
    assert ("pod.d", "log.a") == one_a_command(BOOK, ["pod.d", "log.a", "pod.c", "log.b"])
