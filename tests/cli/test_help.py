"""The help: of the program and of every command, in all the ways in which people ask for it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import RunCommand
from troubleshooter import __version__
from troubleshooter.cli.commands import COMMANDS


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("help",), ("-v", "--help")])
def test_help_of_the_program(run: RunCommand, words: tuple[str, ...]) -> None:
    """It names every command and every exit status, on standard output."""
    shown = run(*words)
    begins = [line.split()[0] for line in shown.out.splitlines() if line.startswith("  ")]

    assert (0, "") == (shown.status, shown.err)
    assert {*COMMANDS, "0", "1", "2", "3"} <= set(begins)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("ask", [("{}", "--help"), ("{}", "-h"), ("help", "{}")])
def test_help_of_a_command(run: RunCommand, command: str, ask: tuple[str, ...]) -> None:
    """It says what is typed, and each flag."""
    shown = run(*(word.format(command) for word in ask))
    flags = [name for _, rows in COMMANDS[command].flags for row in rows for name in row.names if name[:1] == "-"]

    assert 0 == shown.status
    assert f"  troubleshoot {command}" in shown.out
    assert [] == [name for name in flags if name not in shown.out]


@pytest.mark.parametrize("words", [("--help",), *(("help", name) for name in COMMANDS)])
def test_help_fits_the_screen(run: RunCommand, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is typed may be longer than 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    long = [line for line in run(*words).out.splitlines() if len(line) > 80]

    assert [] == [line for line in long if "troubleshoot " not in line]


def test_plugin_of_kubectl(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by kubectl, the program is called as the user called it."""
    monkeypatch.setattr("sys.argv", ["/usr/bin/kubectl-troubleshoot"])

    assert "  kubectl troubleshoot walk [-f FILE]" in run("walk", "--help").out
    assert run("diagnose").err.startswith("kubectl troubleshoot: ")
    assert f"kubectl troubleshoot {__version__}\n" == run("--version").out


def test_version(run: RunCommand) -> None:
    """--version prints it and nothing else."""
    assert (0, f"troubleshoot {__version__}\n") == (run("--version").status, run("--version").out)
