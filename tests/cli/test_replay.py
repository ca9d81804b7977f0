"""`--record` writes a consultation, and `replay` holds it again and says where the program has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import RunCommand

TYPED = "payments\n/api/x\nweb\nhow route.match\n"


@pytest.fixture
def recorded(run: RunCommand, here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a consultation that was recorded, with what is typed coming from a file."""
    (here / "typed").write_text(TYPED, "utf-8")
    with (here / "typed").open(encoding="utf-8") as typed:
        monkeypatch.setattr("sys.stdin", typed)
        run("-f", "bad.yaml", "--record", "talk.md")
        yield here / "talk.md"


def test_record(recorded: Path) -> None:
    """The command, what was typed, and the end are in the file; how it was recorded is not."""
    text = recorded.read_text("utf-8")

    assert "```console\n$ troubleshoot -f bad.yaml\n" in text
    assert TYPED.splitlines() == [line[2:] for line in text.splitlines() if line.startswith("> ")]
    assert "Cause      vs-no-match-no-default, confirmed" in text
    assert "--record" not in text.partition("```")[2]


def test_replay(run: RunCommand, recorded: Path) -> None:
    """The screen comes again, and is the same."""
    told = recorded.read_text("utf-8").partition("```console\n")[2].partition("\n```")[0]
    shown = run("replay", str(recorded))

    assert (0, "") == (shown.status, shown.err)
    assert told.rstrip() == shown.out.rstrip()


def test_replay_names_the_first_line_that_changed(run: RunCommand, recorded: Path) -> None:
    """With the line of the file, and what stands there today."""
    text = recorded.read_text("utf-8").replace("The request does not arrive.", "It arrives.")
    recorded.write_text(text, "utf-8")
    shown = run("replay", str(recorded))
    line = next(number for number, at in enumerate(text.splitlines(), 1) if "It arrives." in at)

    assert 1 == shown.status
    assert f"{recorded}:{line}: today this line is" in shown.err
    assert "The request does not arrive." in shown.err


def test_replay_names_an_end_that_comes_early(run: RunCommand, recorded: Path) -> None:
    """Where the program says less than the file."""
    text = recorded.read_text("utf-8")
    recorded.write_text(f"{text.rstrip().removesuffix('```')}And more.\n```\n", "utf-8")
    shown = run("replay", str(recorded))

    assert (1, True) == (shown.status, "today it ends before" in shown.err)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff\xfe\x00", "it is no text"),
        (b"# A page\n", "it holds no consultation"),
        (b"```console\n$ troubleshoot -f no-such-file.yaml\n```\n", "no-such-file.yaml"),
    ],
)
def test_what_cannot_be_replayed(run: RunCommand, tmp_path: Path, content: bytes | None, message: str) -> None:
    """It is refused in one sentence."""
    file = tmp_path / "talk.md"
    if content is not None:
        file.write_bytes(content)
    refused = run("replay", str(file))

    assert (2, "") == (refused.status, refused.out)
    assert message in refused.err


def test_record_where_nothing_can_be_written(run: RunCommand, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is known before anything is asked."""
    with (here / "bad.yaml").open(encoding="utf-8") as typed:
        monkeypatch.setattr("sys.stdin", typed)
        refused = run("--record", str(here / "none" / "talk.md"))

    assert (2, "") == (refused.status, refused.out)
    assert "cannot be written: No such file or directory" in refused.err


@pytest.mark.parametrize(("typed", "shown"), [(["", "", "", ""], 5), (["", "q"], 2), ([], 1)])
def test_a_terminal_is_shown_one_step_after_the_other(
    run: RunCommand, recorded: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], shown: int
) -> None:
    """Enter shows the next step, q and the end of input end it; nothing is waited for after the last step."""
    lines, asked = iter(typed), []

    def wait(prompt: str) -> str:
        asked.append(prompt)
        line = next(lines, None)
        if line is None:
            raise EOFError
        return line

    monkeypatch.setattr("builtins.input", wait)
    monkeypatch.setattr("troubleshooter.cli.replay._watched", lambda: True)
    out = run("replay", str(recorded)).out

    assert (min(shown, 4), shown - 1) == (len(asked), sum(line.startswith("> ") for line in out.splitlines()))
