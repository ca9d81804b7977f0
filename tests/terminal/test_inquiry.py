"""What a typed line means: a number, a word, part of a word, or something else that an inquiry takes."""

from __future__ import annotations

from typing import Any

import pytest

from troubleshooter.terminal.inquiry import Choice, Inquiry, answer_of, narrowing, offers, paged

FRUIT = Inquiry(
    about="fruit",
    question="Which?",
    choices=tuple(Choice(word=w, meaning=m, value=w) for w, m in (("apple", "red"), ("pear", "green"), ("fig", "red"))),
)


@pytest.mark.parametrize(("line", "value"), [("1", "apple"), ("3", "fig"), ("pear", "pear"), ("PEAR", "pear")])
def test_number_or_word(line: str, value: str) -> None:
    """A choice is taken by its number or its word."""
    assert value == answer_of(FRUIT, line)


@pytest.mark.parametrize("line", ["0", "4", "-1", "²", "app", "red", ""])
def test_no_choice(line: str) -> None:
    """Anything else is refused with what would be one."""
    with pytest.raises(ValueError, match="Type a number from 1 to 3, or help"):
        answer_of(FRUIT, line)


def test_default() -> None:
    """An empty line takes the default, if there is one."""
    assert "x" == answer_of(Inquiry(about="a", question="?", default="x"), "")


def _number(line: str) -> int:
    if not line.isdecimal():
        raise ValueError("No number.")
    return int(line)


NARROWING = narrowing(FRUIT, _number, 9)


@pytest.mark.parametrize(("line", "value"), [("green", "pear"), ("app", "apple"), ("red fi", "fig"), ("7", 7)])
def test_part_of_a_choice(line: str, value: Any) -> None:
    """Words that one choice alone holds choose it; what no choice holds is read otherwise."""
    assert value == answer_of(NARROWING, line)


def test_part_of_several_choices() -> None:
    """Words that several hold lead to a question about these."""
    fewer = answer_of(NARROWING, "red")

    assert isinstance(fewer, Inquiry)
    assert ["apple", "fig"] == [choice.value for choice in fewer.choices]
    assert "pear" == answer_of(fewer, "pear")


def test_error_of_a_reader_is_the_answer() -> None:
    """What cannot be read otherwise either says so in its own words."""
    with pytest.raises(ValueError, match="No number"):
        answer_of(NARROWING, "plum")


MANY = Inquiry(about="n", question="?", choices=tuple(Choice(word=f"n{n}", value=n) for n in range(25)))


def test_many_choices_come_in_pages() -> None:
    """The last choice of a page leads to the next; none is lost, and none is shown twice."""
    page = paged(MANY, 9)

    assert 10 == len(page.choices)
    assert ("more", "16 others") == (page.choices[-1].word, page.choices[-1].meaning)
    assert list(range(25)) == [choice.value for choice in offers(page)]
    assert answer_of(answer_of(page, "more"), "1") == 9


@pytest.mark.parametrize("count", [9, 10])
def test_a_page_for_one_choice_is_not_turned(count: int) -> None:
    """A single choice that is too many is shown with the others."""
    few = Inquiry(about="n", question="?", choices=MANY.choices[:count])

    assert few == paged(few, 9)
