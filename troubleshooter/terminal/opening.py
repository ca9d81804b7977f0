"""The first lines: what this is, what it looks at, and how it could see more.

Decides: wording only.
"""

from __future__ import annotations

import shlex

from troubleshooter.terminal.intake import Intake
from troubleshooter.terminal.lines import Writer
from troubleshooter.terminal.setting import Setting
from troubleshooter.terminal.sightings import of_mesh


def put_greeting(lines: Writer, intake: Intake) -> None:
    """Say what is at hand; where that is nothing, how to hand over a mesh."""
    setting = intake.setting
    lines.put("Why does traffic in this Istio mesh not arrive? I ask only what I cannot see.")
    lines.blank()
    if setting.inventory is not None:
        count = len(setting.inventory.objects)
        where = f" of {', '.join(setting.clusters)}" if setting.clusters else ""
        lines.put(f"I have a mesh of {count} {'object' if count == 1 else 'objects'}{where} to look at.")
        if setting.person:
            lines.put(f"I looked at {'; '.join(of_mesh(intake.mesh))}.")
    if setting.summary is not None:
        _put_log(lines, intake)
        lines.blank()
    if setting.inventory is None:
        put_how_to_look(lines, setting)
        lines.put("It prints no Secrets. Without it we can begin here as well.")


def put_how_to_look(lines: Writer, setting: Setting) -> None:
    """What is typed so that the program sees a mesh."""
    lines.put("I see no mesh, so I go by what you tell me. To let me look instead, type:")
    lines.blank()
    lines.command(f"{setting.collect} > mesh.yaml")
    lines.command(shlex.join((*setting.program.split(), "-f", "mesh.yaml", *setting.arguments)))
    lines.blank()


def put_short_greeting(lines: Writer, intake: Intake) -> None:
    """The same in a line or two, where the rest of the screen says more."""
    if intake.setting.summary is not None:
        _put_log(lines, intake)
    if intake.setting.inventory is None:
        lines.put("I see no mesh, so I go by what you tell me; `help` says how to let me look.")
    else:
        lines.put("I ask only what I cannot see.")


def _put_log(lines: Writer, intake: Intake) -> None:
    summary = intake.setting.summary
    if summary is None:
        return
    requests = f"{summary.entries} {'request' if summary.entries == 1 else 'requests'}"
    if not summary.failed:
        lines.put(f"{intake.setting.log} tells of {requests}, and none of them failed.")
    elif not intake.failed:
        failed = f"{summary.failed} failed {'request' if summary.failed == 1 else 'requests'}"
        lines.put(f"{intake.setting.log} tells of {failed}, and of no host that can be asked for.")
    else:
        ways = len(intake.failed)
        lines.put(
            f"{intake.setting.log} tells of {requests}; {summary.failed} failed, in "
            f"{'one way' if ways == 1 else f'{ways} ways'}."
        )
