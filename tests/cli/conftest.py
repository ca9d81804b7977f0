"""The program as a user runs it: files in a folder of one's own, words, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.inventories import EXACT, SHOP
from troubleshooter.cli import main

FAILING = ("--from", "shop/deployment/web", "--to", "http://payments.shop:8080/api/x")
"""A request that no route of `bad.yaml` takes."""

MISSING = ("--from", "shop/deployment/web", "--to", "http://payments.elsewhere:8080/pay")
"""A request to a namespace of which nothing was seen."""

LINE = (
    '[2026-03-01T10:00:00.000Z] "{method} {path} HTTP/1.1" {status} {flags} {details} - "-" 0 0 0 - "-" "curl/8" "a" '
    '"{host}" "-" - - 10.0.0.5:8080 10.0.0.4:40000 - -\n'
)
NOT_FOUND = LINE.format(
    method="GET", path="/api/x", status=404, flags="NR", details="route_not_found", host="payments.shop:8080"
)
UNHEALTHY = LINE.format(
    method="POST", path="/pay", status=503, flags="UH", details="no_healthy_upstream", host="reviews.shop:8080"
)
GOOD = LINE.format(method="GET", path="/ok", status=200, flags="-", details="via_upstream", host="payments.shop:8080")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run of the program came to."""

    status: int
    out: str
    err: str


RunCommand = Callable[..., Run]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the program runs: a healthy mesh, a broken one, and a log of the failure."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["troubleshoot"])
    for name, text in {
        "good.yaml": SHOP,
        "bad.yaml": f"{SHOP}---{EXACT}",
        "access.log": NOT_FOUND * 2 + UNHEALTHY + GOOD,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(here: Path, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """`run("diagnose", "-f", "bad.yaml")`: its status and both outputs."""
    assert here.is_dir()

    def command(*words: str) -> Run:
        status = main(list(words))
        out, err = capsys.readouterr()
        return Run(status=status, out=out, err=err)

    return command
