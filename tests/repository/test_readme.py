"""The README says what the program does: its commands are taken, and its one kubectl command is the program's."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from troubleshooter.cli import main
from troubleshooter.collect import KUBECTL_COMMAND

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("#")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("troubleshoot ")
]


def test_kubectl_command_is_the_programs() -> None:
    """The README prints the command whose output `-f -` takes."""
    assert KUBECTL_COMMAND in README


def test_commands_are_found() -> None:
    """There are commands to try at all."""
    assert len(COMMANDS) > 5


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_taken(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A command of the README is no wrong usage: only its files may be missing, the cluster, and the terminal."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    words = [str(tmp_path / w) if w in {"mesh.yaml", "access.log"} else w for w in shlex.split(command)[1:]]
    with Path(os.devnull).open(encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        status = main(words)
    said = capsys.readouterr().err.lower()

    missing = ("no such file", "there is no kubeconfig", "it cannot be used", "there is no terminal")
    assert status in {0, 1} or any(words in said for words in missing), said
