"""What istioctl analyze says, beside what was found here.

Decides: which of its messages mean a finding, by code and object, and what is said of the others. None of them is ever
a reason by itself: its conditions are not ours. Must not know how it was printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from troubleshooter.consult.told import LogLine
from troubleshooter.evidence import Evidence
from troubleshooter.evidence.istioctl.analysis import Analysis, Message
from troubleshooter.model import Diagnosis, Finding, NotChecked, Resource
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Rulebook

NAMED = 3
"""So many objects are named of one code, and so many causes."""

Said = tuple[str, Message]
"""The file in which a message stands, and the message."""


def with_peers(
    own: Diagnosis, rulebook: Rulebook, situation: Situation | LogLine | None, namespace: str = ""
) -> Diagnosis:
    """A diagnosis in which each finding says what istioctl analyze reports of the same object under a code that stands
    for it, with a note for each code of which some message is no finding, and their number. `namespace` leaves out
    those about objects of others."""
    said = list(_said(situation.evidence)) if situation is not None else []
    if not said:
        return own
    findings = tuple(_with(finding, said) for finding in own.findings)
    rest = [
        one for one in said if _within(one[1], namespace) and not any(_means(each, one[1]) for each in own.findings)
    ]
    notes = _left_over(rulebook, rest, _more(situation))
    reported = sum(_is_grave(rulebook, one) for _, one in rest)
    return replace(own, findings=findings, not_checked=(*own.not_checked, *notes), reported=reported)


def _is_grave(rulebook: Rulebook, message: Message) -> bool:
    """Whether somebody has to look at it: an error, or a warning about more than is known to do no harm here."""
    return message.level == "Error" or (message.level == "Warning" and message.code not in rulebook.peer_codes)


def _with(finding: Finding, said: list[Said]) -> Finding:
    held = [one for one in said if _means(finding, one[1])]
    if not held:
        return finding
    file, first = held[0]
    told = (
        f"istioctl analyze reports {first.code} for {first.kind} {first.name}, too ({file}:{first.line}): {first.text}"
    )
    return replace(finding, explanation="\n\n".join(filter(None, (finding.explanation, told))))


def _left_over(rulebook: Rulebook, rest: Iterable[Said], unlock: str) -> Iterator[NotChecked]:
    """A note for each code; `unlock` is what would show more."""
    codes: dict[str, list[Said]] = defaultdict(list)
    for one in rest:
        codes[one[1].code].append(one)
    for code, held in sorted(codes.items()):
        yield _note(rulebook, code, held, _causes(rulebook, code, [one.text for _, one in held]), unlock)


def _more(situation: Situation | LogLine | None) -> str:
    if not isinstance(situation, Situation) or not situation.inventory.objects:
        return "Give the objects of the mesh with -f"
    return "Look at everything: leave the request out" if situation.request is not None else ""


def _note(rulebook: Rulebook, code: str, held: list[Said], causes: tuple[str, ...], unlock: str) -> NotChecked:
    what = f"{code} of istioctl analyze, {_objects(held)}"
    peer = rulebook.peer_codes.get(code)
    if peer is not None:
        return NotChecked(what=what, why=f"{peer.title}. {peer.reason.strip().rstrip('.')}")
    if causes:
        more = f" and {len(causes) - NAMED} more" if len(causes) > NAMED else ""
        meant = f"{', '.join(causes[:NAMED])}{more}"
        return NotChecked(what=what, why=f"none of what it may mean was found here ({meant})", unlock=unlock)
    text = held[0][1].text.rstrip(".")
    return NotChecked(what=what, why=f"this program knows no such code; it says: {text}")


def _objects(held: list[Said]) -> str:
    names = list(dict.fromkeys(f"{one.kind} {one.name}".strip() or "no object" for _, one in held))
    file, first = held[0]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more} ({file}:{first.line})"


def _said(evidence: Evidence) -> Iterator[Said]:
    for reading in evidence.of(Analysis):
        yield from ((reading.name, one) for one in reading.value.messages)


def _means(finding: Finding, message: Message) -> bool:
    return any(
        (peer.code, peer.resource.kind) == (message.code, message.kind)
        and message.name in _names(peer.resource)
        and peer.says in message.text
        for peer in finding.known_as
    )


def _names(thing: Resource) -> tuple[str, ...]:
    """How istioctl writes an object's name, and how it did once."""
    if not thing.namespace:
        return (thing.name,)
    return f"{thing.namespace}/{thing.name}", f"{thing.name}.{thing.namespace}"


def _within(message: Message, namespace: str) -> bool:
    space, slash, _ = message.name.partition("/")
    return not namespace or not slash or space == namespace


def _causes(rulebook: Rulebook, code: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The causes that such messages may mean, what people meet most often first."""
    ordered = sorted(rulebook.causes.values(), key=lambda cause: cause.prevalence.rank)
    return tuple(
        cause.id
        for cause in ordered
        if any(peer.code == code and any(peer.says in text for text in texts) for peer in cause.known_as)
    )
