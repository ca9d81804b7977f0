"""A page that somebody pastes in place of an answer.

Decides: which word of the question it tells, and what is known with it. A page that does not tell is not kept: the
question stays, and `back` has nothing to take back. Must not know who pastes, or how a question is put.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from troubleshooter.consult.from_log import failure_of, failures
from troubleshooter.consult.pasted import Pasted, read_pasted
from troubleshooter.consult.told import UNKNOWN, LogLine
from troubleshooter.evidence import LogSummary, take
from troubleshooter.inference import Judgement
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import RequestError

About = Situation | LogLine | None
"""What a consultation is about; None where all is known by answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedPage:
    """What a consultation is `about` with the page, and the sentences that say what it was `taken` for."""

    about: About
    taken: tuple[str, ...] = ()


def read_page(rulebook: Rulebook, about: About, mesh: Mesh, text: str) -> PastedPage:
    """The page in a text.

    Raises:
        ValueError: nothing in it can tell anything here; the sentence says why.
    """
    pasted = read_pasted(rulebook, text)
    if not (pasted.exhibits or pasted.log):
        raise ValueError("This is no answer, and no page that I know. Paste it as it was printed, or type help")
    after = _with(about, mesh, pasted)
    if after is None or after == about:
        raise ValueError(" ".join((*pasted.taken, "It tells me nothing about the request in question")))
    return PastedPage(about=after, taken=pasted.taken)


def word_of(judgement: Judgement, fact: str) -> str:
    """The word of a fact in what was judged, "" where it is not known."""
    known = (case.facts[fact].word for case in judgement.cases.values() if fact in case.facts)
    return next((word for word in known if word != UNKNOWN), "")


def _with(about: About, mesh: Mesh, pasted: Pasted) -> About:
    line = _line(about, mesh, pasted.log) if pasted.log else about
    return replace(line, evidence=line.evidence.with_more(take(pasted.exhibits))) if line is not None else None


def _line(about: About, mesh: Mesh, log: LogSummary) -> About:
    """The failed line of a log that is in question, where none is known yet."""
    if about is None:
        return _of_line_alone(log)
    if not isinstance(about, Situation) or about.entry is not None or about.request is None:
        return about
    with suppress(RequestError):
        failure = failure_of(mesh, failures(mesh, log), about.request, about.namespace)
        if failure is not None:
            group = failure.group
            return replace(about, request=failure.request, entry=group.example, recurrence=group.recurrence)
    return about


def _of_line_alone(log: LogSummary) -> LogLine | None:
    for failure in failures(Mesh(Inventory()), log):
        group = failure.group
        return LogLine(request=failure.request, entry=group.example, recurrence=group.recurrence)
    return None
