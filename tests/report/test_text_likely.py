"""What the text says of a cause that is likely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.knowledge.knowledge_base import KNOWLEDGE, diagnosis
from troubleshooter.model import Certainty, Diagnosis, Fact, Source
from troubleshooter.report import to_text

BAD = KNOWLEDGE / "causes/routing/vs-no-match-no-default/bad.yaml"


def likely(source: Source) -> Diagnosis:
    """A diagnosis whose root is likely, because of one fact from this source."""
    found = diagnosis(BAD)
    root, *others = found.findings
    fact = Fact(name="route.match", word="none", sources=(source,))
    return replace(found, findings=(replace(root, certainty=Certainty.LIKELY, because=(fact,)), *others))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Source(file="access.log", line=1, text="404 NR"), "nothing proves it yet"),
        (Source(said=True), "nothing proves it yet"),
        (Source(resource=diagnosis(BAD).findings[0].resource), "no traffic has shown it yet"),
    ],
)
def test_why_it_is_only_likely(source: Source, said: str) -> None:
    """Where a log line or a person has shown some of it, nobody says that no traffic has."""
    assert said in " ".join(to_text(likely(source)).split())
