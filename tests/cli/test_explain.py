"""`explain`: every name of the knowledge base has a page and a JSON object; a mistyped one has its neighbours."""

from __future__ import annotations

import json
from functools import cache

import pytest

from tests.cli.conftest import RunCommand
from troubleshooter.cli.explanations import KINDS, all_names, explained, names_of
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.model import Stage
from troubleshooter.rulebook import Rulebook

CAUSE = "vs-no-match-no-default"


@cache
def book() -> Rulebook:
    """The knowledge base that comes along."""
    return read_rulebook(())


@pytest.mark.parametrize("name", all_names(book()))
def test_every_name_has_an_explanation(name: str) -> None:
    """It has a kind, its name and a title, and all of it is of JSON types."""
    found = explained(book(), name)

    assert found is not None
    assert found == json.loads(json.dumps(found))
    assert (name, True, True) == (found["name"], bool(found["title"]), found["kind"] + "s" in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_is_of_two_kinds(kind: str) -> None:
    """So that a name alone is enough to ask."""
    others = {name for other in KINDS if other != kind for name in names_of(book(), other)}

    assert set() == set(names_of(book(), kind)) & others


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (CAUSE, ["is a cause", "route.match is none", "Fixes", f"troubleshoot demo {CAUSE}", "404-envoy"]),
        ("UF", ["is a flag", "UpstreamConnectionFailure", "It does not prove"]),
        ("uf", ["UF is a flag"]),
        ("route_not_found", ["is a detail", "Stage      route"]),
        ("jwt_authn_access_denied{Jwt_is_expired}", ["jwt_authn_access_denied is a detail"]),
        ("route.match", ["is a fact", "Told by    walk", "How to find out", CAUSE]),
        ("route", ["is a stage", "Which route of which virtual host?", "Hops       sender, gateway", "NR"]),
        ("404-envoy", ["is a symptom", "Flags      NR", CAUSE]),
        ("IST0001", ["is a code", "No cause here stands for it"]),
        ("unexplained", ["is a cause", "the reason is not guessed"]),
    ],
)
def test_page(run: RunCommand, name: str, said: list[str]) -> None:
    """The page says what the kind of thing has to say."""
    shown = run("explain", name)
    page = " ".join(shown.out.split())

    assert 0 == shown.status
    assert [] == [words for words in said if " ".join(words.split()) not in page]


def test_code_of_a_cause_leads_to_it(run: RunCommand) -> None:
    """A code that a cause is known as names that cause."""
    cause = next(cause for cause in book().causes.values() if cause.known_as)
    found = json.loads(run("explain", cause.known_as[0].code, "-o", "json").out)

    assert cause.id in [one["name"] for one in found["causes"]]


def test_mistyped_name(run: RunCommand) -> None:
    """The four nearest names are offered, and the status is 2."""
    refused = run("explain", "vs-no-match-default")
    offered = refused.err.partition("the nearest names are ")[2].strip().split(", ")

    assert (2, "", 4) == (refused.status, refused.out, len(offered))
    assert CAUSE == offered[0]


@pytest.mark.parametrize("kind", KINDS)
def test_list_of_a_kind(run: RunCommand, kind: str) -> None:
    """--list prints every name of a kind; -o json the same with titles."""
    names = names_of(book(), kind)
    lines = run("explain", "--list", kind).out.splitlines()
    listed = json.loads(run("explain", "--list", kind, "-o", "json").out)

    assert list(names) == [line.split()[0] for line in lines if not line.startswith(" ")]
    assert list(names.items()) == [(one["name"], one["title"]) for one in listed]


def test_stages_are_listed_in_their_order(run: RunCommand) -> None:
    """The stages come as a proxy performs them."""
    assert [stage.value for stage in Stage] == [
        line.split()[0] for line in run("explain", "--list", "stages").out.splitlines()
    ]


def test_pages_fit_the_screen(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is typed or followed is longer than 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    long = [line for line in run("explain", CAUSE).out.splitlines() if len(line) > 80]

    assert [] == [line for line in long if "https://" not in line]
