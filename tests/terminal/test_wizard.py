"""Keystrokes through a pipe, and what they come to. Screens are asserted on values, not on what a terminal shows."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from tests.terminal.desks import TO_THE_END, desk, page
from troubleshooter.terminal.desk import Desk
from troubleshooter.terminal.looks import LOOKS, without_color
from troubleshooter.terminal.wizard import Wizard

ENTER, UP, DOWN, ESCAPE, CTRL_C, CTRL_D, TAB = "\r", "\x1b[A", "\x1b[B", "\x1b", "\x03", "\x04", "\t"
QUIT, PAGE_DOWN, PASTE, PASTED = "quit\r", "\x1b[6~", "\x1b[200~", "\x1b[201~"
LINE = (
    '[2026-03-01T10:00:00.000Z] "POST /api/x HTTP/1.1" 404 NR route_not_found - "-" 0 0 0 - "-" "curl/8" "a" '
    '"payments.shop:8080" "-" - - 10.0.0.5:8080 10.0.0.4:40000 - -'
)


@pytest.fixture
def keyboard() -> Iterator[PipeInput]:
    """What is typed."""
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


def hold(keyboard: PipeInput, *keys: str, held: Desk | None = None) -> Desk:
    """The desk after these keys, and leaving."""
    held = held or desk()
    wizard = Wizard(held, page, color=False, input=keyboard, output=DummyOutput())
    keyboard.send_text("".join(keys))
    wizard.run()
    return held


def meanings(held: Desk) -> list[str]:
    """What was answered."""
    return [given.meant for given in held.dialogue.given]


def test_typed_words_and_numbers(keyboard: PipeInput) -> None:
    """Enter takes what is typed; all that is typed ahead is taken in its turn."""
    held = hold(keyboard, ENTER, "payments", ENTER, "/api/x", ENTER, "2", ENTER, ENTER)

    assert held.view.diagnosis is not None
    assert held.view.diagnosis.root is not None
    assert "no-route" == held.view.diagnosis.root.cause


def test_arrow_keys_choose(keyboard: PipeInput) -> None:
    """Down goes to the next choice, Up back."""
    held = hold(keyboard, DOWN, DOWN, UP, ENTER, QUIT)

    assert ["Not found"] == meanings(held)


def test_back_key_word(keyboard: PipeInput) -> None:
    """An answer is taken back like everywhere."""
    held = hold(keyboard, "404-envoy", ENTER, "back", ENTER, QUIT)

    assert [] == meanings(held)


def test_asking_back_answers_nothing(keyboard: PipeInput) -> None:
    """Why and its reply, then Enter to put it away, then the answer."""
    held = hold(keyboard, "why", ENTER, ENTER, "404-envoy", ENTER, QUIT)

    assert ["Not found"] == meanings(held)


def test_several_pasted_lines_are_one_answer(keyboard: PipeInput) -> None:
    """A paste with line ends is taken at once, whatever its line ends are."""
    held = hold(keyboard, PASTE, "noise\r\n", LINE, "\r", PASTED, "web", ENTER, ENTER)

    assert held.view.diagnosis is not None
    assert held.view.diagnosis.walk is not None
    assert ("POST", "shop/deployment/web") == (
        held.view.diagnosis.walk.request.method,
        held.view.diagnosis.walk.request.source,
    )


def test_one_pasted_line_may_be_edited(keyboard: PipeInput) -> None:
    """It waits for Enter; what a terminal would obey in it is written out."""
    held = hold(keyboard, PASTE, "40\u202e4", PASTED, CTRL_C)

    assert "40\\u202e4" == held.hand.typed


def test_escape_puts_away_what_is_typed(keyboard: PipeInput) -> None:
    """A second thought costs nothing."""
    held = hold(keyboard, "404-envoy", ESCAPE, ESCAPE, CTRL_C)

    assert ("", []) == (held.hand.typed, meanings(held))


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D, "quit\r", "q\r"])
def test_leaving_at_any_time(keyboard: PipeInput, key: str) -> None:
    """It ends at once, without an exception, and what was answered is there still."""
    held = hold(keyboard, key, held=desk("404-envoy"))

    assert (True, ["Not found"]) == (held.left, meanings(held))


def test_tab_completes(keyboard: PipeInput) -> None:
    """Tab fills in what only one word can be; Enter closes the menu and then takes it."""
    held = hold(keyboard, ENTER, "every", TAB, ENTER, QUIT)

    assert ["unknown", "I do not know: look at all of it"] == meanings(held)


def test_page_down_scrolls_the_result(keyboard: PipeInput) -> None:
    """No further than to its end."""
    held = hold(keyboard, PAGE_DOWN * 50, CTRL_C, held=desk(*TO_THE_END))

    assert 0 < held.hand.scroll < 50


def test_leaving_while_the_program_is_at_work(keyboard: PipeInput, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it, and what it works on counts for nothing."""
    release = Event()
    monkeypatch.setattr(Desk, "take", lambda _desk, _line: release.wait(30))
    held = desk()
    wizard = Wizard(held, page, color=False, input=keyboard, output=DummyOutput())
    keyboard.send_text("x" + ENTER + CTRL_C)
    wizard.run()
    release.set()

    assert wizard.interrupted


def test_space_turns_the_page(keyboard: PipeInput) -> None:
    """As readers of long pages expect; in a typed line it is a space."""
    held = hold(keyboard, " ", CTRL_C, held=desk(*TO_THE_END))
    assert held.hand.scroll > 0

    again = hold(keyboard, "how x", CTRL_C, held=desk(*TO_THE_END))
    assert "how x" == again.hand.typed


def test_mistake_of_ours_is_raised_after_the_terminal_is_as_it_was(
    keyboard: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is left on a screen that answers nothing."""

    def broken(_desk: Desk, line: str) -> None:
        raise KeyError(line)

    monkeypatch.setattr(Desk, "take", broken)

    with pytest.raises(KeyError):
        hold(keyboard, "x", ENTER)


def testwithout_color_no_look_has_one() -> None:
    """Weight is left: bold and reversed letters are no colours."""
    assert {"", "bold", "reverse"} == {without_color(look) for look in LOOKS.values()}
