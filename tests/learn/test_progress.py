"""What was done is kept, and decides what comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from troubleshooter.learn.progress import (
    Entry,
    Played,
    Progress,
    from_text,
    next_scenario,
    to_text,
    weak_spots,
)
from troubleshooter.learn.progress_file import forget_progress, home_of_progress, keep_progress, read_progress

COURSE = [
    Entry(id="a", about=("route", "routing")),
    Entry(id="b", about=("cluster", "destination")),
    Entry(id="c", about=("transport", "mtls")),
    Entry(id="d", about=("transport", "mtls")),
    Entry(id="e", about=("route", "routing")),
    Entry(id="f", about=("dns", "routing")),
]


def after(*solved: tuple[str, int]) -> Progress:
    """Progress once these were solved with these points, one after the other."""
    progress = Progress()
    for name, points in solved:
        progress = progress.after(name, points)
    return progress


@pytest.mark.parametrize(
    ("progress", "following"),
    [
        (after(), "a"),
        (after(("a", 90)), "b"),
        (after(("a", 40)), "e"),
        (after(("a", 40), ("e", 90)), "f"),
        (after(("a", 40), ("e", 90), ("f", 90)), "b"),
        (after(("a", 40), ("e", 90), ("f", 90), ("b", 90)), "a"),
        (after(("a", 40), ("e", 90), ("f", 90), ("b", 90), ("a", 95)), "c"),
        (after(*((entry.id, 100) for entry in COURSE)), None),
        (after(*((entry.id, 100) for entry in COURSE), ("b", 80)), "b"),
    ],
)
def test_what_comes_next(progress: Progress, following: str | None) -> None:
    """New ones in order; after a weak one those of its stage and area first; itself again once three others came."""
    assert following == next_scenario(COURSE, progress)


def test_weak_spots_are_stages_and_areas() -> None:
    """Those of the last tries with few points; the best does not count."""
    assert ("route", "routing") == weak_spots(COURSE, after(("a", 90), ("c", 80), ("a", 30)))


def test_the_best_is_kept() -> None:
    """Last and best differ, and tries are counted."""
    assert Played(last=30, best=90, times=2, turn=2) == after(("a", 90), ("a", 30)).played["a"]


def test_progress_is_read_as_it_was_written() -> None:
    """Text and back."""
    progress = after(("a", 90), ("b", 30))

    assert progress == from_text(to_text(progress))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema": "troubleshoot-progress/v2"}',
        '{"schema": "troubleshoot-progress/v1", "turn": -1, "played": {}}',
        '{"schema": "troubleshoot-progress/v1", "turn": true, "played": {}}',
        '{"schema": "troubleshoot-progress/v1", "turn": 1, "played": {"a": 5}}',
        '{"schema": "troubleshoot-progress/v1", "turn": 1, "played": {"a": {"last": "x"}}}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside(text: str, tmp_path: Path) -> None:
    """It is said, kept beside, and the learner begins anew."""
    (tmp_path / "progress.json").write_text(text, encoding="utf-8")

    progress, said = read_progress(tmp_path)

    assert Progress() == progress
    assert "is damaged. It is now" in said
    assert text == (tmp_path / "progress.damaged.json").read_text(encoding="utf-8")
    assert (Progress(), "") == read_progress(tmp_path)


def test_bytes_that_are_no_text_are_damage(tmp_path: Path) -> None:
    """The same."""
    (tmp_path / "progress.json").write_bytes(b"\xff\xfe\x00")

    assert "is damaged" in read_progress(tmp_path)[1]


def test_progress_is_kept(tmp_path: Path) -> None:
    """Folders are made, and nothing else is left there."""
    folder = tmp_path / "data" / "troubleshoot"
    progress = after(("a", 90))

    assert "" == keep_progress(folder, progress)
    assert (progress, "") == read_progress(folder)
    assert ["progress.json"] == [file.name for file in folder.iterdir()]


def test_where_nothing_can_be_kept_that_is_said(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "data").write_text("")

    assert "Your progress cannot be kept in" in keep_progress(tmp_path / "data" / "troubleshoot", after(("a", 1)))
    assert "cannot be read" in read_progress(tmp_path / "data" / "troubleshoot")[1]


def test_progress_is_forgotten(tmp_path: Path) -> None:
    """It is deleted once."""
    keep_progress(tmp_path, after(("a", 90)))

    assert "Your progress is forgotten." == forget_progress(tmp_path)
    assert "There is no progress to forget." == forget_progress(tmp_path)


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ({"XDG_DATA_HOME": "/data"}, "/data/troubleshoot"),
        ({"XDG_DATA_HOME": "data"}, "{home}/.local/share/troubleshoot"),
        ({}, "{home}/.local/share/troubleshoot"),
    ],
)
def test_where_progress_is_kept(given: dict[str, str], folder: str) -> None:
    """In the data directory of the user; a relative one counts as none."""
    assert Path(folder.format(home=Path.home())) == home_of_progress(given)
