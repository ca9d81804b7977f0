"""`diagnose`: the root cause of a request that fails, of what failed in a log, or everything that is found (an audit).

Decides: the order of work (the engine's process gets ready while files are read), and the exit status.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import replace

from troubleshooter.cli.acting import act, demand_actor
from troubleshooter.cli.answer import FINDINGS, FINE, UNDETERMINED, Answer, Refused
from troubleshooter.cli.asked import request_of_flags
from troubleshooter.cli.asking import consultation_on, demand_symptom
from troubleshooter.cli.before import walk_before
from troubleshooter.cli.dry_run import commands
from troubleshooter.cli.home import home
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.cli.logs import read_told
from troubleshooter.cli.looking import look_around, to_look_into
from troubleshooter.cli.pasting import read_pastes
from troubleshooter.cli.publishing import demand_publisher, publish_findings
from troubleshooter.cli.reading import demand_one_reader, read_mesh
from troubleshooter.cli.showing import shown
from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.garbage import collection_paused
from troubleshooter.consult import Consultation
from troubleshooter.engine import DurableEngine
from troubleshooter.model import Diagnosis, Severity, StageVerdict, Verdict
from troubleshooter.walk import RequestError
from troubleshooter.walk.trace import traced

log = logging.getLogger(__name__)

FAILING = frozenset({Verdict.UNREACHABLE, Verdict.MISROUTED})


def run(args: argparse.Namespace) -> Answer:
    """Diagnose what the flags name.

    Raises:
        Refused: the flags contradict each other, or something that they name cannot be read or makes no sense.
    """
    if getattr(args, "dry_run_collect", False):  # only this command has it, and others come here too
        return Answer(commands(args))
    demand_one_reader(args)
    demand_actor(args)
    demand_publisher(args)
    if not args.paste:  # a text may name what flags leave out
        request_of_flags(args)  # what is wrong with it is said before files are read
    with collection_paused(), DurableEngine() as engine:
        engine.start()
        rulebook = read_rulebook(args.knowledge)
        demand_symptom(rulebook, args.symptom)
        pastes = read_pastes(args, rulebook)
        args = pastes.onto(args)
        laid = read_mesh(args, pastes.collected)
        told = read_told(args, laid, pastes)
        consultation = consultation_on(args, rulebook, engine, laid, told)
        diagnosis = concluded(consultation, to_look_into(args, laid))
    if diagnosis.walk is not None:
        before = walk_before(laid, diagnosis.walk.request, home(args))
        diagnosis = replace(diagnosis, before=before)
    if args.trace and consultation.examined.walked is not None:
        diagnosis = replace(diagnosis, walk=traced(consultation.examined.mesh, consultation.examined.walked))
    untouched = consultation.situation is None
    status = status_of(diagnosis, args.fail_on)
    open_end = untouched and diagnosis.root is None and status == FINE
    if args.publish:
        publish_findings(args, diagnosis, laid.inventory)
    text = shown(diagnosis, args.output, laid.inventory, told=untouched)
    answer = Answer(text, UNDETERMINED if open_end else status)
    return act(args, diagnosis, answer, again=run) if args.apply else answer


def concluded(consultation: Consultation, clusters: Sequence[Connection] = ()) -> Diagnosis:
    """What a consultation comes to without anybody to ask, after the looks into these clusters that it wants.

    Raises:
        Refused: the request makes no sense in this mesh.
    """
    try:
        look_around(consultation, clusters)
        diagnosis = consultation.diagnosis()
    except RequestError as error:
        raise Refused(str(error)) from None
    log.info("%d findings, concluded by: %s", len(diagnosis.findings), diagnosis.engine)
    return diagnosis


def status_of(diagnosis: Diagnosis, fail_on: str = Severity.ERROR) -> int:
    """The exit status. `fail_on` is the least severity that counts, or `never`; a request that fails counts as an
    error, whatever was found."""
    counting = [] if fail_on == "never" else [s for s in Severity if s.rank <= Severity(fail_on).rank]
    if counting and (_fails(diagnosis) or any(f.severity in counting for f in diagnosis.findings)):
        return FINDINGS
    return UNDETERMINED if diagnosis.walk and diagnosis.walk.verdict is Verdict.UNDETERMINED else FINE


def _fails(diagnosis: Diagnosis) -> bool:
    """Whether the request fails in some branch at least."""
    if diagnosis.walk is None:
        return False
    dying = any(s.verdict is StageVerdict.FAIL for b in diagnosis.walk.branches for s in b.path)
    return dying or diagnosis.walk.verdict in FAILING or any(b.verdict in FAILING for b in diagnosis.walk.branches)
