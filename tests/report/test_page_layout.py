"""Wrapping, indentation, colour and the ASCII fallback."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report import report_strategies as some
from troubleshooter.report import Screen, needs_ascii
from troubleshooter.report.page import BLANK, Block, Command, Paragraph, Span, Tone, render, shown

NARROW = Screen(width=40)


def paragraph(*texts: str, indent: int = 0, column: int = 0, lead: str = "") -> Paragraph:
    """Words in spans."""
    return Paragraph(
        spans=tuple(Span(t) for t in texts), indent=indent, column=column, lead=(Span(lead),) if lead else ()
    )


def test_words_are_wrapped_at_the_column() -> None:
    """Further lines begin where the text began."""
    text = render([paragraph("one two three four five six seven eight", lead="×", indent=2, column=4)], NARROW)

    assert text == "  × one two three four five six seven\n    eight"


def test_long_lead_pushes_the_first_line_only() -> None:
    """A lead longer than its room leaves one space."""
    text = render([paragraph("a " * 30, lead="a long lead", column=4)], NARROW)

    assert text == "a long lead " + "a " * 13 + "a\n    " + "a " * 15 + "a"


def test_spans_without_a_space_between_stay_together() -> None:
    """A comma in a span of its own does not stand alone."""
    assert render([paragraph("route", ", at web")], NARROW) == "route, at web"


def test_spans_with_a_space_between_stay_apart() -> None:
    """One space, however many were given."""
    assert render([paragraph("route  ", " at web")], NARROW) == "route at web"


def test_long_word_is_cut_where_it_reads_best() -> None:
    """A path that does not fit a line is cut after a slash."""
    text = render([paragraph("http://payments.shop.svc/api/v1/health/detailed/everything")], NARROW)

    assert text == "http://payments.shop.svc/api/v1/health/\ndetailed/everything"


def test_word_without_a_good_place_is_cut_at_the_edge() -> None:
    """A long word of letters fills the line."""
    assert render([paragraph("x" * 50)], NARROW) == "x" * 40 + "\n" + "x" * 10


def test_blank_lines_never_pile_up() -> None:
    """Of several blank lines one is left, and none at the ends."""
    assert render([BLANK, paragraph("a"), BLANK, BLANK, paragraph("b"), BLANK], NARROW) == "a\n\nb"


def test_line_breaks_of_input_are_spaces() -> None:
    """A line break in a text starts no line of its own."""
    assert render([paragraph("a\n× The request arrives.")], NARROW) == "a × The request arrives."


def test_block_is_left_as_it_is() -> None:
    """A block is neither wrapped nor indented."""
    assert render([Block(text="a:\n  " + "x" * 60)], NARROW) == "a:\n  " + "x" * 60


def test_empty_lines_of_a_block_stay() -> None:
    """All empty lines inside a block are its own."""
    assert render([Block(text="a\n\n\nb\n")], NARROW) == "a\n\n\nb"


def test_command_is_one_line() -> None:
    """A line break in a command cannot become a second command."""
    assert render([Command(text="echo a\necho b\n", indent=2)], NARROW) == "  echo a\\necho b"


def test_one_tone_has_one_pair_of_codes() -> None:
    """Neighbouring words of one tone share their codes."""
    text = render([Paragraph(spans=(Span("a b", Tone.BAD), Span(" c", Tone.BAD)))], Screen(color=True))

    assert text == "\x1b[31ma b c\x1b[0m"


def test_colour_of_input_is_written_out() -> None:
    """Codes that came in are shown, not obeyed, on a coloured page too."""
    text = render([Paragraph(spans=(Span("\x1b[32mok", Tone.BAD),))], Screen(color=True))

    assert text == "\x1b[31m\\x1b[32mok\x1b[0m"


def test_ascii_marks() -> None:
    """Each mark has its own ASCII letter; other letters are written out."""
    assert render([paragraph("√ ‼ × • → … é")], Screen(ascii=True)) == "+ ! x - -> ... \\xe9"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", False), ("UTF-16", False), ("ascii", True), ("latin-1", True), ("cp437", True), ("", True)],
)
def test_encodings_that_need_ascii(encoding: str, *, expected: bool) -> None:
    """The marks need Unicode; an encoding that is not known needs ASCII."""
    assert expected == needs_ascii(encoding)


@pytest.mark.parametrize(
    ("block", "screen", "expected"),
    [
        ("a: é\n", Screen(), True),
        ("a: é\n", Screen(ascii=True), False),
        ("a: ×\n", Screen(ascii=True), False),
        ("a: \x1b\n", Screen(), False),
    ],
)
def test_blocks_that_are_shown_as_they_are(block: str, screen: Screen, *, expected: bool) -> None:
    """A block with letters that the screen does not show as they are is known."""
    assert expected == shown(block, screen)


@given(st.lists(some.texts), st.integers(0, 20), st.integers(0, 90))
def test_every_line_fits(texts: list[str], column: int, width: int) -> None:
    """Words of any length fit the width, or forty columns."""
    text = render([paragraph(*texts, lead="×", column=column)], Screen(width=width))

    assert all(len(line) <= max(width, 40) for line in text.split("\n"))
