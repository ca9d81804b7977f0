"""A page of `concepts/` on the screen.

Decides: how its Markdown becomes plain lines: paragraphs are wrapped anew, code stays as it is, links become their
words. Only what the pages use is known: headings, paragraphs, lists and fenced code. Must not know what
the page is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from troubleshooter.learn.screen import Lines
from troubleshooter.model.plain import plain_block

FENCE = "```"
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
ITEM = re.compile(r"- ")


def put_concept(lines: Lines, page: str) -> None:
    """Write a page."""
    for number, block in enumerate(_blocks(page)):
        if number:
            lines.blank()
        _put(lines, block)


def title_of(page: str) -> str:
    """Its first heading."""
    return page.partition("\n")[0].removeprefix("# ").strip()


def _put(lines: Lines, block: list[str]) -> None:
    if block[0].startswith(FENCE):
        lines.page(plain_block("\n".join(f"    {line}".rstrip() for line in block[1:-1])))
    elif block[0].startswith("#"):
        lines.put(block[0].lstrip("#").strip().upper() if block[0].startswith("# ") else block[0].lstrip("#").strip())
    else:
        for lead, text in _items(block):
            lines.put(_words(text), lead=lead)


def _blocks(page: str) -> Iterator[list[str]]:
    """Code with its fences, headings, and what empty lines part."""
    block: list[str] = []
    coded = False
    for line in page.splitlines():
        if line.startswith(FENCE) or (line.startswith("#") and not coded):
            coded = not coded if line.startswith(FENCE) else coded
            if coded or line.startswith("#"):
                yield from [block] if block else []
                block = []
        block += [line] if line or coded else []
        if block and not coded and (not line or line.startswith(("#", FENCE))):
            yield block
            block = []
    yield from [block] if block else []


def _items(block: list[str]) -> Iterator[tuple[str, str]]:
    """The items of a list, or one paragraph, each with its lead."""
    lead, held = "", ""
    for line in block:
        if ITEM.match(line):
            if held:
                yield lead, held
            lead, held = "- ", line.removeprefix("- ")
        else:
            held = f"{held} {line.strip()}".strip()
    yield lead, held


def _words(text: str) -> str:
    """Links as their words; the address of a page on the web stays, where it is not its own words."""
    return LINK.sub(lambda m: f"{m[1]} ({m[2]})" if m[2].startswith("https://") and m[1] != m[2] else m[1], text)
