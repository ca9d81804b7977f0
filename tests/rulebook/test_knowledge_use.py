"""What must hold before a rulebook is used is less than what must hold before it is kept."""

from __future__ import annotations

from tests.rulebook.knowledge_texts import CATALOGUE, CAUSE, TEXTS, changed
from troubleshooter.rulebook import check_for_use, parse

NEAR = ", near: near-open-port.yaml}"


def _use(texts: dict[str, str]) -> list[str]:
    book, mistakes = parse(texts)
    assert () == mistakes
    return [str(m) for m in check_for_use(book, CATALOGUE)]


def test_fixtures_are_not_needed_for_use() -> None:
    """A cause without its meshes and questions can be used."""
    assert [] == _use({name: text for name, text in TEXTS.items() if name != "questions.yaml"})


def test_wrong_fact_keeps_a_rulebook_from_use() -> None:
    """A typo in a fact would make a cause that never holds."""
    (mistake,) = _use(changed(CAUSE, "  - target.mtls_mode: strict", "  - target.mtls_mod: strict"))

    assert "target.mtls_mode" in mistake


def test_false_positive_may_be_a_text_alone() -> None:
    """Which mesh shows it may be missing until the cause is called tested."""
    (book, mistakes) = parse(changed(CAUSE, NEAR, "}"))

    assert () == mistakes
    assert [""] == [f.near for cause in book.causes.values() for f in cause.false_positives]
