"""Whatever is typed, nothing is a mistake of the program, and nothing that a terminal obeys comes back."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import FAILING
from tests.inventories import EXACT, SHOP, inventory
from tests.terminal.talks import hold, setting
from troubleshooter.cli import main

TEXTS = st.text(max_size=20)
PLACES = st.lists(
    st.sampled_from(["shop", "web", "deployment", "payments", "outside", "gateway:", "@", "pod"]), max_size=4
)
VALUES = {
    "--from": st.one_of(TEXTS, PLACES.map("/".join)),
    "--to": st.one_of(TEXTS, TEXTS.map("http://payments.shop{}".format), TEXTS.map("http://{}:80/".format)),
    "-X": TEXTS,
    "-H": TEXTS,
    "--sni": TEXTS,
    "--expect": TEXTS,
    "-n": TEXTS,
    "--symptom": TEXTS,
    "--fail-on": st.one_of(TEXTS, st.sampled_from(["error", "never"])),
    "-o": st.sampled_from(["text", "json"]),
    "--plaintext": st.none(),
    "-A": st.none(),
}
FLAGS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda flag: VALUES[flag].map(
        lambda value: [flag] if value is None else [f"{flag}={value}" if flag[1] == "-" else flag + value]
    )
)
WORDS = st.lists(FLAGS, max_size=5).map(lambda flags: [word for flag in flags for word in flag])


def _run(words: Sequence[str]) -> tuple[int, str]:
    """Status and both outputs of a run; pytest's own capturing is not renewed from example to example."""
    written = io.StringIO()
    with contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
        status = main(list(words))
    return status, written.getvalue()


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small mesh in a file."""
    file = tmp_path_factory.mktemp("any") / "mesh.yaml"
    file.write_text(f"{SHOP}---{EXACT}", encoding="utf-8")
    return file


def _check(status: int, out: str) -> None:
    assert "mistake of the program" not in out
    assert status in (0, 1, 2, 3)
    assert [] == [letter for letter in "\x1b\x07\u202e" if letter in out]


@settings(max_examples=25, deadline=None)
@given(words=WORDS, walks=st.booleans())
def test_any_flags(mesh: Path, words: list[str], *, walks: bool) -> None:
    """Flags with any values end in an answer or a refusal."""
    _check(*_run(["walk" if walks else "diagnose", "-f", os.fspath(mesh), *words]))


@settings(max_examples=25, deadline=None)
@given(words=st.lists(st.one_of(TEXTS, st.sampled_from(["explain", "kb", "check", "help", "-o", "json", "--list"]))))
def test_any_words(words: list[str]) -> None:
    """Words that are no command of the wizard's end in an answer or a refusal."""
    _check(*_run(["explain", *words]))


@settings(max_examples=25, deadline=None)
@given(log=st.binary(max_size=300))
def test_any_log(tmp_path_factory: pytest.TempPathFactory, mesh: Path, log: bytes) -> None:
    """Any bytes as a log end in an answer or a refusal."""
    file = tmp_path_factory.mktemp("log") / "access.log"
    file.write_bytes(log)
    _check(*_run(["diagnose", "-f", os.fspath(mesh), "--log", os.fspath(file), *FAILING]))


LINES = TEXTS.map(lambda text: text.replace("\n", " "))
KEYS = st.sampled_from(["", "1", "2", "why", "?", "how", "how 1", "unknown", "back", "notes", "help", "none", "absent"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(typed=st.lists(st.one_of(KEYS, LINES), max_size=12), with_mesh=st.booleans())
def test_any_answers(typed: list[str], *, with_mesh: bool) -> None:
    """Whatever is typed in a consultation, it goes on to its end, and what it shows is safe."""
    more = {"inventory": inventory(SHOP, EXACT)} if with_mesh else {}
    end = hold(setting(**more), typed)
    shown = "\n".join(line for line in end.screen.split("\n") if not line.startswith("> "))

    assert end.screen.count("\n> ") <= len(typed)
    assert [] == [letter for letter in "\x1b\x07\u202e" if letter in shown]
