"""What placeholders stand for: details before facts, whatever is known."""

from __future__ import annotations

import pytest

from troubleshooter.model import Case, CaseKind, Fact
from troubleshooter.remedy import scope_of

FACTS = {
    "destination.subset": Fact(name="destination.subset", word="not-defined"),
    "route.match": Fact(name="route.match", word="none"),
}


@pytest.mark.parametrize(("details", "subset"), [({"destination.subset": "v2"}, "v2"), ({}, None)])
def test_the_word_of_a_fact_never_stands_for_a_name(details: dict[str, str], subset: str | None) -> None:
    """Where a fact and a detail share a name, the detail is meant, also where it is not known."""
    scope = scope_of(Case(id="walk", kind=CaseKind.WALK, facts=FACTS, details=details), FACTS)

    assert (subset, "none") == (scope.get("destination.subset"), scope["route.match"])
