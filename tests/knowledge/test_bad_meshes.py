"""In every bad mesh exactly its cause is to blame, and the finding is fit to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.knowledge.knowledge_base import (
    asked_of,
    audit,
    cause_in,
    causes_of,
    diagnosed,
    diagnosis,
    found_root,
    inventory,
    marked_lines,
    meshes,
    root_of,
    situation,
)
from troubleshooter.engine import DurableEngine
from troubleshooter.model import CaseKind, Certainty, Finding, Severity

UNBOUND = re.compile(r"<[a-z_]+(?:\.[a-z_]+)?>|\$\{")
"""What is left of a placeholder for which nothing stood."""

bad_meshes = pytest.mark.parametrize("mesh", meshes(r"bad(-.+)?"))


@pytest.fixture(scope="module")
def engine() -> Iterator[DurableEngine]:
    """The engine that people get."""
    with DurableEngine() as engine:
        yield engine


@bad_meshes
def test_it_is_read_without_a_doubt(mesh: Path) -> None:
    """Every object of the mesh is used as it stands: nothing damaged, doubled or assumed."""
    assert () == inventory(mesh).not_checked


@bad_meshes
def test_the_cause_is_the_root(mesh: Path) -> None:
    """The cause is found, and to blame."""
    found = diagnosis(mesh)
    died = [f"{b.failed.stage}: {b.failed.detail}" for b in found.walk.branches if b.failed] if found.walk else []
    others = {f.cause: "root" if f.root else "noticed" for f in found.findings}

    assert found_root(mesh), f"found instead: {others or 'nothing'}; the request dies at {died or 'no stage'}"


@bad_meshes
def test_it_is_sure_enough_to_be_said(mesh: Path) -> None:
    """The finding is confirmed or likely."""
    assert root_of(mesh).certainty in {Certainty.CONFIRMED, Certainty.LIKELY}


@bad_meshes
def test_nothing_else_is_an_error(mesh: Path) -> None:
    """Whatever else is found is a consequence, or no error: the mesh is the smallest in which the cause is true."""
    others = [f for f in diagnosis(mesh).findings if f.fingerprint != root_of(mesh).fingerprint]

    assert [] == [f.cause for f in others if f.explained_by is None and f.severity is Severity.ERROR]


@bad_meshes
def test_verdict_and_stage_are_those_of_the_example(mesh: Path) -> None:
    """The request ends as `example` says, and at the stage that it names ("" where it does not die)."""
    example, walk = asked_of(mesh).example, diagnosis(mesh).walk
    if example is None or walk is None:
        pytest.skip("an audit has no request")
    died = walk.branches[0].failed

    assert (example.verdict, example.stage) == (walk.verdict, died.stage if died else "")


@bad_meshes
def test_the_finding_names_the_failing_stage(mesh: Path) -> None:
    """The finding is about the stage at which the request dies; where it does not die, about one of its cause's."""
    example = asked_of(mesh).example
    expected = {example.stage} if example and example.stage else set(cause_in(mesh.parent).stages)

    assert root_of(mesh).stage in expected


@bad_meshes
def test_it_points_at_a_marked_line(mesh: Path) -> None:
    """The finding, or a fact that proves it, points at a line that carries the mark `# <-`."""
    finding = root_of(mesh)
    sources = [source.resource for fact in finding.because for source in fact.sources]
    pointed = {place.line for place in (finding.resource, *sources) if place is not None and place.file == mesh.name}

    assert pointed & set(marked_lines(mesh)), f"lines {sorted(filter(None, pointed))} are named: mark the guilty ones"


@bad_meshes
def test_it_points_into_the_mesh(mesh: Path) -> None:
    """The finding names an object of the mesh and a line of its file."""
    place = root_of(mesh).resource

    assert place is not None
    assert place.line is not None


@bad_meshes
def test_every_text_is_filled(mesh: Path) -> None:
    """No text of the finding has a placeholder left."""
    assert [] == [text for text in texts_of(root_of(mesh)) if UNBOUND.search(text)]


@bad_meshes
def test_the_engine_concludes_the_same(mesh: Path, engine: DurableEngine) -> None:
    """durable-rules concludes what the plain evaluator does."""
    expected, found = diagnosis(mesh), diagnosed(situation(mesh), engine)

    assert (engine.name, expected.findings) == (found.engine, found.findings)


@bad_meshes
def test_an_audit_finds_it(mesh: Path) -> None:
    """Where the cause can be told from a piece of configuration or from the mesh, no request is needed; where a request
    is what shows it, an audit is silent."""
    cause = cause_in(mesh.parent)
    shows = asked_of(mesh).audit and {*cause.cases} != {CaseKind.WALK}

    assert shows == (cause.id in causes_of(audit(mesh)))


def texts_of(finding: Finding) -> Iterator[str]:
    """Everything that people read of a finding."""
    yield from (finding.title, finding.explanation)
    for fix in finding.fixes:
        yield from (fix.do, fix.risk, fix.manifest, *fix.commands, fix.rollback, fix.confirm)
