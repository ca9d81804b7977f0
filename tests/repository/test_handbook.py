"""docs/causes/, docs/trees/ and docs/flags.md are what the knowledge says today; `pytest --golden` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import groupby
from os.path import normpath
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.repository.handbook import cause_page, causes_index, flags_page, trees_index
from troubleshooter.cli.explanations import explained, names_of
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.consult import tree_of
from troubleshooter.inference import PlainEvaluator
from troubleshooter.report import tree_to_svg
from troubleshooter.rulebook import Rulebook

DOCS = Path(__file__).resolve().parents[2] / "docs"
LINK = re.compile(r"\]\(([^)#:]+)\)")


@cache
def book() -> Rulebook:
    """The knowledge base that comes along."""
    return read_rulebook(())


def _all(kind: str) -> list[dict[str, Any]]:
    return [found for name in names_of(book(), kind) if (found := explained(book(), name))]


@cache
def pages() -> dict[str, Callable[[], str]]:
    """What writes each page, by its path below docs/."""
    causes = sorted(_all("causes"), key=lambda cause: (cause["area"], cause["name"]))
    areas = {area: list(held) for area, held in groupby(causes, key=lambda cause: str(cause["area"]))}
    symptoms = dict(sorted(names_of(book(), "symptoms").items()))
    return {
        "flags.md": lambda: flags_page(_all("flags"), _all("details")),
        "causes/README.md": lambda: causes_index(areas),
        **{f"causes/{cause['name']}.md": partial(cause_page, cause) for cause in causes},
        "trees/README.md": lambda: trees_index(symptoms),
        **{f"trees/{name}.svg": partial(_drawn, name) for name in symptoms},
    }


def _drawn(symptom: str) -> str:
    return tree_to_svg(tree_of(book(), PlainEvaluator(), symptom), names_of(book(), "symptoms")) + "\n"


def _written() -> Iterator[str]:
    for folder in ("causes", "trees"):
        yield from (f"{folder}/{file.name}" for file in (DOCS / folder).glob("*"))


@pytest.mark.parametrize("name", pages())
def test_page_is_fresh(name: str, request: pytest.FixtureRequest) -> None:
    """It says what the knowledge says."""
    file, text = DOCS / name, pages()[name]()
    if request.config.getoption("--golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")

    assert text == (file.read_text("utf-8") if file.is_file() else ""), (
        f"the knowledge has changed. Write the pages anew: pytest --golden {request.node.path.name}"
    )


def test_no_page_is_left_from_before(request: pytest.FixtureRequest) -> None:
    """Every file in these folders is written from the knowledge."""
    left = set(_written()) - set(pages())
    if request.config.getoption("--golden"):
        for name in left:
            (DOCS / name).unlink()

    assert set() == set(_written()) - set(pages())


@pytest.mark.parametrize("name", [name for name in pages() if name.endswith(".md")])
def test_every_link_leads_somewhere(name: str) -> None:
    """A page links to pages that are written too."""
    for target in LINK.findall(pages()[name]()):
        assert normpath(PurePosixPath(name).parent / target) in pages(), f"{name} links to {target}"
