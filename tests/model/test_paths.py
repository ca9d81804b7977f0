"""Field paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.model.paths import get, parse_path, print_path

PARTS = st.lists(st.one_of(st.text(), st.integers(min_value=0, max_value=999_999_999)), max_size=6).map(tuple)

WRITTEN = [
    ("", ()),
    ("spec", ("spec",)),
    ("spec.http[0].match[12].uri.exact", ("spec", "http", 0, "match", 12, "uri", "exact")),
    ('metadata.labels["istio.io/rev"]', ("metadata", "labels", "istio.io/rev")),
    ('["a.b"][0].c', ("a.b", 0, "c")),
    ("spec.portLevelMtls.8080.mode", ("spec", "portLevelMtls", "8080", "mode")),
    ('a[""]', ("a", "")),
    (r'a["say \"x\""]', ("a", 'say "x"')),
]


@pytest.mark.parametrize(("text", "parts"), WRITTEN)
def test_path_is_taken_apart(text: str, parts: tuple[str | int, ...]) -> None:
    """Dots part keys, brackets hold positions and quoted keys."""
    assert parts == parse_path(text)


@pytest.mark.parametrize(("text", "parts"), WRITTEN)
def test_path_is_written(text: str, parts: tuple[str | int, ...]) -> None:
    """A key with a dot, a slash or nothing in it stands in brackets and quotes; every other one stands plain."""
    assert text == print_path(parts)


@given(PARTS)
def test_path_that_was_written_is_read_as_it_was(parts: tuple[str | int, ...]) -> None:
    """`parse_path` undoes `print_path`, whatever the keys hold."""
    assert parts == parse_path(print_path(parts))


@given(PARTS)
def test_written_path_is_printable_ascii(parts: tuple[str | int, ...]) -> None:
    """No key brings a control character or a turned writing direction into a path."""
    text = print_path(parts)

    assert text.isascii()
    assert text.isprintable()


@pytest.mark.parametrize(
    ("text", "column"),
    [(".a", 1), ("a..b", 2), ("a.", 2), ("a[", 2), ("a]", 2), ("a[-1]", 2), ("a.[0]", 2), ('a["x"', 2), ("a[0]b", 5)],
)
def test_what_is_no_path_is_refused_with_the_column(text: str, column: int) -> None:
    """The column counts from 1 and is where reading stopped."""
    with pytest.raises(ValueError, match=rf"no field path.* column {column}\b"):
        parse_path(text)


def test_quotes_that_json_does_not_know_are_refused() -> None:
    """A quoted key follows JSON's rules."""
    with pytest.raises(ValueError, match="column 2 are not JSON's"):
        parse_path(r'a["\q"]')


RAW = {"spec": {"http": [{"match": None}, {"timeout": "5s"}], "ports": {"80": 1}}, "a.b": True}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", RAW),
        ("spec.http[1].timeout", "5s"),
        ("spec.http[0].match", None),
        ("spec.ports.80", 1),
        ('["a.b"]', True),
    ],
)
def test_value_is_found_at_its_path(path: str, value: object) -> None:
    """`get` follows keys and positions; a value of null is a value."""
    assert value == get(RAW, path, "absent")


@pytest.mark.parametrize("path", ["spec.http[2]", "spec.http.timeout", "spec[0]", "spec.http[1].timeout.x", "x"])
def test_absent_value_is_the_default(path: str) -> None:
    """Nothing is there: no key, no such position, a list where the path has a key, a word where it goes on."""
    assert "absent" == get(RAW, path, "absent")
