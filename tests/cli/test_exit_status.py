"""The exit statuses are the contract's: 2 before 1 before 3 before 0, the same in every output format."""

from __future__ import annotations

import pytest

from tests.cli.conftest import FAILING, MISSING, RunCommand
from troubleshooter.cli.diagnose import status_of
from troubleshooter.model import (
    Branch,
    Certainty,
    Diagnosis,
    Finding,
    Outcome,
    Request,
    Severity,
    Stage,
    Verdict,
    Walk,
)

FORMATS = pytest.mark.parametrize("form", ["text", "json"])


@FORMATS
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, ("diagnose", "-f", "good.yaml", *FAILING)),
        (0, ("diagnose", "-f", "good.yaml")),
        (1, ("diagnose", "-f", "bad.yaml", *FAILING)),
        (1, ("diagnose", "-f", "bad.yaml", "--log", "access.log")),
        (0, ("diagnose", "-f", "bad.yaml", *FAILING, "--fail-on", "never")),
        (3, ("diagnose", "-f", "good.yaml", *MISSING)),
        (3, ("diagnose", "-f", "good.yaml", *MISSING, "--fail-on", "info")),
        (0, ("walk", "-f", "good.yaml", *FAILING)),
        (1, ("walk", "-f", "bad.yaml", *FAILING)),
        (3, ("walk", "-f", "good.yaml", *MISSING)),
        (2, ("diagnose", "-f", "none.yaml")),
        (2, ("walk", "-f", "good.yaml")),
        (0, ("explain", "UF")),
        (2, ("explain", "no-such-name")),
    ],
)
def test_status_of_a_command(run: RunCommand, form: str, status: int, words: tuple[str, ...]) -> None:
    """A command ends with its status, whatever the format."""
    assert status == run(*words, "-o", form).status


@FORMATS
def test_refusal_leaves_standard_output_empty(run: RunCommand, form: str) -> None:
    """With status 2 everything is said on standard error."""
    refused = run("diagnose", "-f", "none.yaml", "-o", form)

    assert (2, "", True) == (refused.status, refused.out, bool(refused.err))


def _walk(verdict: Verdict) -> Walk:
    request = Request(source="", to="http://a/", scheme="http", host="a", port=80)
    branch = Branch(path=(), verdict=verdict, outcome=Outcome())
    return Walk(request=request, verdict=verdict, outcome=Outcome(), branches=(branch,))


def _finding(severity: Severity) -> Finding:
    return Finding(
        fingerprint="0",
        cause="a-cause",
        title="Something",
        certainty=Certainty.CONFIRMED,
        severity=severity,
        stage=Stage.ROUTE,
        resource=None,
        roles={},
        case="c",
    )


@pytest.mark.parametrize(
    ("status", "verdict", "severities", "fail_on"),
    [
        (0, None, (), "error"),
        (0, None, (Severity.WARNING,), "error"),
        (1, None, (Severity.WARNING,), "warning"),
        (1, None, (Severity.INFO, Severity.ERROR), "error"),
        (1, None, (Severity.INFO,), "info"),
        (0, None, (Severity.ERROR,), "never"),
        (1, Verdict.UNREACHABLE, (), "error"),
        (1, Verdict.MISROUTED, (), "error"),
        (1, Verdict.UNDETERMINED, (Severity.ERROR,), "error"),
        (3, Verdict.UNDETERMINED, (), "error"),
        (3, Verdict.UNDETERMINED, (Severity.INFO,), "error"),
        (3, Verdict.UNDETERMINED, (), "never"),
        (0, Verdict.REACHABLE, (Severity.WARNING,), "error"),
        (1, Verdict.REACHABLE, (Severity.WARNING,), "warning"),
    ],
)
def test_status_of_a_diagnosis(
    status: int, verdict: Verdict | None, severities: tuple[Severity, ...], fail_on: str
) -> None:
    """A request that fails is a finding; what does not count at --fail-on does not hide that the end is not known."""
    walk = _walk(verdict) if verdict else None
    diagnosis = Diagnosis(walk=walk, findings=tuple(map(_finding, severities)))

    assert status == status_of(diagnosis, fail_on)
