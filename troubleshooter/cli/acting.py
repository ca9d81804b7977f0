"""`--apply`: the one way in which the program changes a cluster, and never without a person's yes.

Decides the order: the servers try the fix, the differences are shown, somebody says yes (on the terminal, or with
--yes), the way back is kept in a file, the fix is sent, and the same request is diagnosed again. Must not know how a
change is sent, nor what a fix is. Commands of a fix are never run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from troubleshooter.cli import output
from troubleshooter.cli.answer import FINE, Answer, Refused
from troubleshooter.cli.home import reads_cluster
from troubleshooter.cli.knowledge import refusing
from troubleshooter.cli.parsing import parse, program
from troubleshooter.cli.undoing import undo_files
from troubleshooter.collect.cluster.applying import CannotApply, Trial, is_rolled_out, makes_pods, try_out
from troubleshooter.collect.cluster.connection import Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.failures import ClusterError
from troubleshooter.model import Applicability, Diagnosis, Finding, Fix, Request
from troubleshooter.report.changes_text import Changed, changes_to_text

LONGEST_ROLLOUT = 120.0
"""Seconds that new pods are waited for."""
GLANCE = 1.0
PAUSES = (2.0, 5.0)
"""Seconds before a request is diagnosed again, the first and the second time."""
QUESTION = "Apply this? yes or no: "
ONE_REQUEST = "this is about no single request; name one with --from and --to"
_NO_EVIDENCE = {
    "log": [],
    "log_format": [],
    "envoy": [],
    "paste": [],
    "symptom": "",
    "apply": False,
    "yes": False,
    "no_looks": True,
}
"""What was seen, was seen before the fix, and logs still tell of then."""

Again = Callable[[argparse.Namespace], Answer]


def demand_actor(args: argparse.Namespace) -> None:
    """Raise Refused where --apply cannot come to anything, before something is read."""
    if not args.apply:
        if args.yes:
            raise Refused("--yes says yes to --apply, which is not given")
        return
    if args.filename:
        raise Refused("--apply changes a cluster, and -f names files; leave -f out, or apply the manifest by hand")
    if args.laid_over or args.without:
        raise Refused("--apply wants the cluster as it is; leave out --with and --without")
    if not reads_cluster(args):
        raise Refused("--apply changes a cluster, and there is none: name one with --context or --kubeconfig")
    if not (args.yes or _has_person()):
        raise Refused("--apply asks before it changes anything, and there is no terminal to ask on; --yes says yes")


def act(args: argparse.Namespace, diagnosis: Diagnosis, answer: Answer, again: Again) -> Answer:
    """Apply the proved fix of the root cause, if somebody says yes, and diagnose the request `again`. The answer is
    that of the new diagnosis, else the one that is given.

    Raises:
        Refused: what was begun could not be ended; nothing more is sent then.
    """
    root, walk = diagnosis.root, diagnosis.walk
    fix = _fix(root)
    if root is None or fix is None or walk is None:
        why = "no fix of the root cause was proved" if root else "no root cause was found" if walk else ONE_REQUEST
        output.say(f"{program()}: nothing is applied: {why}")
        return answer
    shows = getattr(args, "output", "text") == "text" and bool(answer.text)
    if shows:
        output.put(answer.text + "\n\n")
    kept = Answer("" if shows else answer.text, answer.status)
    try:
        trials = _tried(args, fix)
    except CannotApply as error:
        output.say(f"{program()}: nothing is applied: {error}")
        return kept
    if not trials:
        output.say(f"{program()}: nothing is applied: the cluster is as it should be already; diagnose again")
        return kept
    if not _agreed(args, fix, trials):
        output.say(f"{program()}: nothing was changed")
        return kept
    _send(trials, undo_files(trials, args.kubeconfig, time.strftime("%Y%m%d-%H%M%S")))
    _wait(trials)
    for command in _left(fix):
        output.say(f"{program()}: left for you to run: {command}")
    return settled(_asked_again(args, walk.request), again)


def settled(args: argparse.Namespace, again: Again) -> Answer:
    """The new diagnosis. Controllers need a moment to make endpoints and statuses of what has changed: where something
    is still found, it is looked at once more."""
    for pause in PAUSES:
        output.say(f"{program()}: the same request again, in {pause:g} s")
        time.sleep(pause)
        answer = again(args)
        if answer.status == FINE:
            break
    return answer


def _fix(root: Finding | None) -> Fix | None:
    """The first fix that was proved and that is no work for hands alone."""
    fixes = root.fixes if root else ()
    return next((f for f in fixes if f.verified and f.change and f.applicability is not Applicability.MANUAL), None)


def _left(fix: Fix) -> Sequence[str]:
    """The commands of a fix that stand for no edit; those that do come last."""
    change = fix.change
    done = len(change.restart) + sum(change.before.get(key) is not None for key in change.drop) if change else 0
    return fix.commands[: len(fix.commands) - done]


def _tried(args: argparse.Namespace, fix: Fix) -> list[Trial]:
    limits = Limits(silence=args.request_timeout, whole=max(4 * args.request_timeout, 1))
    with refusing():
        found = connections(args.context, args.kubeconfig, limits)
    assert fix.change is not None  # noqa: S101  # `_fix` takes no other
    return try_out({one.name: one for one in found}, fix.change, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))


def _agreed(args: argparse.Namespace, fix: Fix, trials: Sequence[Trial]) -> bool:
    """Show what would change where, and have it agreed to."""
    places = dict.fromkeys(f"{one.connection.context} ({one.connection.server})" for one in trials)
    output.say(f"{fix.do}\nin the cluster {', '.join(places)}.\n" + (f"Risk: {fix.risk}\n" if fix.risk else ""))
    output.say(changes_to_text(map(_changed, trials)))
    output.say("The cluster has tried this without effect, and takes it.")
    if args.yes:
        return True
    sys.stderr.write(QUESTION)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _changed(trial: Trial) -> Changed:
    managers = tuple((one.field, one.name) for one in trial.managers)
    return Changed(name=trial.name, now=trial.now, then=trial.then, managers=managers)


def _send(trials: Sequence[Trial], undo: dict[str, str]) -> None:
    """Keep the way back, then send.

    Raises:
        Refused: the file cannot be written, or a request fails; those before it were sent.
    """
    for name, text in undo.items():
        _write(Path(name), text)
        output.say(f"{program()}: how to undo it stands in {name}")
    for number, trial in enumerate(trials):
        try:
            trial.send()
        except CannotApply as error:
            done = ", ".join(one.name for one in trials[:number]) or "nothing"
            raise Refused(f"{error}. Changed before that: {done}. The way back: {', '.join(undo)}") from None
        output.say(f"{program()}: {trial.name}: done")


def _write(file: Path, text: str) -> None:
    """A new file, for its owner alone: what stood in the cluster need not be for everybody here."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as fresh:
            fresh.write(text)
    except OSError as error:
        raise Refused(f"{file}: the way back cannot be kept ({error.strerror}), so nothing was changed") from None


