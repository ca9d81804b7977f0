"""From flags to what a consultation on the screen is given."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace

from troubleshooter.cli import output
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.asked import request_of_flags
from troubleshooter.cli.asking import demand_symptom, given_arguments
from troubleshooter.cli.home import home, reads_cluster
from troubleshooter.cli.logs import read_told
from troubleshooter.cli.looking import Eyes, to_look_into
from troubleshooter.cli.parsing import program
from troubleshooter.cli.pasting import laid, read_pastes
from troubleshooter.cli.reading import NOTHING, Laid, read_mesh
from troubleshooter.collect import KUBECTL_COMMAND, InputError
from troubleshooter.collect.files import Collected
from troubleshooter.consult.pasted import PASTED
from troubleshooter.evidence.pasted.pieces import Piece
from troubleshooter.inference import Engine
from troubleshooter.model import Diagnosis, Finding, Inventory
from troubleshooter.report import Screen, fix_to_text, to_text, told_to_text
from troubleshooter.rulebook import Rulebook
from troubleshooter.terminal import Setting


def setting_of(args: argparse.Namespace, rulebook: Rulebook, engine: Engine, screen: Screen) -> Setting:
    """The setting of a consultation whose results are shown on `screen`. Reads the files that the flags name.

    Raises:
        Refused: something that the flags name cannot be read or makes no sense.
    """
    demand_symptom(rulebook, args.symptom)
    pastes = read_pastes(args, rulebook)
    args = pastes.onto(args)
    mesh = _mesh(args, pastes.collected)
    seen = read_told(args, mesh, pastes)
    clusters = to_look_into(args, mesh)
    eyes = Eyes(clusters) if clusters else None

    def page(diagnosis: Diagnosis, *, told: bool) -> str:
        return told_to_text(diagnosis, screen) if told else to_text(diagnosis, screen)

    def fix(finding: Finding, number: int, *, undo: bool) -> str:
        return fix_to_text(finding, number, replace(screen, color=False, asking=True), undo=undo)

    return Setting(
        rulebook=rulebook,
        engine=engine,
        show=page,
        show_fix=fix,
        collect=KUBECTL_COMMAND,
        program=program(),
        inventory=mesh.inventory if mesh and (args.filename or mesh.inventory.objects) else None,
        summary=seen.summary,
        evidence=seen.evidence,
        log=seen.log.replace("standard input", "Standard input"),
        request=request_of_flags(args),
        symptom=args.symptom,
        arguments=given_arguments(args),
        namespace=home(args),
        look_at=eyes.look if eyes else None,
        lay=_laying(mesh.inventory if mesh else Inventory(), home(args)),
    )


def _mesh(args: argparse.Namespace, pasted: Collected) -> Laid | None:
    """The mesh, None where there is none to look at. A cluster that nobody named and that does not answer is said, and
    the person is asked instead."""
    if not (args.filename or pasted != NOTHING or reads_cluster(args)):
        return None
    try:
        return read_mesh(args, pasted)
    except Refused as refused:
        if args.filename or args.context or args.kubeconfig or pasted != NOTHING:
            raise
        output.say(f"{program()}: {refused}\nSo I ask, and look at no cluster.")
        return None


def _laying(under: Inventory, namespace: str) -> Callable[[Sequence[Piece]], Inventory]:
    """What lays pasted objects over a mesh; it raises ValueError where they cannot be read."""

    def lay(objects: Sequence[Piece]) -> Inventory:
        try:
            return laid(under, PASTED, objects, namespace)
        except InputError as error:
            raise ValueError(str(error)) from None

    return lay
