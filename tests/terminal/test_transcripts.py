"""The example consultations in transcripts/ are what the program says today; `pytest --golden` writes them anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.stories import Person, Story, stories
from troubleshooter.cli import main
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.cli.parsing import parse
from troubleshooter.cli.setting import setting_of
from troubleshooter.engine import DurableEngine
from troubleshooter.report import Screen
from troubleshooter.rulebook import Rulebook
from troubleshooter.terminal import screen_of, to_markdown

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "transcripts"
STORIES = stories()


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """The knowledge base that comes along."""
    return read_rulebook(())


@pytest.fixture(scope="module")
def engine() -> Iterator[DurableEngine]:
    """One engine for all examples."""
    with DurableEngine() as started:
        yield started


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["troubleshoot"])


def _transcript(story: Story, rulebook: Rulebook, engine: DurableEngine) -> str:
    person = Person(story, rulebook)
    screen = screen_of(setting_of(parse("", story.words), rulebook, engine, Screen()), person.answer)
    return to_markdown(story.title, story.about, story.words, screen, person.notes)


@pytest.mark.parametrize("name", STORIES)
def test_transcript(request: pytest.FixtureRequest, rulebook: Rulebook, engine: DurableEngine, name: str) -> None:
    """A transcript is what comes out of its story."""
    file = FOLDER / f"{name}.md"
    text = _transcript(STORIES[name], rulebook, engine)
    if request.config.getoption("--golden"):
        file.write_text(text, encoding="utf-8", newline="\n")
    renew = f"the program says something else now. If it should: pytest --golden '{request.node.nodeid}'"

    assert (file.read_text(encoding="utf-8") if file.is_file() else "") == text, renew


@pytest.mark.parametrize("name", STORIES)
def test_replay(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Whoever replays a transcript sees what it says."""
    assert 0 == main(["replay", f"transcripts/{name}.md"]), capsys.readouterr().err


def test_every_transcript_has_a_story() -> None:
    """No file in transcripts/ is left from before."""
    assert {f"{name}.md" for name in STORIES} == {file.name for file in FOLDER.glob("*.md")}


@pytest.mark.parametrize("name", STORIES)
def test_everything_that_a_person_knows_is_said(name: str) -> None:
    """A story in which a question is no longer asked has to be told anew."""
    told = (FOLDER / f"{name}.md").read_text("utf-8")
    prose = [one.tells for one in STORIES[name].first if one.tells] + list(STORIES[name].tells.values())

    assert [] == [text for text in prose if text.strip() not in told]
