"""Looks at what runs, of the clusters that were read.

Decides: what is said before a look, and how long all of them may take. Must not know what a page tells, or why it is
wanted.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from troubleshooter.cli import output
from troubleshooter.cli.parsing import program
from troubleshooter.cli.reading import Laid
from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.looks import Looker
from troubleshooter.consult import Consultation, Look
from troubleshooter.model import Exhibit

log = logging.getLogger(__name__)

SILENCE, WHOLE = 10.0, 30.0
"""Seconds that a pod may be silent, and that one page may take."""
ALL = 60.0
"""Seconds for all looks of one diagnosis."""
NO_TIME = "there was no time left for it"
INTERRUPTED = "you interrupted it"


class Eyes:
    """Looks into the pods of clusters; close it when done. `seen` is what all looks showed."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        for one in connections:
            limits = one.limits
            one.limits = replace(limits, silence=min(limits.silence, SILENCE), whole=min(limits.whole, WHOLE))
        self._looker, self._left = Looker(connections), ALL
        self.seen: list[Exhibit] = []

    def look(self, consultation: Consultation, look: Look) -> str:
        """Look once, and tell the consultation what was seen. What comes back says why nothing was, "" if something
        was."""
        if self._left <= 0:
            consultation.could_not(look, NO_TIME)
            return NO_TIME
        begin = time.monotonic()
        try:
            seen = self._looker.look(look.sight)
        except ClusterError as error:
            unlock = self._looker.unlock(look.sight, error)
            consultation.could_not(look, str(error), unlock, forbidden=error.why is Why.FORBIDDEN)
            return str(error)
        finally:
            self._left -= time.monotonic() - begin
        self.seen += seen.exhibits
        consultation.tell_seen(look, seen.exhibits, seen.missing)
        size = sum(len(one.text) for one in seen.exhibits)
        log.info("%d characters of %s read in %.1f s", size, look.sight.words, time.monotonic() - begin)
        return ""

    def close(self) -> None:
        """Give all connections up."""
        self._looker.close()


def to_look_into(args: argparse.Namespace, laid: Laid | None) -> tuple[Connection, ...]:
    """The clusters whose pods may be looked into. What runs tells nothing about a mesh that is only supposed."""
    if laid is None or laid.before is not None or args.no_looks:
        return ()
    return laid.connections


def said_before(look: Look) -> str:
    """What is said before a look."""
    return f"{program()}: I look at {look.sight.words}:\n  {look.command}"


def look_around(consultation: Consultation, connections: Sequence[Connection]) -> tuple[Exhibit, ...]:
    """Everything that the consultation wants to look at before somebody is asked, and what was seen. Each look is said
    before it happens. Whoever interrupts one is told what is known without it.

    Raises:
        RequestError: the request makes no sense in this mesh.
    """
    eyes = Eyes(connections)
    try:
        while isinstance(step := consultation.next_step(), Look):
            output.say(said_before(step))
            try:
                missed = eyes.look(consultation, step)
            except KeyboardInterrupt:
                consultation.could_not(step, INTERRUPTED)
                break
            if missed:
                output.say(f"  It cannot be had: {missed}.")
    finally:
        eyes.close()
    return tuple(eyes.seen)
