"""What the text says of a request that arrives by the objects, with something that is wrong all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.knowledge.knowledge_base import KNOWLEDGE, diagnosis
from troubleshooter.model import Diagnosis, Fact, Source, Verdict
from troubleshooter.report import to_text

BAD = KNOWLEDGE / "causes/routing/vs-no-match-no-default/bad.yaml"
OBJECT = Source(resource=diagnosis(BAD).findings[0].resource)
PAGE = Source(file="sockets.txt", line=6, text="LISTEN 127.0.0.1:8080")


def _arriving(*sources: Source) -> Diagnosis:
    """A request that arrives, with a root for which one fact from these sources speaks."""
    found = diagnosis(BAD)
    assert found.walk is not None
    root = replace(found.findings[0], because=(Fact(name="target.sockets", word="loopback", sources=sources),))
    return replace(found, walk=replace(found.walk, verdict=Verdict.REACHABLE), findings=(root,))


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ((OBJECT,), " arrives."),
        ((PAGE, OBJECT), " arrives, by the objects. Yet this was seen:"),
        ((Source(said=True),), " should arrive. By what you said, this is why it does not:"),
    ],
)
def test_what_speaks_against_the_objects(sources: tuple[Source, ...], said: str) -> None:
    """Nobody is told in one breath that a request arrives and what was seen to be in its way."""
    assert said in " ".join(to_text(_arriving(*sources)).split())
