"""What --paste names, read and recognised: whatever somebody could copy.

Decides: that it is said what each text was taken for, and that flags outrank what a text tells. Must not know what any
text means.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field

from troubleshooter.cli import output
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.home import home, reads_cluster
from troubleshooter.cli.knowledge import refusing
from troubleshooter.cli.parsing import program
from troubleshooter.cli.reading import NOTHING, STDIN, standard_input
from troubleshooter.collect import overlay, sentence
from troubleshooter.collect.exhibits import read_exhibits
from troubleshooter.collect.files import Collected
from troubleshooter.collect.pasted import read_pasted_objects
from troubleshooter.consult.pasted import Pasted, read_pasted
from troubleshooter.evidence import LogSummary
from troubleshooter.evidence.pasted.pieces import Piece
from troubleshooter.model import Exhibit, Inventory, NotChecked
from troubleshooter.rulebook import Rulebook


@dataclass(frozen=True, kw_only=True)
class Pastes:
    """All pasted texts together: their objects and other evidence, the log lines of one, and the request and symptom of
    the first that tells them."""

    collected: Collected = NOTHING
    log: LogSummary | None = None
    texts: tuple[Pasted, ...] = field(default=(), repr=False)

    def onto(self, args: argparse.Namespace) -> argparse.Namespace:
        """The flags, with the request and the symptom that the texts tell where no flag names them."""
        told = dict(vars(args))
        asked = next((one for one in self.texts if one.to), None)
        if asked and not args.to and not self.log:
            told |= {"to": asked.to, "method": asked.method if args.method == "GET" else args.method}
            told |= {"source": args.source or asked.source}
        symptoms = next((one.symptoms for one in self.texts if one.symptoms), ())
        if len(symptoms) == 1 and not args.symptom:
            told["symptom"] = symptoms[0].id
        return argparse.Namespace(**told)


def read_pastes(args: argparse.Namespace, rulebook: Rulebook) -> Pastes:
    """What the texts of --paste are. What each was taken for is said on standard error.

    Raises:
        Refused: one cannot be read, nothing in it is known, or all of it is what several symptoms show.
    """
    with refusing():
        read = [one for one in read_exhibits(args.paste, stdin=standard_input) if isinstance(one, Exhibit)]
        texts = [(one, read_pasted(rulebook, one.text, one.name)) for one in read]
        inventory = NOTHING.inventory
        for exhibit, pasted in texts:
            if pasted.objects:
                inventory = laid(inventory, exhibit.name, pasted.objects, home(args))
    for exhibit, pasted in texts:
        _say(exhibit.name, pasted, args)
    return Pastes(
        collected=Collected(inventory=inventory, exhibits=tuple(one for _, pasted in texts for one in pasted.exhibits)),
        log=next((pasted.log for _, pasted in texts if pasted.log), None),
        texts=tuple(pasted for _, pasted in texts),
    )


def laid(under: Inventory, name: str, objects: Sequence[Piece], namespace: str) -> Inventory:
    """The mesh with the objects of a text laid over it.

    Raises:
        InputError: there is no object in it, or it is not clear of which Kubernetes cluster they are.
    """
    found = read_pasted_objects(name, [(piece.line, piece.text) for piece in objects], namespace)
    return overlay(under, found) if under.objects else found


def _say(name: str, pasted: Pasted, args: argparse.Namespace) -> None:
    where = "standard input" if name == STDIN else name
    if not pasted.useful:
        first = next(iter(pasted.unknown), "There is nothing in it.")
        raise Refused(f"{where}: {first}")
    for told in (*pasted.taken, *pasted.unknown):
        output.say(f"{program()}: {where}: {told}")
    if pasted.symptoms[1:] and not pasted.to and not args.symptom:
        several = ", ".join(symptom.id for symptom in pasted.symptoms)
        missing = NotChecked(what=where, why=f"this may be {several}", unlock="Say which with --symptom")
        if not (pasted.objects or pasted.exhibits or pasted.log or args.filename or reads_cluster(args)):
            raise Refused(sentence(missing))
        output.say(f"{program()}: {sentence(missing)}")
