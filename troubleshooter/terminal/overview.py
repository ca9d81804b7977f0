"""What stands beside the question: what is in question, the way so far, which causes are left, what was looked at.

Decides: what of a consultation is worth a glance. Must not know how it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.consult import LogLine
from troubleshooter.model import Request, Walk
from troubleshooter.terminal import sightings
from troubleshooter.terminal.dialogue import END, Dialogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`about` is the request, or the symptom, in question ("" while neither is known); `left` are the causes that are
    possible still, None while that is not known; `looked` says what was looked at."""

    about: str = ""
    walk: Walk | None = None
    left: tuple[str, ...] | None = None
    looked: tuple[str, ...] = ()


def overview(dialogue: Dialogue) -> Overview:
    """A glance at where a consultation stands."""
    consultation = dialogue.consultation
    mesh = (*dialogue.setting.clusters, *_of_mesh(dialogue))
    if consultation is None:
        return Overview(about=_about(dialogue, None), looked=mesh)
    examined = consultation.examined
    walk = examined.walked.walk if examined.walked else None
    about = dialogue.inquiry.about
    asking = dialogue.inquiry is not END and about in consultation.rulebook.questions
    seen = tuple(sightings.of_walk(walk)) if walk and not isinstance(consultation.situation, LogLine) else ()
    return Overview(
        about=_about(dialogue, walk),
        walk=walk,
        left=tuple(s.cause for s in consultation.why(about).remaining) if asking else None,
        looked=(*mesh, *seen),
    )


def _of_mesh(dialogue: Dialogue) -> Iterable[str]:
    return sightings.of_mesh(dialogue.intake.mesh) if dialogue.intake.inventory is not None else ()


def _about(dialogue: Dialogue, walk: Walk | None) -> str:
    """The request as far as it is known, else the symptom."""
    request = walk.request if walk else dialogue.setting.request or dialogue.intake.named
    if request is not None:
        return _in_short(request)
    if dialogue.intake.everything:
        return "everything that was seen"
    symptom = dialogue.setting.rulebook.symptoms.get(dialogue.intake.symptom)
    return symptom.title if symptom else ""


def _in_short(request: Request) -> str:
    method = f"{request.method} " if request.scheme.startswith("http") else ""
    return f"{method}{request.to}" + (f" from {request.source}" if request.source else "")
