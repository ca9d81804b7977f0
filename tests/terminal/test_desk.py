"""What keys do at the desk: choose, complete, scroll, put away. No terminal is needed for it."""

from __future__ import annotations

import pytest

from tests.terminal.desks import TO_THE_END, blind, desk
from troubleshooter.terminal.desk import visible
from troubleshooter.terminal.inquiry import Choice, Inquiry


def test_arrows_choose() -> None:
    """Down selects the first choice, Up the last; they go round."""
    held = blind()
    lines = []
    for steps in (1, 1, 1, 1, -1):
        held.move(steps)
        lines.append(held.line())

    assert ["1", "2", "3", "1", "3"] == lines


def test_up_begins_at_the_last() -> None:
    """Nothing is selected at first."""
    held = blind()
    held.move(-1)

    assert "3" == held.line()


def test_typed_words_narrow_the_choices() -> None:
    """What holds all words is left, with its number; the last one left is taken by Enter."""
    held = desk("", "payments", "/api/x")
    held.type("web")

    assert [(1, "shop/deployment/web")] == [(n, c.word) for n, c in visible(held.view.inquiry, "web")]
    assert "1" == held.line()


@pytest.mark.parametrize("typed", ["", "2", "why", "how x", "zzz"])
def test_what_narrows_nothing(typed: str) -> None:
    """Numbers, commands, and words of no choice leave all of them."""
    assert 3 == len(visible(blind().view.inquiry, typed))


def test_selection_ends_when_something_is_typed() -> None:
    """What is typed is what Enter takes."""
    held = blind()
    held.move(1)
    held.type("404")

    assert "1" == held.line()
    held.type("zzz")
    assert "zzz" == held.line()


def test_enter_puts_a_reply_away_first() -> None:
    """With nothing typed it does not answer what was asked before the reply, and ends nothing."""
    held = desk(*TO_THE_END, "notes")

    held.take("")
    assert (False, False) == (bool(held.view.reply), held.left)
    held.take("")
    assert held.left


def test_reply_stays_until_the_next_answer() -> None:
    """It is about the question that is open."""
    held = blind("why")
    assert held.view.reply
    held.take("404-envoy")

    assert not held.view.reply


def test_whole_wizard() -> None:
    """Four answers lead to the root cause."""
    held = desk(*TO_THE_END)

    assert held.view.ended
    assert held.view.diagnosis is not None
    assert held.view.diagnosis.root is not None
    assert "no-route" == held.view.diagnosis.root.cause


def test_what_was_looked_at_is_in_view() -> None:
    """Pods, proxies and objects are counted before anything is asked; the walk as soon as there is one."""
    assert ("2 workloads: all have a proxy", "1 Service, 1 VirtualService") == desk().view.overview.looked
    assert desk(*TO_THE_END).view.overview.looked[2:] == (
        "the way: 4 stages at 1 hop",
        "it dies at route: no route of VirtualService shop/payments takes GET /api/x",
    )


def test_causes_that_are_left_are_in_view() -> None:
    """They become fewer with every answer."""
    held = blind("404-envoy")

    assert ("plain", "no-route") == held.view.overview.left


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("what if route.mat", "route.match="),
        ("what if rtmtch", "route.match="),
        ("what if route.match=no", "none"),
        ("how no-r", "no-route"),
        ("how route.m", "route.match"),
        ("ba", "back"),
    ],
)
def test_completion(typed: str, first: str) -> None:
    """Names of facts, words and causes, by their beginning, a part, or letters in order; the rest stays."""
    replaced, words = desk(*TO_THE_END).offers(typed)

    assert (first, True) == (words[0], typed.endswith(typed[len(typed) - replaced :]))


def test_paths_of_routes_are_suggested() -> None:
    """At the question for the path, what routes of this host name."""
    replaced, words = desk("", "payments").offers("/")

    assert (1, "/api") == (replaced, words[0])


def test_hosts_complete() -> None:
    """At the question for the host, what the mesh has."""
    assert "http://payments.shop:8080" in desk("").offers("pay")[1]


def test_list_that_nobody_reads_is_cut() -> None:
    """Of very many choices the first are shown; all of them can be found by typing."""
    choices = tuple(Choice(word=f"service-{n}", value=n) for n in range(10_000))
    inquiry = Inquiry(about="to", question="Where?", choices=choices)

    assert 200 == len(visible(inquiry, ""))
    assert [10_000] == [n for n, _ in visible(inquiry, "service-9999")]


@pytest.mark.parametrize(
    ("typed", "about"),
    [
        ((), ""),
        (("404-envoy",), "Not found"),
        (("", "payments"), "GET http://payments.shop:8080"),
        (TO_THE_END, "GET http://payments.shop:8080/api/x from shop/deployment/web"),
        (("", "everything"), "everything that was seen"),
    ],
)
def test_what_is_in_question_is_in_view(typed: tuple[str, ...], about: str) -> None:
    """The request as far as it is known, else the symptom, or everything."""
    assert about == desk(*typed).view.overview.about
