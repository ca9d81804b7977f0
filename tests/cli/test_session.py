"""The last session is kept safely, and `--resume` goes on with it."""

from __future__ import annotations

import argparse
import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import RunCommand
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.parsing import parse
from troubleshooter.cli.session import Keeper, last, looks, news, place, resumed, words_of
from troubleshooter.terminal import Given

ANSWER = Given(about="to", typed=("http://a.shop",), meant="http://a.shop")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory and a mesh of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "mesh.yaml").write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def flags(*words: str) -> argparse.Namespace:
    """The wizard's flags."""
    return parse("", words)


def keep(*words: str) -> None:
    """Keep a session that was begun with these words."""
    Keeper(flags(*words)).keep((ANSWER,))


def test_only_its_owner_may_read_it() -> None:
    """The file is 0600 and its folder 0700, and nothing else is left there."""
    keep("-f", "mesh.yaml")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (place(), place().parent)]

    assert ([0o600, 0o700], [place()]) == (modes, list(place().parent.iterdir()))


def test_what_was_kept_comes_back() -> None:
    """Words, inputs and answers."""
    keep("-f", "mesh.yaml", "--to", "http://a.shop", "-X", "POST")
    session = last()

    assert ("--filename", "mesh.yaml", "--to", "http://a.shop", "-X", "POST") == session.words
    assert ((ANSWER,), ["mesh.yaml"]) == (session.answers, list(session.inputs))


def test_secrets_are_not_kept() -> None:
    """Neither headers nor what a URL carries."""
    keep("--to", "http://joe:hush@a.shop/?token=hush", "-H", "authorization: hush")

    assert "hush" not in place().read_text()


def test_what_is_of_one_start_only_is_not_kept() -> None:
    """How it is drawn or recorded is said anew."""
    assert [] == list(words_of(flags("--resume", "--plain", "--record", "x", "-v")))


def test_flags_that_are_given_now_count() -> None:
    """A mesh that is named takes the place of the one then; the rest is as it was."""
    keep("-f", "mesh.yaml", "-n", "shop")
    merged = resumed(flags("--resume", "-f", "other.yaml"), last())

    assert (["other.yaml"], "shop", True) == (merged.filename, merged.namespace, merged.resume)


def test_standard_input_is_gone() -> None:
    """What was piped in must be named again."""
    keep("-f", "-")

    with pytest.raises(Refused, match="the last session read -f from standard input; name it again"):
        resumed(flags("--resume"), last())
    assert ["mesh.yaml"] == resumed(flags("--resume", "-f", "mesh.yaml"), last()).filename


def test_changes_are_said(home: Path) -> None:
    """An input that looks otherwise, one that is new, and one that is gone."""
    keep("-f", "mesh.yaml")
    assert () == news(flags("-f", "mesh.yaml"), last())

    (home / "mesh.yaml").write_text("{a: b}")
    assert ("mesh.yaml has changed since.",) == news(flags("-f", "mesh.yaml"), last())
    assert ("x.yaml is new.", "mesh.yaml is not looked at any more.") == news(flags("-f", "x.yaml"), last())


def test_folder_looks_otherwise_if_a_file_in_it_does(home: Path) -> None:
    """Files are compared by what is in them."""
    before = looks(str(home))
    (home / "mesh.yaml").touch()
    assert before == looks(str(home))
    (home / "more.yaml").write_text("{}")
    assert before != looks(str(home))
    assert looks("mesh.yaml") == looks("east=mesh.yaml")


def test_there_is_no_session(run: RunCommand) -> None:
    """That is said in a sentence, with what to do."""
    refused = run("--resume")

    assert (2, "") == (refused.status, refused.out)
    assert "there is no session to go on with; begin one: troubleshoot" in refused.err


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', json.dumps({"version": 1, "words": 1})])
def test_damaged_session(run: RunCommand, text: str) -> None:
    """It is refused with its place."""
    place().parent.mkdir(parents=True)
    place().write_text(text)
    refused = run("--resume")

    assert (2, "") == (refused.status, refused.out)
    assert "cannot be read as a session" in " ".join(refused.err.split())


def test_session_that_cannot_be_kept(home: Path) -> None:
    """Nobody is disturbed."""
    (home / "data").write_text("a file where a folder should be")
    keeper = Keeper(flags())
    keeper.keep((ANSWER,))

    assert not keeper.kept


def test_data_directory_that_is_no_path(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard says that relative ones do not count."""
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    monkeypatch.setenv("HOME", str(home))

    assert home / ".local/share/troubleshooter/session.json" == place()
