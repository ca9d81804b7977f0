"""What placeholders stand for: details before facts, whatever is known."""

from __future__ import annotations

import pytest

from troubleshooter.model import Case, CaseKind, Fact
from troubleshooter.remedy import in_words, scope_of

FACTS = {
    "destination.subset": Fact(name="destination.subset", word="not-defined"),
    "route.match": Fact(name="route.match", word="none"),
}


@pytest.mark.parametrize(("details", "subset"), [({"destination.subset": "v2"}, "v2"), ({}, None)])
def test_the_word_of_a_fact_never_stands_for_a_name(details: dict[str, str], subset: str | None) -> None:
    """Where a fact and a detail share a name, the detail is meant, also where it is not known."""
    scope = scope_of(Case(id="walk", kind=CaseKind.WALK, facts=FACTS, details=details), FACTS)

    assert (subset, "none") == (scope.get("destination.subset"), scope["route.match"])


def test_what_is_not_known_is_said_in_words() -> None:
    """A role without an object is called what it is, with a capital letter at the beginning of a sentence; a missing
    detail is a gap that shows."""
    text = "${service} is sent to by ${virtual_service}. ${caller} asks for ${route.path}. exportTo the same."

    assert (
        "The Service is sent to by VirtualService shop/web. The caller asks for <route.path>. exportTo the same."
        == in_words(text, {"virtual_service": "VirtualService shop/web"})
    )
