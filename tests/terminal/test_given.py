"""Answers are kept without what is secret, and given again where they mean the same."""

from __future__ import annotations

import pytest

from tests.inventories import EXACT, SHOP, inventory
from tests.terminal.talks import hold, setting
from troubleshooter.terminal import Given
from troubleshooter.terminal.given import scrubbed

SECRET = "hush-hush"


@pytest.mark.parametrize(
    "text",
    [
        f"> Authorization: Bearer {SECRET}",
        f"> authorization: Basic {SECRET}\n> Host: a",
        f"curl -H 'Authorization: Bearer {SECRET}' http://a.shop/",
        f"< set-cookie: session={SECRET}; Path=/",
        f"cookie: a=b; c={SECRET}",
        f"x-api-key={SECRET}",
        f"X-Vault-Token: {SECRET}",
        f'"x-api-key": "{SECRET}"',
        f"curl -u joe:{SECRET} http://a.shop/",
        f"http://joe:{SECRET}@a.shop/?q=1",
        f"GET /a?access_token={SECRET}&b=1",
        f"it said eyJhbGciOi.{SECRET}.x to me",
        f"bearer {SECRET}",
    ],
)
def test_credentials_are_not_kept(text: str) -> None:
    """Wherever they stand in what somebody pasted."""
    assert SECRET not in scrubbed(text)


@pytest.mark.parametrize(
    "text", ["GET /pay?id=7", "503 UC basic-auth-svc", "> Host: a.shop:8080", "shop/deployment/web", "eyJ"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    """An answer must mean the same when it is given again."""
    assert text == scrubbed(text)


def kept(*typed: str) -> list[tuple[Given, ...]]:
    """What was handed over to be kept, answer by answer."""
    found: list[tuple[Given, ...]] = []
    hold(setting(inventory=inventory(SHOP, EXACT), keep=found.append), typed)
    return found


def test_every_answer_is_handed_over() -> None:
    """One more after each; asking back changes nothing, going back does."""
    assert [1, 2, 1, 2, 3] == [len(a) for a in kept("payments", "why", "/api", "back", "/api/x", "web", "notes")]


def test_numbers_are_kept_as_words() -> None:
    """A number means something else as soon as there is one object more."""
    assert Given(about="to", typed=("http://payments.shop:8080",), meant="http://payments.shop:8080") == kept("2")[0][0]


def again(answers: tuple[Given, ...], *texts: str) -> str:
    """The screen of a session that goes on with these answers, on a mesh of these texts."""
    return hold(setting(inventory=inventory(*texts), answers=answers, news=("mesh.yaml has changed since.",)), []).flat


def test_going_on_where_one_left() -> None:
    """All answers are given again; what has changed is said first."""
    shown = again(kept("payments", "/api/x")[-1], SHOP, EXACT)

    assert "mesh.yaml has changed since. I go on where you left, after 2 answers. [3] Who sends it?" in shown


def test_going_on_at_the_end() -> None:
    """The result is made anew, from what the files hold now."""
    shown = again(kept("payments", "/api/x", "web")[-1], SHOP, EXACT.replace("exact", "prefix"))

    assert "from shop/deployment/web arrives" in shown


def test_answer_that_means_something_else_is_left_out() -> None:
    """A part of a name that fits another service now, and all after it."""
    answers = (Given(about="to", typed=("pay",), meant="http://payments.shop:8080"), *kept("payments", "/x")[-1][1:])
    shown = again(answers, SHOP.replace("payments", "paying"))

    assert "I go on after 0 of your 2 answers; the next one does not fit what I see now. [1] Where does" in shown


def test_answer_that_is_not_asked_for_is_left_out() -> None:
    """What flags say now is not asked."""
    shown = again((Given(about="symptom", typed=("404-envoy",), meant="Not found"),), SHOP)

    assert "I go on after 0 of your 1 answers" in shown


def test_answer_that_is_no_answer_any_more() -> None:
    """Nothing is left of the attempt, be it a narrower question."""
    shown = hold(setting(answers=(Given(about="symptom", typed=("503",), meant="Cut off"),)), ["notes"]).flat

    assert "[1] What do you see?" in shown
    assert "Which of these" not in shown
