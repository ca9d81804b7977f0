"""What a learner is told: the story, the hints, and at the end why it was so.

Decides: the words; everything that they say is read off the diagnosis. Must not know what the learner did, but for the
looks that they took.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from troubleshooter.facts import CATALOGUE
from troubleshooter.learn.revealing import Probe, needed, revealed, shortest_way
from troubleshooter.learn.scenario import Judged
from troubleshooter.learn.scoring import FULL, Tally, account_of, score
from troubleshooter.learn.screen import Lines
from troubleshooter.model import SECRET_HEADERS, Fact, HopKind, Stage, StageVerdict, Step

HOPS = {
    HopKind.SENDER: "the caller",
    HopKind.GATEWAY: "the gateway",
    HopKind.TARGET: "the target",
}


def put_story(lines: Lines, judged: Judged, total: int) -> None:
    """What is known at the beginning: the symptom, and the request."""
    scenario = judged.scenario
    plan, request = scenario.plan, scenario.request
    lines.put(f"Scenario {scenario.number} of {total}, {scenario.lesson.level}: {plan.title} ({plan.id})")
    lines.blank()
    for paragraph in plan.story.strip().split("\n\n"):
        lines.put(paragraph)
        lines.blank()
    lines.table([("Request", f"{request.method} {request.to}"), *_more(judged)])


def _more(judged: Judged) -> Iterator[tuple[str, str]]:
    request = judged.scenario.request
    yield "From", request.source or "a client outside the mesh"
    for name, value in request.headers.items():
        yield "Header", f"{name}: (a token)" if name in SECRET_HEADERS else f"{name}: {value}"
    if request.sni:
        yield "TLS name", request.sni
    if request.http10:
        yield "Speaks", "HTTP/1.0"
    if request.expect:
        yield "Expected at", request.expect


def hop_in_words(judged: Judged, number: int) -> str:
    """A hop: what it is on the way, and whose proxy."""
    hops = judged.trail.hops
    kind = HOPS[hops[number].kind if number < len(hops) else HopKind.TARGET]
    proxy = next((step.proxy for step in judged.path if step.hop == number and step.proxy), None)
    return f"{kind} ({proxy})" if proxy else kind


def places(judged: Judged) -> list[tuple[int, Stage]]:
    """Every place on the way at which a request can die, in order."""
    return list(dict.fromkeys((step.hop, step.stage) for step in judged.path))


def place_of_root(judged: Judged) -> tuple[int, Stage]:
    """Where it happens: the place at which the request dies, or (where it arrives) that of the cause."""
    if judged.died is not None:
        return judged.died.hop, judged.died.stage
    hops = [step.hop for step in judged.path if step.stage is judged.root.stage]
    return (hops or [0])[0], judged.root.stage


def hints(judged: Judged) -> tuple[str, str, str]:
    """Three steps: which hop, which stage, which object."""
    hop, stage = place_of_root(judged)
    thing = judged.root.resource
    return (
        f"Look at {hop_in_words(judged, hop)}: it is decided there.",
        f"It is the stage {stage}: {stage.question} (concept {stage} explains it)",
        f"Look at {thing}." if thing else "No single object says it; the proxies' tables do.",
    )


def put_reasons(lines: Lines, judged: Judged) -> None:
    """Which cause it is, how sure that is, and why."""
    lines.put(f"Right: {judged.root.title.rstrip('.')}.")
    lines.put(f"({judged.root.cause}, {judged.root.certainty})", indent=2)
    lines.blank()
    lines.put("Why")
    for paragraph in judged.root.explanation.split("\n\n"):
        lines.put(paragraph, indent=2)
        lines.blank()


def put_path(lines: Lines, judged: Judged) -> None:
    """The way that the request took, stage by stage, to where it dies."""
    lines.put("The way it took")
    taken = [step for step in judged.path if step.verdict is not StageVerdict.NOT_REACHED]
    for hop, steps in groupby(taken, key=lambda step: step.hop):
        lines.put(f"{hop_in_words(judged, hop)}:", indent=2)
        lines.table([(str(step.stage), _became(step)) for step in steps], indent=4)
    lines.blank()


def _became(step: Step) -> str:
    return f"dies: {step.detail}" if step.verdict is StageVerdict.FAIL else step.detail


def put_evidence(lines: Lines, judged: Judged, offered: Sequence[Probe], looked: Collection[Probe]) -> None:
    """The facts that decided, and which look shows each."""
    lines.put("What decided it")
    for fact in judged.root.because:
        kind = CATALOGUE.facts.get(fact.name)
        lines.put(f"{fact.name} is {fact.word}. {kind.sentence if kind else ''}", indent=2, lead="- ")
        lines.put(_seen(fact, looked), indent=4)
        for probe in shortest_way([fact], offered) or ():
            lines.command(f"  {probe.command}")
    lines.blank()


def _seen(fact: Fact, looked: Collection[Probe]) -> str:
    if not needed(fact):
        return "the request itself says so"
    return "you saw it:" if revealed(fact, looked) else "you did not look; this shows it:"


def put_way(lines: Lines, judged: Judged, way: Sequence[Probe], looked: int) -> None:
    """The shortest way, and where somebody with experience begins."""
    hop, stage = place_of_root(judged)
    lines.put(f"The shortest way: {_counted(len(way))}; you took {looked}.")
    for probe in way:
        lines.command(probe.command)
    lines.put(f"An expert asks first, at {hop_in_words(judged, hop)}: {stage.question} (stage {stage})")
    lines.put(f"and begins with: {_first(judged, way).command}" if way else "The request alone tells it.")
    lines.blank()


def _first(judged: Judged, way: Sequence[Probe]) -> Probe:
    """The look that shows the object at fault, else the first."""
    thing = judged.root.resource
    return next((probe for probe in way if thing and thing.key in probe.objects), way[0])


def _counted(looks: int) -> str:
    return f"{looks} look" if looks == 1 else f"{looks} looks"


def put_score(lines: Lines, tally: Tally) -> None:
    """The points, and what they come from."""
    lines.put(f"Your way: {score(tally)} of {FULL} points.")
    lines.table([(f"{points:+d}", words) for words, points in account_of(tally)])
    lines.blank()


def put_reading(lines: Lines, judged: Judged, program: str) -> None:
    """Where to read more."""
    concepts = dict.fromkeys((str(place_of_root(judged)[1]), *judged.scenario.plan.concepts))
    lines.put(f"To read: {', '.join(f'concept {name}' for name in concepts)}")
    lines.put(f"Everything about the cause: {program} explain {judged.root.cause}")


def died_at(step: Step | None) -> str:
    """Where a request dies, for somebody who predicted it."""
    if step is None:
        return "it dies nowhere: it arrives, but not as it should"
    return f"it dies at stage {step.stage}"
