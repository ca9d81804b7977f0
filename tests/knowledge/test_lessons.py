"""Every scenario can be solved by its own shortest way, and its story keeps its secret."""

from __future__ import annotations

import pytest

from tests.knowledge.knowledge_base import KNOWLEDGE, book
from troubleshooter.cli.lessons import load_scenario
from troubleshooter.inference import PlainEvaluator
from troubleshooter.learn.course import Place, checked, course

PLACES = course(book())
LONGEST_STORY = 700

every_scenario = pytest.mark.parametrize("place", [pytest.param(place, id=place.plan.id) for place in PLACES])


@every_scenario
def test_every_scenario_can_be_solved(place: Place) -> None:
    """The engine names its cause, few looks show all that decides, and a fix holds."""
    found = list(checked(book(), PlainEvaluator(), [place], lambda one: load_scenario(book(), (KNOWLEDGE,), one)))

    assert [True] == [holds for holds, _ in found], found


@every_scenario
def test_a_story_is_short(place: Place) -> None:
    """A few sentences about what is seen."""
    assert 40 < len(place.plan.story) <= LONGEST_STORY
    assert not place.plan.title.endswith(".")


@every_scenario
def test_a_scenario_leads_to_the_page_of_its_stage(place: Place) -> None:
    """Whoever fails can read about the stage at which the request dies, and about an object."""
    stages = {str(stage) for stage in book().causes[place.plan.cause].stages}

    assert stages.intersection(place.plan.concepts)
    assert len(place.plan.concepts) >= 2


def test_there_are_thirty_two() -> None:
    """From easy to hard, over many causes and stages."""
    levels = [place.lesson.level.rank for place in PLACES]
    stages = {book().causes[place.plan.cause].stages[0] for place in PLACES}

    assert 32 == len(PLACES)
    assert sorted(levels) == levels
    assert 31 == len({place.plan.cause for place in PLACES})
    assert stages >= {"listener", "route", "cluster", "endpoint", "transport", "authentication", "authorization"}
