"""`collect`: everything that a diagnosis is made of, in one archive.

Decides: where it is written, and what is said about it. What must not be in it, `collect.redaction` decides.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from troubleshooter import __version__
from troubleshooter.cli import output
from troubleshooter.cli.answer import Answer, Refused
from troubleshooter.cli.asked import request_of_flags
from troubleshooter.cli.asking import consultation_on
from troubleshooter.cli.home import home, reads_cluster
from troubleshooter.cli.knowledge import read_rulebook, refusing
from troubleshooter.cli.live import Live, read_clusters
from troubleshooter.cli.logs import read_told
from troubleshooter.cli.logs import standard_input as stream
from troubleshooter.cli.looking import look_around, to_look_into
from troubleshooter.cli.parsing import parse, program
from troubleshooter.cli.pasting import Pastes
from troubleshooter.cli.reading import STDIN, Laid, demand_one_reader, standard_input
from troubleshooter.cli.remotes import told_of_remotes
from troubleshooter.collect import KUBECTL_COMMAND, overlay, read_input, sentence
from troubleshooter.collect.bundle.packing import Contents, packed
from troubleshooter.collect.exhibits import read_exhibits
from troubleshooter.collect.log_files import log_files, opened_log
from troubleshooter.engine import DurableEngine
from troubleshooter.model import Exhibit, NotChecked
from troubleshooter.walk import RequestError


def run(args: argparse.Namespace) -> Answer:
    """Write the bundle.

    Raises:
        Refused: there is nothing to put into it, something cannot be read, or it cannot be written.
    """
    contents = _contents(args)
    for missing in contents.inventory.not_checked:
        output.say(f"{program()}: {sentence(missing)}")
    archive = Path(args.archive)
    data, names = packed(contents, __version__, key=os.urandom(32) if args.redact else b"")
    if args.redact:
        _write(_names_of(archive), names.encode(), private=True)
    _write(archive, data, private=False)
    return Answer("\n".join(_said(args, contents, archive)))


def _contents(args: argparse.Namespace) -> Contents:
    asked = _asked(args)
    request_of_flags(asked)  # what is wrong with it is said before anything is read
    live = told_of_remotes(read_clusters(args), args) if reads_cluster(args) else None
    if not (live or args.filename or args.log or args.envoy):
        raise Refused(
            "there is nothing to put into the archive: there is no kubeconfig here, so name files with -f, or pipe in "
            f"what kubectl prints:\n\n  {KUBECTL_COMMAND} | {program()} collect {args.archive} -f -"
        )
    demand_one_reader(args)
    with refusing():
        found = read_input(args.filename, stdin=standard_input, namespace=home(args))
        if live:
            found = replace(found, inventory=overlay(live.inventory, found.inventory))
        texts = list(read_exhibits(args.envoy, stdin=standard_input))
        logs = [_log(name) for name, _ in log_files(args.log)]
    looked = _looked(asked, live) if live and args.to else ()
    notes = tuple(one for one in texts if isinstance(one, NotChecked))
    inventory = replace(
        found.inventory,
        not_checked=(*found.inventory.not_checked, *notes),
        observed=found.inventory.observed or int(time.time()),
    )
    return Contents(
        inventory=inventory,
        exhibits=(*(one for one in texts if isinstance(one, Exhibit)), *found.exhibits, *looked),
        logs=(*logs, *found.logs),
    )


def _asked(args: argparse.Namespace) -> argparse.Namespace:
    """The flags of a diagnosis of the same request; what files tell goes into the bundle as it is."""
    plain = vars(parse("diagnose", ()))
    given = {name: value for name, value in vars(args).items() if name in plain}
    return argparse.Namespace(**plain | given | {"log": [], "envoy": []})


def _looked(asked: argparse.Namespace, live: Live) -> tuple[Exhibit, ...]:
    """What a diagnosis of the request would look at.

    Raises:
        Refused: the request makes no sense in this mesh.
    """
    laid = Laid(inventory=live.inventory, before=None, connections=live.connections)
    with DurableEngine() as engine:
        engine.start()
        told = read_told(asked, None, Pastes())
        consultation = consultation_on(asked, read_rulebook([]), engine, laid, told)
        try:
            return look_around(consultation, to_look_into(asked, laid))
        except RequestError as error:
            raise Refused(str(error)) from None


def _log(name: str) -> Exhibit:
    with opened_log(name, stream) as lines:
        return Exhibit(name=name, text="".join(f"{line.rstrip()}\n" for line in lines))


def _names_of(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.names.json")


def _write(file: Path, data: bytes, *, private: bool) -> None:
    """A new file in the place of an old one; a private one is readable by its owner alone from the start."""
    try:
        number, name = tempfile.mkstemp(dir=file.parent, prefix=".collect-")  # mkstemp makes it 0600
        try:
            with os.fdopen(number, "wb") as fresh:
                fresh.write(data)
            if not private:
                Path(name).chmod(0o644)
            Path(name).replace(file)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise Refused(f"{file}: it cannot be written: {error.strerror}. Name another place for it") from None


def _said(args: argparse.Namespace, contents: Contents, archive: Path) -> list[str]:
    counts = (
        (len(contents.inventory.objects), "object"),
        (len(contents.exhibits), "text"),
        (len(contents.logs), "log"),
    )
    held = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)
    lines = [f"{archive}: {held or 'nothing'}. No Secret's value, token or private key is in it."]
    if args.redact:
        lines.append(f"{_names_of(archive)}: which name stands for which. Keep it to yourself.")
    if STDIN not in (args.archive, *args.filename):
        lines.append(f"Diagnose it: {program()} diagnose -f {archive}")
    return lines
