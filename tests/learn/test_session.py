"""A lesson as it is typed: what each line does, what it costs, and the whole of one as a transcript."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Golden
from tests.learn.lessons_played import Held, judged, own_judged, play
from troubleshooter.learn.choices import causes_to_choose, fixes_to_choose
from troubleshooter.learn.scenario import Judged
from troubleshooter.model.plain import plain_block

STRICT = "mtls-strict-plaintext-client"


def number_of_cause(scenario: Judged, cause: str = "") -> str:
    """What is typed for a cause: the right one if none is named."""
    return str(causes_to_choose(scenario).index(cause or scenario.root.cause) + 1)


def number_of_fix(scenario: Judged, *, holds: bool = True) -> str:
    """What is typed for the first fix that holds, or does not."""
    return str([not choice.why_not for choice in fixes_to_choose(scenario)].index(holds) + 1)


def number_of_look(scenario: Judged, begin: str) -> str:
    """What is typed for a command."""
    screen = play(scenario, []).screen
    line = next(line for line in screen.splitlines() if line.strip().partition("  ")[2].startswith(begin))
    return line.split()[0]


def solved(*first: str, cause: str = STRICT) -> Held:
    """A lesson in which these lines are typed first, then the right answers."""
    scenario = judged(cause)
    return play(scenario, [*first, "answer", number_of_cause(scenario), number_of_fix(scenario)])


def test_a_whole_lesson(golden: Golden) -> None:
    """A prediction, looks, a wrong cause, a hint, the right cause, a wrong fix, the right fix, and the reasons."""
    scenario = own_judged()
    looks = [number_of_look(scenario, begin) for begin in ("kubectl get pods", "istioctl proxy-config routes")]
    policy = number_of_look(scenario, "kubectl get virtualservice")
    wrong = next(cause for cause in causes_to_choose(scenario) if cause != "no-route")
    typed = [
        *("predict", "predict 4", f"look {looks[0]}", looks[1], "hint"),
        *("answer", number_of_cause(scenario, wrong), "back", policy, "concept"),
        *("answer", number_of_cause(scenario), number_of_fix(scenario, holds=False), number_of_fix(scenario)),
    ]

    golden("lesson.txt", play(scenario, typed).screen)


def test_the_story_is_the_symptom() -> None:
    """Nothing on the first screen names the cause, or a file of its folder."""
    screen = play(judged(STRICT), []).screen

    assert "It does not arrive." in screen
    assert "GET http://payments.shop:8080/pay" in screen
    assert STRICT not in screen
    assert "bad.yaml" not in screen


def test_the_end_of_the_input_ends_politely() -> None:
    """Nothing waits for somebody who is not there, and nothing is scored."""
    held = play(judged(STRICT), [])

    assert held.points is None
    assert held.screen.endswith("Left as it is; this scenario comes again.\n")


@pytest.mark.parametrize("word", ["quit", "exit", "q", "QUIT"])
def test_a_lesson_can_be_left(word: str) -> None:
    """At any time."""
    assert play(judged(STRICT), [word]).points is None


def test_the_best_way_has_full_points() -> None:
    """The looks of the shortest way, then the right answers."""
    scenario = judged(STRICT)
    looks = [number_of_look(scenario, b) for b in ("kubectl get pods -n legacy", "kubectl get peerauthentication")]

    assert 100 == solved(*looks).points


def test_an_answer_without_evidence_costs() -> None:
    """Both deciding facts were not seen."""
    held = solved()

    assert 80 == held.points
    assert "deciding facts that were not seen before the answer: 2" in held.screen


def test_a_look_is_seen_once() -> None:
    """To look again costs nothing, and the list says what was seen."""
    held = play(judged(STRICT), ["1", "look 1", "look"])

    assert "(seen)" in held.screen.rpartition("You can look at:")[2]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("99", "There is no 99 in this list; it goes from 1 to"),
        ("\u00b2", "That is no command here."),
        ("9" * 5000, "That is no command here."),
        ("look \u00b2", "Type look and a number; look alone lists them."),
        ("look x", "Type look and a number; look alone lists them."),
        ("dance", "That is no command here. Type a number from the list above, or help."),
        ("", "Type help for what you can do."),
        ("help", "say where the request dies, before you look"),
        ("?", "Names and addresses of pods are made up"),
        ("help", "wrong causes -15, wrong fixes -10, hints -10"),
        ("concept route", "STAGE ROUTE: WHICH ROUTE TAKES THE REQUEST?"),
        ("concept Virtual Service", "VIRTUALSERVICE"),
        ("concept nonsense", "There is no page called nonsense."),
        ("hint", "Hint 1 of 3: Look at the caller (Deployment legacy/batch): it is decided there."),
        ("story", "It does not arrive."),
        ("answer", "What is the cause?"),
        ("predict", "Where does it die?"),
    ],
)
def test_what_a_line_does(typed: str, said: str) -> None:
    """Each command answers, and what is none is told kindly."""
    assert said in play(judged(STRICT), [typed]).flat


def test_hints_come_in_three_steps() -> None:
    """The hop, the stage, the object; a fourth repeats the third."""
    held = play(judged(STRICT), ["hint"] * 4)

    assert "Hint 2 of 3: It is the stage transport" in held.screen
    assert 2 == held.flat.count("Hint 3 of 3: Look at Deployment legacy/batch.")


def test_one_predicts_once() -> None:
    """Whoever could try again would not predict."""
    assert "You have predicted already." in play(judged(STRICT), ["predict 1", "predict 2"]).screen


def test_nobody_predicts_what_they_know() -> None:
    """Once the cause is named it is too late."""
    scenario = judged(STRICT)

    assert "You know the cause already." in play(scenario, ["answer", number_of_cause(scenario), "predict 7"]).screen


@pytest.mark.parametrize(("place", "word"), [("7", "right"), ("1", "not right")])
def test_a_prediction_is_answered_at_the_end(place: str, word: str) -> None:
    """Where it died is said then."""
    held = solved(f"predict {place}")

    assert f"Your prediction was {word}: it dies at stage transport." in held.screen


def test_a_request_that_arrives_elsewhere_dies_nowhere() -> None:
    """That is the last of the places, and a right prediction."""
    scenario = judged("vs-missing-mesh-gateway")
    places = [line for line in play(scenario, ["predict"]).screen.splitlines() if "nowhere: it arrives" in line]
    number = places[0].split()[0]

    held = solved(f"predict {number}", cause="vs-missing-mesh-gateway")

    assert "Your prediction was right: it dies nowhere: it arrives, but not as it should." in held.flat


def test_a_wrong_fix_says_what_came_of_it() -> None:
    """It was tried, and the lesson goes on."""
    scenario = judged(STRICT)

    held = play(scenario, ["answer", number_of_cause(scenario), number_of_fix(scenario, holds=False)])

    assert held.points is None
    assert "Tried on a copy of the mesh: it does not hold; the request still dies at stage transport" in held.flat


@pytest.mark.parametrize("width", [40, 80])
def test_lines_fit_the_screen(width: int) -> None:
    """All but commands, what they print, and code."""
    scenario = judged("vs-no-match-no-default")
    typed = ["help", "hint", "concept route", "answer", number_of_cause(scenario), number_of_fix(scenario)]
    wide = [line for line in play(scenario, typed, width).screen.splitlines() if len(line) > width]

    assert [] == [line for line in wide if not any(word in line for word in ("    ", "kubectl", "istioctl", "https:"))]


WORDS = st.sampled_from(["look", "predict", "answer", "hint", "concept", "back", "story", "help", "5", "1", "99", "-1"])
TYPED = st.one_of(WORDS, st.text(max_size=12), st.tuples(WORDS, st.text(max_size=6)).map(" ".join))


@settings(max_examples=60, deadline=None)
@given(st.lists(TYPED, max_size=8))
def test_whatever_is_typed_the_lesson_goes_on(typed: list[str]) -> None:
    """Nothing crashes it, and nothing that a terminal obeys is written."""
    held = play(judged(STRICT), typed)

    assert held.points is None or 0 <= held.points <= 100
    assert held.told == plain_block(held.told)
