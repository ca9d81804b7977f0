"""What causes and symptoms say of each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from troubleshooter.rulebook.advice import advice, quoted
from troubleshooter.rulebook.checks.scene import Scene
from troubleshooter.rulebook.places import Mistake
from troubleshooter.rulebook.values import BecauseOf, Cause, Symptom


def links_lead_somewhere(scene: Scene) -> Iterator[Mistake]:
    """Causes that `because_of` names, symptoms that causes name and flags that symptoms name exist. What has a file
    that could not be read counts as there: `parse` has said so."""
    causes = scene.rulebook.causes.keys() | _ids(scene, r"causes/[^/]+/([^/]+)/cause\.yaml")
    symptoms = scene.rulebook.symptoms.keys() | _ids(scene, r"symptoms/([^/]+)\.yaml")
    for cause in scene.causes:
        for link in cause.because_of:
            yield from _broken_link(scene, cause, link, causes)
        for symptom in cause.symptoms:
            if symptom not in symptoms:
                hint = advice(symptom, symptoms, f"write symptoms/{symptom}.yaml")
                said = f"there is no symptom {quoted(symptom)}; {hint}"
                yield Mistake(place=cause.place.of("symptoms"), text=said)
    if not scene.lost("flags.yaml"):
        for seen in scene.rulebook.symptoms.values():
            yield from _unknown_flags(scene, seen)


def examples_agree(scene: Scene) -> Iterator[Mistake]:
    """The stage at which an example fails is one of its cause's; an example without a request is about evidence."""
    for cause in scene.causes:
        if cause.example and not cause.example.to and not cause.example.evidence:
            said = "the example asks for nothing; say `to`, or name the `evidence` of which an audit is to tell"
            yield Mistake(place=cause.example.place, text=said)
        if cause.example and cause.example.stage and cause.example.stage not in cause.stages:
            stage = quoted(cause.example.stage)
            said = f"the example fails at {stage}, which is no stage of its cause; correct it, or add it there"
            yield Mistake(place=cause.example.place.of("stage"), text=said)


def consequences_end(scene: Scene) -> Iterator[Mistake]:
    """`because_of` never leads back: in a circle every cause would be folded under another, and none be the root."""
    graph = {cause.id: {link.cause for link in cause.because_of} - {cause.id} for cause in scene.causes}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        names: list[str] = circle.args[1]
        place = scene.rulebook.causes[names[0]].place.of("because_of")
        said = f"`because_of` leads in a circle ({' - '.join(names)}), so none of them could be the root; cut it once"
        yield Mistake(place=place, text=said)


def peers_are_named_once(scene: Scene) -> Iterator[Mistake]:
    """A peer's code that a cause claims is not also listed as one that we have no cause for."""
    claims = {name.code: cause for cause in scene.causes for name in cause.known_as}
    for code, entry in scene.rulebook.peer_codes.items():
        if code in claims:
            said = f"the cause {quoted(claims[code].id)} stands for {quoted(code)}; delete this entry"
            yield Mistake(place=entry.place, text=said)


def _broken_link(scene: Scene, cause: Cause, link: BecauseOf, known: set[str]) -> Iterator[Mistake]:
    place = link.place.of("cause")
    if link.cause == cause.id:
        yield Mistake(place=place, text="a cause is no consequence of itself; name another, or delete this entry")
    elif link.cause not in known:
        hint = advice(link.cause, known, "name one that is there, or write it first")
        yield Mistake(place=place, text=f"there is no cause {quoted(link.cause)}; {hint}")
    elif link.cause in scene.rulebook.causes and scene.rulebook.causes[link.cause] not in scene.causes:
        yield Mistake(place=place, text=f"the cause {quoted(link.cause)} is retired and never found; delete this entry")


def _unknown_flags(scene: Scene, symptom: Symptom) -> Iterator[Mistake]:
    for flag in symptom.flags:
        if flag not in scene.rulebook.flags:
            hint = advice(flag, scene.rulebook.flags, "write it into flags.yaml")
            said = f"flags.yaml does not know the flag {quoted(flag)}; {hint}"
            yield Mistake(place=symptom.place.of("flags"), text=said)


def _ids(scene: Scene, path: str) -> set[str]:
    return {found[1] for name in scene.names if (found := re.fullmatch(path, name))}
