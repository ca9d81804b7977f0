"""What a real Envoy writes of a failure names its cause."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.envoy.failures.lab import Lab
from tests.envoy.failures.rows import UNEXPLAINED, Failure
from tests.envoy.failures.table import ROWS
from tests.envoy.secrets import Authority
from troubleshooter.cli import main

Make = Callable[[Failure, int], list[str]]
ENOUGH = 40
BESIDE = (
    "nc-unknown-host",
    "nr-route-not-found",
    "fi-abort",
    "direct-response-503",
    "http10-426",
    "uh-no-endpoints",
    "uh-subset-no-endpoints",
    "outlier-ejected-all",
    "uo-pending",
    "urx-upstream-503",
    "mtls-no-client-cert",
    "mtls-unknown-ca",
    "mtls-cert-expired",
    "rbac-allow-nothing-403",
    "jwt-missing-403",
    "jwt-jwks-unreachable",
    "uaex-error",
    "lb-panic",
)
"""Rows that are tried with the mesh in which their cause is true, as well."""
KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge" / "causes"
rows = pytest.mark.parametrize(("form", "row"), [pytest.param(n, row, id=row.name) for n, row in enumerate(ROWS)])


@pytest.fixture
def make(binary: Path, authority: Authority, tmp_path: Path) -> Make:
    """Makes a failure, and answers with the arguments with which what was written of it is handed in."""

    def made(row: Failure, form: int) -> list[str]:
        with Lab(binary, tmp_path, authority, form) as lab:
            row.make(lab)
            return lab.hand_in(tmp_path)

    return made


@pytest.mark.envoy
@rows
def test_envoy_shows_the_cause(form: int, row: Failure, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """The first root cause and its stage are those of the row."""
    given = make(row, form)
    mesh = [word for path in KNOWLEDGE.glob(f"*/{row.mesh}/bad.yaml") for word in ("-f", str(path))] if row.mesh else []

    main(["diagnose", *given, *mesh, "-o", "json"])
    findings: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    # Where no log has a line, nothing was asked: then all that is found is told, and nothing is a root.
    found = [one for one in findings if one["root"]] or findings
    told = (found[0]["cause"], found[0]["stage"]) if found else ("", "")

    assert (row.root, row.stage) == told, row.because


@pytest.mark.envoy
@pytest.mark.parametrize("name", BESIDE)
def test_it_shows_it_beside_the_mesh(name: str, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the objects are given too, which by themselves show the cause or are silent, the root is the same."""
    (row,) = (row for row in ROWS if row.name == name)
    (mesh,) = KNOWLEDGE.glob(f"*/{row.root}/bad.yaml")

    main(["diagnose", *make(row, len(name)), "-f", str(mesh), "-o", "json"])
    findings = json.loads(capsys.readouterr().out)["findings"]

    assert row.root == next((one["cause"] for one in findings if one["root"]), ""), row.because


def test_there_are_enough_failures() -> None:
    """At least forty, each with a cause of its own naming; what nobody can tell is not counted."""
    assert len([row for row in ROWS if row.root != UNEXPLAINED]) >= ENOUGH
