"""What if, and back any number of steps."""

from __future__ import annotations

import pytest

from tests.inventories import EXACT, SHOP, inventory
from tests.terminal.talks import ANSWERS, by_question, held, hold, setting
from troubleshooter.model import Finding

TO_THE_END = ("payments", "/api/x", "web")


def ask(*typed: str) -> str:
    """The screen after these lines, on a mesh in which no route matches."""
    return hold(setting(inventory=inventory(SHOP, EXACT)), typed).flat


def test_what_if_at_the_end() -> None:
    """Another word for a fact that was seen: what would be concluded, and that nothing is kept."""
    shown = ask(*TO_THE_END, "what if route.match=matched", "how route.match").rpartition("> what if")[2]

    assert "route.match is none. If it were matched, and all else as it is:" in shown
    assert "- the request would die all the same, and no cause that I know would explain it" in shown
    assert "- it rules out no-route" in shown
    assert "route.match is none VirtualService shop/payments" in shown.partition("> how")[2]


def test_what_if_a_fact_that_is_not_known() -> None:
    """At a question: what an answer would lead to."""
    shown = hold(setting(), ["404-envoy", "what if caller.proxy is absent"]).flat

    assert "caller.proxy is not known. If it were absent" in shown
    assert "- no root cause would be settled" in shown


def test_what_if_leaves_no_trace() -> None:
    """The consultation goes on as if it had not been asked."""
    asked = held(setting(), by_question(ANSWERS, ["404-envoy", "what if route.match=none", "what if route.match=none"]))
    not_asked = held(setting(), by_question(ANSWERS, ["404-envoy"]))

    assert asked.diagnosis == not_asked.diagnosis


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("what if", "What if what? Name a fact and a word, such as: what if caller.proxy=absent"),
        ("what if x.y=z", "There is no fact called x.y"),
        ("what if rout.match=none", "There is no fact called rout.match; the nearest are route.match"),
        ("what if route.match=blue", "route.match cannot be blue; it can be matched, none"),
        ("what if route.match=none", "It is so already: route.match is none."),
        ("what if the route.match were none?", "It is so already: route.match is none."),
    ],
)
def test_what_if_that_cannot_be_tried(typed: str, said: str) -> None:
    """A sentence says why, and what would be one."""
    assert said in ask(*TO_THE_END, typed)


def test_what_if_without_a_request() -> None:
    """Where everything is looked at there is no one request; before that there is nothing."""
    assert "This can be asked about one request" in ask("everything", "what if route.match=none")
    assert "Nothing is looked at yet" in ask("what if route.match=none")


def test_back_several_steps() -> None:
    """A number takes so many answers back, at most all."""
    shown = hold(setting(inventory=inventory(SHOP, EXACT)), [*TO_THE_END, "back 2", *TO_THE_END[1:], "back 9"])

    assert [1, 2, 3, 2, 3, 1] == [int(line[1]) for line in shown.screen.splitlines() if line.startswith("[")]


def test_back_from_a_narrower_question() -> None:
    """A question that became narrower becomes wide again, and no answer is lost."""
    shown = hold(setting(), ["503", "back"])

    assert ["What do you see?", "Which of these is it?", "What do you see?"] == shown.questions


def test_fix_and_undo_at_the_end() -> None:
    """A fix of the root cause is shown by its number, the first where none is given."""

    def show(finding: Finding, number: int, *, undo: bool) -> str:
        return f"{'undo' if undo else 'fix'} {number} of {finding.cause}" if number < 3 else ""

    given = setting(inventory=inventory(SHOP, EXACT), show_fix=show)
    shown = hold(given, [*TO_THE_END, "fix 2", "undo", "fix 3"]).flat

    assert "> fix 2 fix 2 of no-route" in shown
    assert "> undo undo 1 of no-route" in shown
    assert "There is no fix of that number; 1 are known." in shown


def test_no_fix_before_the_end() -> None:
    """While something is asked there is nothing to mend."""
    assert "There is no root cause to mend yet." in ask("fix")
