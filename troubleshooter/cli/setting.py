"""From flags to what a consultation on the screen is given."""

from __future__ import annotations

import argparse
from dataclasses import replace

from troubleshooter.cli.asking import demand_symptom, given_arguments, request_of_flags
from troubleshooter.cli.evidence import read_evidence
from troubleshooter.cli.parsing import program
from troubleshooter.cli.reading import read_log, read_mesh
from troubleshooter.collect import KUBECTL_COMMAND
from troubleshooter.collect.scope import DEFAULT_NAMESPACE
from troubleshooter.inference import Engine
from troubleshooter.model import Diagnosis, Finding
from troubleshooter.report import Screen, fix_to_text, to_text, told_to_text
from troubleshooter.rulebook import Rulebook
from troubleshooter.terminal import Setting


def setting_of(args: argparse.Namespace, rulebook: Rulebook, engine: Engine, screen: Screen) -> Setting:
    """The setting of a consultation whose results are shown on `screen`. Reads the files that the flags name.

    Raises:
        Refused: something that the flags name cannot be read or makes no sense.
    """
    demand_symptom(rulebook, args.symptom)

    laid = read_mesh(args) if args.filename else None

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
        inventory=laid.inventory if laid else None,
        summary=read_log(args.log) if args.log else None,
        evidence=read_evidence(args, laid),
        log="Standard input" if args.log == "-" else args.log,
        request=request_of_flags(args),
        symptom=args.symptom,
        arguments=given_arguments(args),
        namespace=args.namespace or DEFAULT_NAMESPACE,
    )
