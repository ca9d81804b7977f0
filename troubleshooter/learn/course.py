"""All scenarios in their order: which there are, how far a learner is, and whether each can be solved.

Decides: the order (lessons from easy to hard, scenarios as written) and what the list and the check say. Must not know
files: whoever reads them hands over `load`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from troubleshooter.inference import Engine
from troubleshooter.learn.choices import causes_to_choose, fixes_to_choose
from troubleshooter.learn.probes import probes
from troubleshooter.learn.progress import Entry, Progress, weak_spots
from troubleshooter.learn.revealing import shortest_way
from troubleshooter.learn.scenario import Scenario, ScenarioError, judge_scenario
from troubleshooter.learn.scoring import FULL
from troubleshooter.learn.screen import Lines
from troubleshooter.rulebook import Lesson, Rulebook, ScenarioPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A scenario at its place in the course, counted from 1."""

    lesson: Lesson
    plan: ScenarioPlan
    number: int


WELCOME = (
    "You are told what people see. Look around as you would in a cluster, then name the cause and what mends it. "
    "Type help at any time."
)

Load = Callable[[Place], Scenario]
"""Reads a scenario's files; raises ScenarioError where they are of no use."""


def course(rulebook: Rulebook) -> tuple[Place, ...]:
    """Every scenario, from easy to hard."""
    lessons = sorted(rulebook.lessons.values(), key=lambda lesson: (lesson.level.rank, lesson.id))
    plans = [(lesson, plan) for lesson in lessons for plan in lesson.scenarios]
    return tuple(Place(lesson=lesson, plan=plan, number=n) for n, (lesson, plan) in enumerate(plans, 1))


def entries(rulebook: Rulebook, places: Sequence[Place]) -> list[Entry]:
    """The scenarios with the stage at which their requests usually die, and the area of their causes."""
    known = [(place.plan.id, rulebook.causes.get(place.plan.cause)) for place in places]
    return [Entry(id=name, about=(str(cause.stages[0]), cause.area)) for name, cause in known if cause is not None]


def put_list(lines: Lines, rulebook: Rulebook, places: Sequence[Place], progress: Progress) -> None:
    """Every scenario with the points of the last try."""
    lesson = None
    for place in places:
        if place.lesson is not lesson:
            lesson = place.lesson
            lines.put(f"{lesson.title} ({lesson.level})")
        played = progress.played.get(place.plan.id)
        points = f"{played.last:3}" if played else "  -"
        lines.put(f"{place.plan.title} ({place.plan.id})", lead=f"{place.number:4}  {points}  ")
    lines.blank()
    put_standing(lines, rulebook, places, progress)


def put_standing(lines: Lines, rulebook: Rulebook, places: Sequence[Place], progress: Progress) -> None:
    """How far the learner is, in a line or two."""
    solved = sum(place.plan.id in progress.played for place in places)
    if not solved:
        lines.put(WELCOME)
    lines.put(f"Solved: {solved} of {len(places)} scenarios; each is worth {FULL} points at most.")
    weak = weak_spots(entries(rulebook, places), progress)
    if weak:
        lines.put(f"Weak spots, which come again: {', '.join(weak)}.")


def checked(rulebook: Rulebook, engine: Engine, places: Sequence[Place], load: Load) -> Iterator[tuple[bool, str]]:
    """For each scenario whether it can be solved by its own shortest way, and a line that says so or why not."""
    for place in places:
        try:
            yield True, f"ok    {place.plan.id}: {_proved(rulebook, engine, load(place))}"
        except ScenarioError as error:
            yield False, f"fails {place.plan.id}: {error} ({place.plan.place})"


def _proved(rulebook: Rulebook, engine: Engine, scenario: Scenario) -> str:
    """What the proof comes to.

    Raises:
        ScenarioError: something of it does not hold.
    """
    judged = judge_scenario(rulebook, engine, scenario)
    way = shortest_way(judged.root.because, probes(judged))
    if way is None:
        raise ScenarioError("no few looks show all that decides it")
    choices = fixes_to_choose(judged)
    if any(fix.edits for fix in scenario.cause.fixes) and not any(not choice.why_not for choice in choices):
        raise ScenarioError("no fix holds in it")
    if len(causes_to_choose(judged)) == 1:
        raise ScenarioError("no other cause looks like it, so there is nothing to choose from")
    looks = "1 look" if len(way) == 1 else f"{len(way)} looks"
    return f"{looks}, {judged.root.cause} is {judged.root.certainty}, {sum(not c.why_not for c in choices)} fixes hold"