def _wait(trials: Sequence[Trial]) -> None:
    """Give new pods time to be there: a diagnosis in between would be about both, old and new."""
    end = time.monotonic() + LONGEST_ROLLOUT
    for trial in filter(makes_pods, trials):
        output.say(f"{program()}: waiting for the new pods of {trial.name}")
        while not _ready(trial):
            if time.monotonic() > end:
                output.say(f"{program()}: they are not all there yet; diagnose again later")
                return
            time.sleep(GLANCE)


def _ready(trial: Trial) -> bool:
    try:
        return is_rolled_out(trial.connection, trial)
    except ClusterError as error:
        output.say(f"{program()}: {trial.name}: {error}")
        return True


def _asked_again(args: argparse.Namespace, request: Request) -> argparse.Namespace:
    """Flags for the same request, without what was seen of it before."""
    asked = {
        "source": request.source,
        "to": request.to,
        "method": request.method,
        "headers": [f"{name}: {value}" for name, value in request.headers.items()],
        "sni": request.sni,
        "http10": request.http10,
        "plaintext": request.plaintext,
        "expect": request.expect,
    }
    plain = vars(parse("diagnose", ()))  # the consultation takes fewer flags
    return argparse.Namespace(**{**plain, **vars(args), **_NO_EVIDENCE, **asked})


def _has_person() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
