"""Transcripts: Markdown that reads as a story and can be held again."""

from __future__ import annotations

import pytest

from tests.terminal.talks import ANSWERS, by_question, setting
from troubleshooter.terminal import TranscriptError, read_transcript, screen_of, to_markdown, typing

SCREEN = "Hello.\n\n[1] What?\n> this\n\n[2] Which?\n> that\nDone.\n"

STORY = """\
# Title

About it.

```console
$ troubleshoot -f 'my mesh.yaml'
Hello.

[1] What?
> this

[2] Which?
```

She thinks about it.

```console
> that
Done.
```
"""


def test_markdown() -> None:
    """Prose stands between blocks, before the line that is typed next."""
    assert STORY == to_markdown("Title", "About it.", ["-f", "my mesh.yaml"], SCREEN, {1: "She thinks about it."})


def test_reading_is_the_way_back() -> None:
    """The words of the command, what was typed, the screen, and where each line of it stands in the file."""
    told = read_transcript(STORY)

    assert ("-f", "my mesh.yaml") == told.words
    assert ("this", "that") == told.typed
    assert SCREEN.rstrip() == told.screen
    assert [STORY.splitlines()[line - 1] for line in told.lines] == told.screen.split("\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it holds no consultation"),
        ("# Only prose\n", "it holds no consultation"),
        ("```console\n$ rm -rf /\n```\n", "it holds no consultation"),
        ("```console\n$ troubleshoot 'x\n```\n", "its command cannot be read"),
        ("```console\n$ troubleshoot\n> a\n", "line 1: this block has no end"),
    ],
)
def test_what_is_no_transcript(text: str, message: str) -> None:
    """It is said what a transcript has."""
    with pytest.raises(TranscriptError, match=message):
        read_transcript(text)


def test_the_same_lines_give_the_same_screen() -> None:
    """A consultation that is held again with what was typed looks the same."""
    screen = screen_of(setting(), by_question(ANSWERS, ["404-envoy"]))
    typed = [line.removeprefix("> ") for line in screen.splitlines() if line.startswith("> ")]

    assert "no-route" in screen
    assert screen == screen_of(setting(), typing(typed))


def test_typed_lines_are_safe_on_the_screen() -> None:
    """What was typed is written without what a terminal obeys, and without a password."""
    screen = screen_of(setting(), typing(["\x1b[2J https://me:secret@host/"]))

    assert r"> \x1b[2J https://host/" in screen
    assert "\x1b" not in screen
