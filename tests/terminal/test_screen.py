"""The wizard's screens are drawn from values: `golden/` holds them in two sizes, with and without colour."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Golden
from tests.inventories import SHOP, inventory
from tests.terminal.desks import NARROW, TO_THE_END, WIDE, blind, desk, drawn, shown
from tests.terminal.talks import setting
from troubleshooter.terminal.desk import Desk
from troubleshooter.terminal.screen import Size

SIZES = {"80x24": NARROW, "120x40": WIDE}
HALF = SHOP.replace("istio-injection: enabled", "a: b")
SCREENS: dict[str, tuple[str, ...]] = {
    "first": (),
    "to": ("",),
    "from": TO_THE_END[:3],
    "why": ("", "why"),
    "end": TO_THE_END,
    "what-if": (*TO_THE_END, "what if route.match=matched"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCREENS)
def test_screen_with_a_mesh(golden: Golden, name: str, size: str) -> None:
    """From the first question to the result."""
    golden(f"{name}-{size}.txt", shown(desk(*SCREENS[name]), SIZES[size]))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["to", "end"])
def test_screen_in_colour(golden: Golden, name: str, size: str) -> None:
    """The same letters, with the code of each style before them."""
    held = desk(*SCREENS[name])
    colored = shown(held, SIZES[size], color=True)
    golden(f"{name}-{size}-colour.txt", colored)

    assert shown(held, SIZES[size]).split() == re.sub(r"<\d*>", "", colored).split()


@pytest.mark.parametrize("size", SIZES)
def test_screen_of_a_question_about_a_fact(golden: Golden, size: str) -> None:
    """What is left stands beside it, or in one line where there is no room."""
    golden(f"fact-{size}.txt", shown(blind("404-envoy"), SIZES[size]))


EVERY = [(columns, rows) for columns in (20, 40, 79, 80, 109, 110, 200) for rows in (3, 10, 24, 60)]


@pytest.mark.parametrize(("columns", "rows"), EVERY)
@pytest.mark.parametrize("typed", [(), ("", "help"), TO_THE_END, (*TO_THE_END, "notes")])
def test_screen_fits(typed: tuple[str, ...], columns: int, rows: int) -> None:
    """Every row is as wide as the screen at most, and where it can be there are as many rows as it has."""
    frame = drawn(desk(*typed), Size(columns=columns, rows=rows))
    widths = {sum(len(t) for _, t in row) for row in (*frame.above, *frame.below)}
    count = len(frame.above) + 1 + len(frame.below)

    assert max(widths) <= columns
    assert rows == count or (rows < 24 and rows < count)


def test_ascii_screen() -> None:
    """Without other letters than ASCII nothing else is drawn."""
    frame = drawn(desk(*TO_THE_END), Size(columns=120, rows=40, ascii=True))

    assert all(t.isascii() for row in (*frame.above, *frame.below) for _, t in row)


def test_page_scrolls_to_its_end() -> None:
    """Every line of the result can be reached, and not more."""
    held = desk(*TO_THE_END)
    held.scroll(10_000)

    assert "More       troubleshoot explain no-route" in shown(held)
    assert "below" not in shown(held)
    assert drawn(held, NARROW).most > 0


def test_selected_choice_is_seen() -> None:
    """A list that is longer than the screen scrolls to what is selected."""
    held = blind()
    small = Size(columns=60, rows=14)
    for _ in range(3):
        held.move(1)

    assert "▸  3" in shown(held, small)


HOSTILE = "x\\e(31m\\u202Epay"


@pytest.mark.parametrize("typed", [(), ("",), ("", "x"), ("", "pay", "/"), ("", "pay", "/", "web", "notes")])
def test_hostile_names_do_not_reach_the_screen(typed: tuple[str, ...]) -> None:
    """What a terminal would obey is written out, wherever a name of the mesh is shown."""
    mesh = inventory(SHOP.replace("name: payments, namespace", f'name: "{HOSTILE}", namespace'))
    held = Desk(setting(inventory=mesh, person=True))
    for line in typed:
        held.take(line)
    letters = "".join(t for row in drawn(held, WIDE).above for _, t in row)

    assert [] == [letter for letter in "\x1b\u202e\n" if letter in letters]
