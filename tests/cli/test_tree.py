"""`tree` draws the questions of a symptom, in three formats."""

from __future__ import annotations

import pytest

from tests.cli.conftest import RunCommand


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ((), "404-envoy 404, and no application saw the request\n"),
        (("-o", "mermaid"), 'flowchart TD\n  q1["'),
        (("-o", "svg"), '<svg xmlns="http://www.w3.org/2000/svg" '),
    ],
)
def test_formats(run: RunCommand, words: tuple[str, ...], begins: str) -> None:
    """Text for people unless another format is asked for."""
    shown = run("tree", "404-envoy", *words)

    assert (0, begins) == (shown.status, shown.out[: len(begins)])
    assert "vs-no-match-no-default" in shown.out.replace("<br>", "")


def test_unknown_symptom(run: RunCommand) -> None:
    """It is refused with its neighbours."""
    refused = run("tree", "404-envoi")

    assert (2, "") == (refused.status, refused.out)
    assert "404-envoy" in refused.err
