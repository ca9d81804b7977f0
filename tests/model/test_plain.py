"""Text that no terminal obeys."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.model.plain import plain, plain_block, without_credentials

DANGEROUS = {"Cc", "Cf", "Zl", "Zp", "Cs"}
JOINERS = {"\u200c", "\u200d"}
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\u202eb", r"a\u202eb"),
        ("two\nlines\tand a tab\r", r"two\nlines\tand a tab\r"),
        ("half \ud800 a pair", r"half \ud800 a pair"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
    ],
)
def test_what_a_terminal_could_obey_is_written_out(text: str, shown: str) -> None:
    """Control characters, escape sequences, turned directions, invisible and unencodable characters become visible."""
    assert shown == plain(text)


@pytest.mark.parametrize("text", ["Grüße", "网格", "می\u200cشود", "👩\u200d💻", "e\u0301", r"C:\x1b"])
def test_ordinary_text_of_any_language_stays(text: str) -> None:
    """Letters, marks, emoji and the joiners that they need are left alone."""
    assert text == plain(text)


def test_every_dangerous_character_of_unicode_is_caught() -> None:
    """No character of the categories Cc, Cf, Zl, Zp and Cs gets through, but for the two joiners."""
    dangerous = {c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in DANGEROUS}

    assert JOINERS == {c for c in dangerous if plain(c) == c}


@given(ANY_TEXT)
def test_plain_text_is_one_encodable_line(text: str) -> None:
    """Whatever comes in, one line that UTF-8 can hold goes out."""
    assert 1 >= len(plain(text).encode().decode().splitlines())


@given(ANY_TEXT)
def test_plain_text_stays_as_it_is(text: str) -> None:
    """Made plain twice, a text is the same as made plain once."""
    assert plain(text) == plain(plain(text))


def test_block_keeps_its_lines_and_tabs() -> None:
    """Several lines stay several lines, Windows' line ends become plain ones."""
    assert "a\n\tb\nc" == plain_block("a\n\tb\r\nc")


@given(ANY_TEXT)
def test_block_is_plain_but_for_lines_and_tabs(text: str) -> None:
    """Apart from line breaks and tabs a block is as safe as a line."""
    lines = plain_block(text).replace("\n", "").replace("\t", "")

    assert lines == plain(lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://user:hunter2@web.shop/x", "http://web.shop/x"),
        ("GET /x?token=abc&page=2 takes", "GET /x?token=(hidden)&page=2 takes"),
        ("/x?page=2&access_token=abc", "/x?page=2&access_token=(hidden)"),
        ('"to": "http://a/?api_key=s3", "b"', '"to": "http://a/?api_key=(hidden)", "b"'),
        ("spiffe://cluster.local/ns/shop/sa/web", "spiffe://cluster.local/ns/shop/sa/web"),
        ("mail someone@example.com about /keys?page=1", "mail someone@example.com about /keys?page=1"),
    ],
)
def test_credentials_of_urls_are_not_shown(text: str, expected: str) -> None:
    """Neither a user's password nor a query value that is called a secret is shown; everything else is."""
    assert expected == without_credentials(text)
