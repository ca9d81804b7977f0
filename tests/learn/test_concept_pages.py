"""A page of Markdown on the screen: words are wrapped, code stays, links become their words."""

from __future__ import annotations

import pytest

from tests.knowledge.knowledge_base import book
from troubleshooter.learn.concept_pages import put_concept, title_of
from troubleshooter.terminal.lines import Lines

PAGE = """\
# A title

Two lines
of [one](one.md) paragraph.

## A part

- an item
  that goes on
- another, at [a page](https://istio.io/)

```yaml
a:
  b: 1   # as it stands

c: 2
```

The end.
"""


def shown(page: str, width: int = 80) -> str:
    """The page on a screen."""
    written: list[str] = []
    put_concept(Lines(written.append, width), page)
    return "".join(written)


def test_a_page() -> None:
    """Headings, paragraphs, items and code, with a line between each."""
    assert (
        "A TITLE\n\nTwo lines of one paragraph.\n\nA part\n\n- an item that goes on\n"
        "- another, at a page (https://istio.io/)\n\n    a:\n      b: 1   # as it stands\n\n    c: 2\n\nThe end.\n"
    ) == shown(PAGE)


def test_its_title() -> None:
    """The first heading, as it is written."""
    assert "A title" == title_of(PAGE)


def test_nothing_reaches_the_terminal_that_it_obeys() -> None:
    """A page of somebody's own knowledge folder may hold anything."""
    assert "\x1b" not in shown("# \x1b[31mred\n\n```\n\x1b[2J\n```\n")


@pytest.mark.parametrize("name", sorted(book().concepts))
def test_every_page_fits_the_screen(name: str) -> None:
    """All but code, which is never wrapped, and addresses of pages."""
    wide = [line for line in shown(book().concepts[name]).splitlines() if len(line) > 80]

    assert [] == [line for line in wide if not line.startswith("    ") and "https://" not in line]


@pytest.mark.parametrize("name", sorted(book().concepts))
def test_no_link_is_left(name: str) -> None:
    """On the screen there is nothing to click."""
    assert "](" not in shown(book().concepts[name])
