"""How long whole commands take, from start to exit, against the start of the bare interpreter.

The commands take turns, so that a busy moment of the machine hits all of them; the median of the rounds is shown. They
find their modules compiled, as pip leaves them, whatever the environment says of that. Times differ between machines,
ratios much less. Run it with `make bench`, or with a number of rounds: `python bench/bench.py 31`.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

MESH = Path(__file__).with_name("ten-objects.yaml")
PROGRAM = Path(sys.executable).with_name("troubleshoot")
ROUNDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is timed: its name in the table, its words, the exit status that says that it did its work, and how many
    milliseconds it may take."""

    name: str
    words: tuple[str, ...]
    status: int
    limit: float = math.inf


class CommandFailed(Exception):
    """A command did not do its work, so its time means nothing; the text shows what it said."""


REQUEST = ("--from", "shop/deployment/web", "--to", "http://payments.shop:8080/pay")
COMMANDS = (
    Command(name="python -c pass", words=(sys.executable, "-c", "pass"), status=0),
    Command(name="troubleshoot --help", words=(str(PROGRAM), "--help"), status=0, limit=150),
    # The mesh has one fault, so the diagnosis ends with status 1.
    Command(name="troubleshoot diagnose -f", words=(str(PROGRAM), "diagnose", "-f", str(MESH), *REQUEST), status=1),
)


def seconds(command: Command, compiled: str) -> float:
    """The time of one whole run; `compiled` is the folder of the compiled modules.

    Raises:
        CommandFailed: it could not be started, or ended with another status than it should.
    """
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": compiled}
    start = time.perf_counter()
    try:
        run = subprocess.run(
            command.words,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise CommandFailed(f"{' '.join(command.words)}: cannot be started: {error}") from None
    took = time.perf_counter() - start
    if run.returncode != command.status:
        ended = f"ended with status {run.returncode} instead of {command.status}"
        raise CommandFailed(f"{' '.join(command.words)}: {ended}\n{run.stderr.strip() or run.stdout.strip()}")
    return took


def main(rounds: int) -> str:
    """The table of all commands after that many rounds, and one round before it that is not counted."""
    times: dict[str, list[float]] = {command.name: [] for command in COMMANDS}
    with tempfile.TemporaryDirectory() as compiled:
        for turn in range(rounds + 1):
            for command in COMMANDS:
                took = seconds(command, compiled)
                if turn:
                    times[command.name].append(took)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    bare = medians[COMMANDS[0].name]
    rows = [
        f"{one.name:26}{medians[one.name] * 1000:8.0f} ms{medians[one.name] / bare:8.1f} x{_kept(one, medians)}"
        for one in COMMANDS
    ]
    head = f"{'median of ' + str(rounds) + ' runs':26}{'time':>11}{'to bare':>10}"
    return "\n".join([head, *rows])


def _kept(command: Command, medians: dict[str, float]) -> str:
    if math.isinf(command.limit):
        return ""
    kept = medians[command.name] * 1000 <= command.limit
    return f"   the limit of {command.limit:g} ms is {'kept' if kept else 'MISSED'}"


if __name__ == "__main__":
    try:
        print(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
    except CommandFailed as failed:
        sys.exit(f"No times: a command failed.\n{failed}")
