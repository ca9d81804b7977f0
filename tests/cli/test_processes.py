"""What only a process shows: signals, pipes, terminals, and an engine that cannot be had."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import FAILING, RunCommand
from troubleshooter.cli import consult, diagnose
from troubleshooter.engine import DurableEngine

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (
    sys.executable,
    "-c",
    "import sys; sys.argv[0] = 'troubleshoot'; from troubleshooter.cli import main; sys.exit(main())",
)
LONGEST = 20
"""Seconds after which a run hangs."""


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "80"}


def _run(*words: str, stdin: str | int = "", cwd: Path) -> subprocess.CompletedProcess[str]:
    given: dict[str, str | int] = {"input": stdin} if isinstance(stdin, str) else {"stdin": stdin}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]  # one of the two is there
        (*PROGRAM, *words),
        cwd=cwd,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
        **given,
    )


@pytest.mark.parametrize("sent", [signal.SIGINT])
def test_interrupted(here: Path, sent: signal.Signals) -> None:
    """Ctrl-C ends it at once with 130, and without a trace."""
    command = (*PROGRAM, "diagnose", "-f", "-", "-v")
    with subprocess.Popen(
        command, cwd=here, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()  # it is at work: the knowledge base is read, and standard input is waited for
        begin = time.monotonic()
        process.send_signal(sent)
        out, err = process.communicate(timeout=LONGEST)

    assert (130, b"", False) == (process.returncode, out, b"Traceback" in err)
    assert time.monotonic() - begin < 5


def test_reader_that_leaves(here: Path) -> None:
    """A pipe that is closed early is no mistake, and nothing is said of it."""
    command = (*PROGRAM, "schema")
    with subprocess.Popen(
        command, cwd=here, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()

    assert (0, b"") == (process.returncode, said)


def test_pipe_input(here: Path) -> None:
    """What kubectl prints may be piped in."""
    run = _run("diagnose", "-f", "-", *FAILING, stdin=(here / "bad.yaml").read_text(encoding="utf-8"), cwd=here)

    assert (1, "") == (run.returncode, run.stderr)
    assert "standard input:" in run.stdout


def test_closed_standard_input(here: Path) -> None:
    """With standard input closed, - is refused in a sentence."""
    shell = ("sh", "-c", 'exec "$@" <&-', "sh", *PROGRAM, "diagnose", "-f", "-")
    run = subprocess.run(
        shell, cwd=here, env=_environment(), capture_output=True, text=True, timeout=LONGEST, check=False
    )

    assert (2, "") == (run.returncode, run.stdout)
    assert "standard input is closed; name a file instead of -" in run.stderr


def test_nothing_is_asked_without_a_terminal(here: Path) -> None:
    """Where standard input is neither a terminal nor a pipe or file, the consultation says what to do instead."""
    run = _run("-f", "bad.yaml", stdin=subprocess.DEVNULL, cwd=here)

    assert (2, "") == (run.returncode, run.stdout)
    assert "there is no terminal to ask on; say it with flags instead: troubleshoot diagnose --help" in run.stderr


def test_mesh_on_standard_input_leaves_the_terminal_for_answers(here: Path) -> None:
    """With -f - answers are typed on the terminal; where there is none, nothing is asked."""
    with (here / "bad.yaml").open(encoding="utf-8") as mesh:
        run = subprocess.run(
            (*PROGRAM, "-f", "-"),
            cwd=here,
            env=_environment(),
            stdin=mesh,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
            start_new_session=True,
        )

    assert (2, "", True) == (run.returncode, run.stdout, "there is no terminal to ask on" in run.stderr)


def test_answers_through_a_pipe(here: Path) -> None:
    """Answers that are piped in are written beside the questions; the end of input ends the consultation."""
    run = _run("-f", "bad.yaml", stdin="payments\n/api/x\nweb\n", cwd=here)

    assert (1, "") == (run.returncode, run.stderr)
    assert "> /api/x\n" in run.stdout
    assert "Cause      vs-no-match-no-default, confirmed" in run.stdout


def test_consultation_on_a_terminal(here: Path) -> None:
    """On a terminal the prompt is shown, and quit ends with what is known."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        (*PROGRAM, "-f", "bad.yaml"),
        cwd=here,
        env=_environment() | {"XDG_DATA_HOME": str(here)},
        stdin=theirs,
        stdout=theirs,
    ) as process:
        os.close(theirs)
        os.write(ours, b"\rpayments\r/api/x\rweb\rquit\r")
        shown = b""
        while b"Enter ends." not in shown:
            shown += os.read(ours, 65536)
        process.wait(LONGEST)
    os.close(ours)

    assert 1 == process.returncode
    assert b"> " in shown
    assert b"vs-no-match-no-default, confirmed" in shown


NO_ENGINE = ("/no/such/engine",)


@pytest.mark.parametrize("form", ["text", "json"])
def test_engine_that_cannot_be_had(run: RunCommand, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """The plain evaluator takes over with the same findings, and the result says so."""
    words = ("diagnose", "-f", "bad.yaml", *FAILING, "-o", form)
    before = run(*words)
    monkeypatch.setattr(diagnose, "DurableEngine", partial(DurableEngine, command=NO_ENGINE))
    after = run(*words)

    assert "plain evaluator: durable-rules was not used, because it cannot be started" in " ".join(after.out.split())
    assert "plain evaluator" not in before.out
    assert (before.status, before.err) == (after.status, after.err)
    if form == "json":
        assert json.loads(before.out)["findings"] == json.loads(after.out)["findings"]


def test_engine_is_ended(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker is left behind, however a command ends."""
    engines: list[DurableEngine] = []

    class Kept(DurableEngine):
        def __init__(self) -> None:
            super().__init__()
            engines.append(self)

    monkeypatch.setattr(diagnose, "DurableEngine", Kept)
    monkeypatch.setattr(consult, "DurableEngine", Kept)
    run("diagnose", "-f", "bad.yaml", *FAILING)
    run("diagnose", "-f", "none.yaml")

    assert [None, None] == [engine.pid for engine in engines]
