"""From flags to a consultation: the request, the failure of a log, the symptom, all joined to the mesh.

Decides: what is in question when flags say it together. Must not know how anything is shown.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Sequence

from troubleshooter.cli import output
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.asked import request_of_flags
from troubleshooter.cli.home import home
from troubleshooter.cli.logs import Told
from troubleshooter.cli.looking import to_look_into
from troubleshooter.cli.parsing import program
from troubleshooter.cli.reading import Laid
from troubleshooter.collect import sentence
from troubleshooter.consult import Consultation, Failure, LogLine, failure_of, failures, log_groups
from troubleshooter.evidence import ONCE, LogSummary
from troubleshooter.inference import Engine
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, LogGroup, NotChecked, Request
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import RequestError


def demand_symptom(rulebook: Rulebook, symptom: str) -> None:
    """Raise Refused if the knowledge base has no such symptom."""
    if symptom and symptom not in rulebook.symptoms:
        near = difflib.get_close_matches(symptom, rulebook.symptoms, n=4, cutoff=0.3)
        hint = f"; the nearest are {', '.join(near)}" if near else ""
        raise Refused(f"--symptom {symptom}: there is no such symptom{hint}. See: {program()} explain --list symptoms")


def consultation_on(
    args: argparse.Namespace, rulebook: Rulebook, engine: Engine, laid: Laid, told: Told
) -> Consultation:
    """The consultation that `diagnose` holds: about the request, else the log's biggest failure, else everything.

    Raises:
        Refused: the flags name no request that makes sense, or the log's failures name no host.
    """
    request, inventory = request_of_flags(args), laid.inventory
    namespace = home(args)
    failure: Failure | None = None
    groups: tuple[LogGroup, ...] = ()
    notes: tuple[NotChecked, ...] = ()
    summary = told.summary
    if summary is not None:
        mesh = Mesh(inventory)
        found = failures(mesh, summary)
        groups = log_groups(mesh, summary, given_arguments(args))
        if request or not told.beside:
            failure = _in_question(mesh, found, request, namespace)
            notes = () if failure else _unused(told.log, summary, found, request)
    situation = _situation(args, inventory, told, failure, request)
    if not isinstance(situation, Situation):
        notes = inventory.not_checked
    notes = (*notes, *told.evidence.not_checked)
    only = "" if args.all_namespaces else args.namespace
    return Consultation(
        rulebook,
        engine,
        situation,
        symptom=args.symptom,
        namespace=only,
        groups=groups,
        not_checked=notes,
        tells=told.tells,
        live=bool(to_look_into(args, laid)),
    )


def _situation(
    args: argparse.Namespace, inventory: Inventory, told: Told, failure: Failure | None, request: Request | None
) -> Situation | LogLine | None:
    """What there is to look at: objects and other evidence, else a log line; None where all that is known is what a
    client saw."""
    group = failure.group if failure else None
    if failure and group and not inventory.objects:
        return LogLine(
            request=failure.request, entry=group.example, recurrence=group.recurrence, evidence=told.evidence
        )
    if args.symptom and args.paste and not (inventory.objects or told.evidence):
        return None
    return Situation(
        inventory=inventory,
        request=failure.request if failure else request,
        entry=group.example if group else None,
        recurrence=group.recurrence if group else ONCE,
        evidence=told.evidence,
        namespace=home(args),
    )


def _in_question(mesh: Mesh, found: Sequence[Failure], request: Request | None, namespace: str) -> Failure | None:
    if request is None:
        return next(iter(found), None)
    try:
        return failure_of(mesh, found, request, namespace)
    except RequestError as error:
        raise Refused(str(error)) from None


def _unused(log: str, summary: LogSummary, found: Sequence[Failure], request: Request | None) -> tuple[NotChecked, ...]:
    """Why the log says nothing about what is in question."""
    if request is None and summary.failed:
        lines = f"{summary.failed} failed {'line' if summary.failed == 1 else 'lines'}"
        raise Refused(f"{log}: it has {lines}, and no host that can be asked for; name the request with --to URL")
    failing = f"{summary.failed} failed requests" if summary.failed != 1 else "one failed request"
    why = f"its {failing} and the one in question do not match" if found else f"none failed of {summary.entries} in it"
    unlock = "" if request else "Everything was looked at; name a request with --to URL"
    missing = NotChecked(what=log, why=why, unlock=unlock)
    output.say(f"{program()}: {sentence(missing)}")
    return (missing,)


def given_arguments(args: argparse.Namespace) -> tuple[str, ...]:
    """The flags that name the mesh, the log and the symptom, as they were given."""
    flags = (
        ("-f", args.filename),
        ("--with", args.laid_over),
        ("--without", args.without),
        ("--log", args.log),
        ("--log-format", args.log_format),
        ("--envoy", args.envoy),
        ("--paste", args.paste),
        ("--knowledge", args.knowledge),
    )
    many = [word for name, values in flags for value in values for word in (name, value)]
    single = (("-n", args.namespace), ("--symptom", args.symptom))
    return (*many, *(word for name, value in single if value for word in (name, value)))
