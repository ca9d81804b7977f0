"""`learn`: lists, teaches through a pipe, checks and forgets; progress stays between runs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import RunCommand
from troubleshooter.cli.knowledge import home, read_rulebook
from troubleshooter.learn.course import course

PLACES = course(read_rulebook(()))
FIRST = PLACES[0].plan.id


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is kept in a folder of the test's own, and nothing is typed."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))


def solving(run: RunCommand, monkeypatch: pytest.MonkeyPatch, *more: str) -> list[str]:
    """What is typed to solve the first scenario: every cause and every fix until one is right."""
    typed = ["answer", *"12345", *"12345", *more]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    return run("learn").out.splitlines()


def test_the_list_names_every_scenario(run: RunCommand) -> None:
    """In their order, with a dash where none was solved."""
    shown = run("learn", "--list")
    numbers = [line.split()[0] for line in shown.out.splitlines() if line.split()[1:2] == ["-"]]

    assert 0 == shown.status
    assert [str(place.number) for place in PLACES] == numbers
    assert all(f"({place.plan.id})" in " ".join(shown.out.split()) for place in PLACES)


def test_without_anybody_there_nothing_hangs(run: RunCommand) -> None:
    """The first scenario is told, and the end of the input ends it."""
    shown = run("learn")

    assert 0 == shown.status
    assert f"({FIRST})" in shown.out
    assert shown.out.endswith("Left as it is; this scenario comes again.\n")


def test_a_beginner_is_welcomed_once(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has solved something knows how it goes."""
    welcomed = [run("learn").out.startswith("You are told what people see.")]
    solving(run, monkeypatch)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    assert [True, False] == [*welcomed, run("learn").out.startswith("You are told what people see.")]


def test_a_scenario_goes_by_its_number_too(run: RunCommand) -> None:
    """As the list shows it."""
    assert run("learn", "1").out == run("learn", FIRST).out


def test_a_scenario_that_is_not_there(run: RunCommand) -> None:
    """The nearest are named; the status is 2."""
    shown = run("learn", f"{FIRST}x")

    assert (2, "") == (shown.status, shown.out)
    assert f"no scenario is called {FIRST}x; the nearest are {FIRST}" in shown.err


def test_one_thing_at_a_time(run: RunCommand) -> None:
    """Flags that contradict each other are refused."""
    assert "name a scenario, or give one of --list, --check and --reset" in run("learn", "--list", "--check").err


def test_what_was_solved_is_kept(run: RunCommand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The points are in the file, and in the list."""
    solving(run, monkeypatch)
    kept = json.loads((tmp_path / "data" / "troubleshoot" / "progress.json").read_text(encoding="utf-8"))

    assert [FIRST] == list(kept["played"])
    assert "Solved: 1 of" in run("learn", "--list").out


def test_progress_is_forgotten(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the list is as it was."""
    before = run("learn", "--list").out
    solving(run, monkeypatch)

    assert "Your progress is forgotten.\n" == run("learn", "--reset").out
    assert before == run("learn", "--list").out


def test_damaged_progress_is_no_crash(run: RunCommand, tmp_path: Path) -> None:
    """It is said on standard error, and the lesson begins."""
    folder = tmp_path / "data" / "troubleshoot"
    folder.mkdir(parents=True)
    (folder / "progress.json").write_text("{")
    shown = run("learn")

    assert 0 == shown.status
    assert "is damaged. It is now" in shown.err


def test_a_lesson_of_ones_own(run: RunCommand, here: Path) -> None:
    """A folder that is added may hold lessons about the causes that come along."""
    folder = here / "mine" / "lessons"
    folder.mkdir(parents=True)
    (here / "mine" / "symptoms").mkdir()
    (folder / "mine.yaml").write_text(
        "{id: mine, title: Mine, level: hard, scenarios: [{id: my-own, title: My own, cause: vs-no-match-no-default,"
        " story: It fails., concepts: [route]}]}",
        encoding="utf-8",
    )

    assert "My own (my-own)" in run("learn", "my-own", "--knowledge", "mine").out


def test_a_scenario_that_cannot_be_solved_is_told(run: RunCommand, here: Path) -> None:
    """The check names it, and the status is 1."""
    folder = here / "mine" / "lessons"
    folder.mkdir(parents=True)
    (here / "mine" / "symptoms").mkdir()
    (folder / "mine.yaml").write_text(
        "{id: mine, title: Mine, level: hard, scenarios: [{id: my-own, title: My own, cause: vs-no-match-no-default,"
        " mesh: bad-that-is-not, story: It fails., concepts: [route]}]}",
        encoding="utf-8",
    )

    shown = run("learn", "--check", "--knowledge", "mine")

    assert 1 == shown.status
    assert "fails my-own: the folder of vs-no-match-no-default has no bad-that-is-not.yaml" in shown.out


def test_the_folder_of_a_cause_is_not_shown(run: RunCommand) -> None:
    """Paths in it would give the cause away."""
    assert str(home()) not in run("learn").out
