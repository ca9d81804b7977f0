"""Lines on the screen: wrapped, lined up, safe."""

from __future__ import annotations

import pytest

from troubleshooter.terminal.lines import Lines


def _written(width: int = 40) -> tuple[Lines, list[str]]:
    written: list[str] = []
    return Lines(written.append, width), written


def test_paragraph_lines_up_after_its_lead() -> None:
    """What follows begins under the text, not under the lead."""
    lines, written = _written()
    lines.put("one two three four five six seven eight", indent=2, lead="1. ")

    assert "  1. one two three four five six seven\n     eight\n" == "".join(written)


def test_command_is_never_wrapped() -> None:
    """It can be copied as it stands."""
    lines, written = _written()
    lines.command("kubectl " + "x" * 60)

    assert ["    kubectl " + "x" * 60 + "\n"] == written


def test_table_has_two_columns() -> None:
    """The second begins where the longest of the first ends."""
    lines, written = _written()
    lines.table([("a", "first"), ("long", "second")])

    assert "  a     first\n  long  second\n" == "".join(written)


def test_line_without_text() -> None:
    """A lead alone is a line."""
    lines, written = _written()
    lines.put("", lead="3  ")

    assert ["3\n"] == written


@pytest.mark.parametrize("hostile", ["a\x1b[31mb", "a\u202eb", "a\x07b"])
def test_nothing_that_a_terminal_obeys_is_written(hostile: str) -> None:
    """Everywhere but on pages that were made safe by others."""
    lines, written = _written()
    lines.put(hostile, lead="1 ")
    lines.command(hostile)
    lines.table([(hostile, hostile)])

    assert [] == [text for text in written if hostile[1] in text]


def test_narrow_screen() -> None:
    """Below a width at which wrapping makes text worse, lines are left longer than the screen."""
    lines, written = _written(width=10)
    lines.put("twenty letters at least here")

    assert 1 == len("".join(written).splitlines())
