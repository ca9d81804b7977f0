"""What only the wizard shows: the way as a picture, and each fix in full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.report import report_examples as examples
from troubleshooter.report import Screen, fix_to_text, to_text

Golden = Callable[[str, str], None]
SCREEN = Screen(asking=True)


def test_page_with_the_way_drawn(golden: Golden) -> None:
    """The picture says where it died, in place of the row that would."""
    golden("failed-drawn.txt", to_text(examples.FAILED, SCREEN) + "\n")


def test_every_fix_in_full(golden: Golden) -> None:
    """With manifest, risk and proof, whatever its number."""
    count = len(examples.NO_MATCH.fixes)
    golden("fixes.txt", "\n\n".join(fix_to_text(examples.NO_MATCH, n, SCREEN) for n in range(1, count + 1)) + "\n")


def test_undo(golden: Golden) -> None:
    """What puts everything back, ready to be applied."""
    golden("undo.txt", fix_to_text(examples.NO_MATCH, 1, SCREEN, undo=True) + "\n")


def test_undo_of_one_line() -> None:
    """A command is a command."""
    fix = replace(examples.ADD_DEFAULT, rollback="kubectl delete virtualservice payments -n shop\n")
    shown = fix_to_text(replace(examples.NO_MATCH, fixes=(fix,)), 1, SCREEN, undo=True)

    assert "To undo it:\n    kubectl delete virtualservice payments -n shop" in shown


def test_no_such_fix() -> None:
    """Nothing is nothing."""
    assert ["", ""] == [fix_to_text(examples.NO_MATCH, number, SCREEN) for number in (0, 99)]


def test_manifest_cannot_leave_its_here_document() -> None:
    """A rollback that holds the end mark as a line gets another one."""
    fix = replace(examples.ADD_DEFAULT, rollback="a: |\n  x\nEOF\nrm -rf /\n")
    shown = fix_to_text(replace(examples.NO_MATCH, fixes=(fix,)), 1, SCREEN, undo=True)

    assert shown.endswith("\nEOF_")
