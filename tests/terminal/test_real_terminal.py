"""The wizard in a real terminal: the first screen, one in the middle, and the end, as a person sees them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.inventories import EXACT, SHOP

TMUX = shutil.which("tmux") or ""
pytestmark = pytest.mark.skipif(not TMUX, reason="tmux is what holds a terminal here, and it is not installed")

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.argv[0] = 'troubleshoot'; from troubleshooter.cli import main; sys.exit(main())"
LONGEST = 30
"""Seconds after which a screen will not come any more."""


class Terminal:
    """A terminal of its own, in a tmux server of its own."""

    def __init__(self, folder: Path, columns: int, rows: int) -> None:
        self.folder, self.socket = folder, str(folder / "tmux")
        size = ("-x", str(columns), "-y", str(rows))
        self.tmux("-f", os.devnull, "new-session", "-d", *size, "-c", str(folder), "env", "PS1=$ ", "sh")

    def tmux(self, *words: str) -> str:
        """What a tmux command prints."""
        environment = {k: v for k, v in os.environ.items() if k not in {"TMUX", "NO_COLOR"}}
        run = subprocess.run(
            (TMUX, "-S", self.socket, "-u", *words),
            capture_output=True,
            text=True,
            check=True,
            timeout=LONGEST,
            env=environment | {"PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(self.folder / "data"), "TERM": "xterm"},
        )
        return run.stdout

    def start(self, *words: str) -> None:
        """Start the program, and say its exit status afterwards."""
        self.type(shlex.join((sys.executable, "-c", START, *words)) + "; echo status=$?", "Enter")

    def type(self, text: str, *keys: str) -> None:
        """Type a text, then keys by name."""
        self.tmux("send-keys", "-l", text)
        for key in keys:
            self.tmux("send-keys", key)

    def screen(self) -> str:
        """What is on the screen now."""
        return self.tmux("capture-pane", "-p")

    def shows(self, *texts: str) -> str:
        """The screen as soon as all texts are on it."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            screen = self.screen()
            if all(text in screen for text in texts):
                return screen
            time.sleep(0.1)
        raise AssertionError(f"none of {texts} came within {LONGEST} s:\n{self.screen()}")


@pytest.fixture(params=[(80, 24), (120, 40)], ids=["80x24", "120x40"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in a folder with a broken mesh."""
    (tmp_path / "bad.yaml").write_text(f"{SHOP}---{EXACT}", encoding="utf-8")
    opened = Terminal(tmp_path, *request.param)
    yield opened
    opened.tmux("kill-server")


def test_wizard_from_beginning_to_end(terminal: Terminal) -> None:
    """It asks what is seen, who calls whom, says the root cause, and leaves it on the screen with the exit status."""
    terminal.start("-f", "bad.yaml")
    first = terminal.shows("[1] What do you see?", "Up/Down", "2 workloads: all have a proxy")
    terminal.tmux("send-keys", "Enter")
    terminal.shows("[2] Where does the request go that fails?")
    terminal.type("pay", "Enter")
    terminal.shows("[3] Which path of http://payments.shop:8080")
    terminal.type("/api/x", "Enter")
    terminal.shows("[4] Who sends it?", "shop/deployment/web")
    terminal.type("web")
    middle = terminal.shows("1 of 3 fit what you type")
    terminal.tmux("send-keys", "Enter")
    end = terminal.shows("× The request does not arrive.", "The way of the request", "lines hidden")
    terminal.tmux("send-keys", "Enter")
    after = terminal.shows("status=1", "--resume")

    assert "shop/deployment/payments" not in middle
    assert "quit" in first.splitlines()[-1]
    assert end.splitlines()[1].startswith("× The request does not arrive.")
    assert "[4] Who sends it?" not in after


def test_leaving_and_going_on(terminal: Terminal) -> None:
    """Ctrl-C leaves politely; --resume stands at the same question again."""
    terminal.start("-f", "bad.yaml")
    terminal.shows("[1] What do you see?")
    terminal.type("404-envoy", "Enter")
    terminal.shows("[2] Where does the request go that fails?")
    terminal.tmux("send-keys", "C-c")
    terminal.shows("to go on with this session", "status=0")
    terminal.type("clear", "Enter")
    terminal.start("--resume")

    assert "I go on where you left, after 1 answer." in terminal.shows("[2] Where does the request go that fails?")
