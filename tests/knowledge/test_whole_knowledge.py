"""The knowledge base as a whole: nothing in it is wrong, and nothing in it is called tested that is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tests.knowledge.knowledge_base import KNOWLEDGE, book, cause_in, files, folders, parsed
from troubleshooter.facts import CATALOGUE
from troubleshooter.rulebook import Mistake, Status, check

every_cause = pytest.mark.parametrize("folder", folders())


def has_unless(folder: ParameterSet) -> bool:
    """Whether the cause of a folder can be ruled out by an `unless`; False where its file cannot be used."""
    cause = book().causes.get(str(folder.id))
    return bool(cause and cause.unless)


def found_without(*gone: str) -> set[Mistake]:
    """What the check says of the knowledge base without these files."""
    return {*check(parsed()[0], CATALOGUE, files().names - {*gone})}


def mistakes() -> list[Mistake]:
    """Everything that is wrong in the knowledge base."""
    return [*parsed()[1], *found_without()]


def test_nothing_is_wrong_with_what_causes_share() -> None:
    """Every file outside the causes can be read, and the check has nothing to say about it."""
    assert [] == [str(mistake) for mistake in mistakes() if not mistake.place.file.startswith("causes/")]


def test_what_a_question_presupposes_can_be_asked() -> None:
    """Each fact under `after` has a question of its own."""
    questions = book().questions
    presupposed = {fact for text in questions.values() for fact in text.after}

    assert set() == presupposed - questions.keys()


@every_cause
def test_nothing_is_wrong_with_a_cause(folder: Path) -> None:
    """Every file of the cause can be read, and the check has nothing to say about it."""
    home = own(folder, "")

    assert [] == [str(mistake) for mistake in mistakes() if mistake.place.file.startswith(home)]


@every_cause
def test_tested_is_refused_without_its_meshes(folder: Path) -> None:
    """A tested cause that loses `bad.yaml`, or a `good.yaml` that a fix makes, is called tested no more."""
    cause = cause_in(folder)
    assert Status.TESTED == cause.status, "finish it, and say `status: tested`"
    needed = ["bad.yaml", *(["good.yaml"] if any(fix.edits for fix in cause.fixes) else [])]
    place = cause.place.of("status")
    missed = [m.text for name in needed for m in found_without(own(folder, name)) if m.place == place]

    assert [] == [name for name in needed if not any(f"`{name}`" in text for text in missed)]


@pytest.mark.parametrize("folder", [f for f in folders() if has_unless(f)])
def test_tested_is_refused_without_a_near_mesh_for_each_unless(folder: Path) -> None:
    """A tested cause with an `unless` and without any `near-<reason>.yaml` is called tested no more."""
    cause = cause_in(folder)
    nears = [own(folder, file.name) for file in folder.glob("near-*.yaml")]

    assert cause.place.of("status") in {m.place for m in found_without(*nears)}


@every_cause
def test_every_tested_cause_has_something_near(folder: Path) -> None:
    """Silence is tested too: there is a mesh that looks like the cause and is not."""
    assert list(folder.glob("near-*.yaml")), "write near-REASON.yaml: a mesh that looks like it and is not"


@pytest.mark.parametrize("fact", book().questions)
def test_what_finds_out_is_one_command(fact: str) -> None:
    """Where a command tells it, one does: nothing has to be put together from two."""
    how = book().questions[fact].how

    assert not how.startswith(("kubectl ", "istioctl ")) or not any(join in how for join in (";", "&&"))


def own(folder: Path, name: str) -> str:
    """A file of a cause by its name in the knowledge base."""
    return f"{folder.relative_to(KNOWLEDGE).as_posix()}/{name}"
