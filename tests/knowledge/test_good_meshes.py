"""In a mended mesh the request arrives, and there is nothing to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.knowledge.knowledge_base import audit, diagnosis, meshes
from troubleshooter.model import Severity, Verdict

good_meshes = pytest.mark.parametrize("mesh", meshes(r"good(-.+)?"))


@good_meshes
def test_nothing_is_found(mesh: Path) -> None:
    """Asked the request of the bad mesh, without its evidence, nothing is found."""
    assert [] == [finding.cause for finding in diagnosis(mesh).findings]


@good_meshes
def test_the_request_arrives(mesh: Path) -> None:
    """The request of the bad mesh arrives."""
    walk = diagnosis(mesh).walk
    if walk is None:
        pytest.skip("an audit has no request")

    assert Verdict.REACHABLE is walk.verdict


@good_meshes
def test_an_audit_finds_no_error(mesh: Path) -> None:
    """Asked for everything, nothing is an error."""
    assert [] == [f.cause for f in audit(mesh).findings if f.severity is Severity.ERROR]
