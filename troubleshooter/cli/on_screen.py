"""The wizard on the whole screen of a terminal, and what of it stays there when it ends.

Decides: where there is a screen for it. Everywhere else the consultation is held in plain lines.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace

from troubleshooter.cli import output
from troubleshooter.cli.looking import said_before
from troubleshooter.cli.showing import screen
from troubleshooter.consult import Consultation, Look
from troubleshooter.model import Diagnosis
from troubleshooter.report import to_text, told_to_text
from troubleshooter.terminal import Desk, Setting, put_end

DUMB = ("", "dumb", "unknown")
"""What TERM is where nothing can be drawn."""


def has_screen(args: argparse.Namespace) -> bool:
    """Whether to draw: there is a terminal that can, and nobody asked for plain lines (a record is of these)."""
    plain = args.plain or args.record or os.environ.get("TERM", "") in DUMB
    return not plain and sys.stdin is not None and sys.stdout.isatty()


def _saying_looks(setting: Setting, drawn: list[bool]) -> Setting:
    """The setting, with each look said on standard error as long as the screen is not drawn (`drawn` is empty)."""
    look_at = setting.look_at
    if look_at is None:
        return setting

    def said(consultation: Consultation, look: Look) -> str:
        if not drawn:
            output.say(said_before(look))
        return look_at(consultation, look)

    return replace(setting, look_at=said)


def hold(setting: Setting) -> Diagnosis | None:
    """Hold a consultation on the screen. Its end is written below the prompt, as it would be in plain lines.

    Raises:
        RequestError: the request that flags named makes no sense in this mesh.
    """
    from troubleshooter.terminal.wizard import Wizard

    shown = screen()

    def page(diagnosis: Diagnosis, width: int) -> str:
        on = replace(shown, width=width, asking=True)
        told = diagnosis.walk is None and desk.dialogue.by_answers
        return told_to_text(diagnosis, on) if told else to_text(diagnosis, on)

    drawn: list[bool] = []
    desk = Desk(_saying_looks(setting, drawn))
    drawn.append(True)
    wizard = Wizard(desk, page, color=shown.color, ascii_only=shown.ascii)
    wizard.run()
    if wizard.interrupted:
        output.say("You left while I was looking, so there is no result.")
        return None
    return put_end(desk.dialogue, output.put, output.width())
