"""What a learner chooses from: one right cause, and fixes of which some were tried and do not hold."""

from __future__ import annotations

import pytest

from tests.learn.lessons_played import KEPT, UNPROVED, judged, own_judged
from troubleshooter.learn.choices import causes_to_choose, fixes_to_choose, why_not_this


@pytest.mark.parametrize("cause", KEPT)
def test_the_right_cause_is_among_others(cause: str) -> None:
    """There are two at least, and no more than five."""
    offered = causes_to_choose(judged(cause))

    assert cause in offered
    assert 2 <= len(offered) <= 5


def test_what_follows_from_the_right_cause_is_no_choice() -> None:
    """A missing proxy brings plaintext with it; whoever says plaintext is not simply wrong."""
    assert "mtls-strict-plaintext-client" not in causes_to_choose(judged("sidecar-not-injected"))


def test_a_wrong_cause_is_ruled_out_by_a_fact() -> None:
    """The engine's account says which."""
    meaning = "(route.match: which route took the request)"

    assert f"it needs route.match to be implicit, and here that is none {meaning}" == why_not_this(
        own_judged(), "not-for-the-mesh"
    )


def test_a_wrong_cause_would_need_what_nothing_shows() -> None:
    """Where no fact rules it out, what it would need is named."""
    meaning = "(destination.subset: whether the rule in force defines the subset)"

    assert f"it needs destination.subset to be not-defined, and nothing here shows that {meaning}" == why_not_this(
        judged("vs-no-match-no-default"), "dr-subset-not-defined"
    )


@pytest.mark.parametrize("cause", KEPT)
def test_some_fix_holds(cause: str) -> None:
    """At most two that do, at most three that do not."""
    held = [not choice.why_not for choice in fixes_to_choose(judged(cause))]

    assert 1 <= held.count(True) <= 2
    assert held.count(False) <= 3


@pytest.mark.parametrize("cause", UNPROVED)
def test_where_no_fix_can_be_proved_none_is_asked_for(cause: str) -> None:
    """The scenario ends with the cause."""
    assert () == fixes_to_choose(judged(cause))


def test_a_wrong_fix_was_tried() -> None:
    """Why it does not hold is what the walk on the copy of the mesh came to."""
    wrong = [choice.why_not for choice in fixes_to_choose(judged("vs-no-match-no-default")) if choice.why_not]

    assert wrong
    assert all(why.startswith("the request still dies at stage route: ") for why in wrong)


@pytest.mark.parametrize("cause", KEPT)
def test_what_mends_the_request_is_no_wrong_choice(cause: str) -> None:
    """After a wrong fix the request still dies, or arrives where it did."""
    wrong = [choice.why_not for choice in fixes_to_choose(judged(cause)) if choice.why_not]

    assert [] == [why for why in wrong if not why.startswith(("the request still", "the request then dies"))]


def test_what_only_traffic_can_tell_is_no_choice() -> None:
    """On the copy of the mesh nothing is ejected, whatever the fix."""
    assert {""} == {choice.why_not for choice in fixes_to_choose(judged("outlier-all-ejected"))}


def test_the_order_stays() -> None:
    """Whoever comes again finds the same list."""
    scenario = judged("mtls-strict-plaintext-client")

    assert fixes_to_choose(scenario) == fixes_to_choose(scenario)
