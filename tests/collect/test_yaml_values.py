"""What kubectl's YAML means."""

from __future__ import annotations

import pytest

from tests.collect.conftest import ReadOne
from troubleshooter.collect.scalars import plain_word
from troubleshooter.collect.yaml_tree import build

# What goyaml.v2/resolve.go of kubernetes-sigs/yaml makes of the word.
WORDS = [
    ("", None),
    ("~", None),
    ("null", None),
    ("nUll", "nUll"),
    ("true", True),
    ("y", True),
    ("Off", False),
    ("oN", "oN"),
    ("80", 80),
    ("-7", -7),
    ("+7", 7),
    ("1_000", 1000),
    ("014", 12),
    ("0o14", 12),
    ("08", 8),
    ("0x1F", 31),
    ("0b101", 5),
    ("-0x10", -16),
    ("18446744073709551616", 18446744073709551616),
    ("1.5", 1.5),
    (".5", 0.5),
    ("1e3", 1000),
    ("1e-3", 0.001),
    ("1e999", "1e999"),
    ("9" * 65, "9" * 65),
    ("22:22", "22:22"),
    ("2026-01-01", "2026-01-01"),
    ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z"),
    (".inf", ".inf"),
    ("1.2.3", "1.2.3"),
    ("-", "-"),
    ("=", "="),
    ("10m", "10m"),
]


@pytest.mark.parametrize(("word", "value"), WORDS)
def test_plain_word_means_what_kubectl_takes_it_for(word: str, value: object) -> None:
    """Booleans of YAML 1.1, octal, no times, no base 60."""
    found = plain_word(word)

    assert (value, type(value)) == (found, type(found))


def test_number_with_a_point_stays_one() -> None:
    """An unquoted label `1.0` reads as 1.0, not as 1."""
    assert "1.0" == repr(plain_word("1.0"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'80'", "80"),
        ('"yes"', "yes"),
        ("!!str 80", "80"),
        ("!!int '80'", 80),
        ("! 80", "80"),
        ("!!python/object/apply:os.getcwd []", []),
        ("!custom 80", "80"),
        ("!!binary aGk=", "aGk="),
        ("|\n  80\n", "80\n"),
    ],
)
def test_quotes_and_tags_decide_what_a_word_is(text: str, value: object) -> None:
    """What is quoted is text; tags that are not YAML's own make nothing."""
    assert value == build(f"a: {text}").value["a"]


@pytest.mark.parametrize(
    ("key", "name"), [("8080", "8080"), ("y", "true"), ("1.0", "1"), ("1.5", "1.5"), ("~", "null"), ("'y'", "y")]
)
def test_key_is_always_text(key: str, name: str) -> None:
    """Keys become what JSON can hold, as kubectl makes them."""
    assert {name: 1} == build(f"{key}: 1").value


def test_merge_key_adds_what_the_map_has_not() -> None:
    """`<<` brings the keys of other maps, of which the first wins, and the map's own win over all."""
    text = "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc:\n  <<: [*a, *b]\n  'y': 3\n"

    assert {"x": 1, "true": 1, "y": 3, "z": 2} == build(text).value["c"]


def test_quoted_merge_key_is_a_key() -> None:
    """Only the plain word merges."""
    assert {"<<": {"x": 1}} == build("'<<': {x: 1}").value


def test_alias_is_a_copy() -> None:
    """Two places that name one anchor are two values: an edit of one is none of the other."""
    value = build("a: &a {x: [1]}\nb: *a\n").value

    assert value["a"] == value["b"]
    assert value["a"] is not value["b"]
    assert value["a"]["x"] is not value["b"]["x"]


def test_last_of_equal_keys_counts(read_one: ReadOne) -> None:
    """As with kubectl, a key that stands twice has its later value, and its later line."""
    thing = read_one("apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\nspec:\n  x: 1\n  x: 2\n")

    assert (2, 6) == (thing.spec["x"], thing.line_of("spec.x"))


def test_windows_line_ends_do_not_matter(read_one: ReadOne) -> None:
    """CRLF ends lines and stays out of values."""
    thing = read_one("apiVersion: v1\r\nkind: Service\r\nmetadata:\r\n  name: a\r\n  namespace: b\r\n")

    assert ("a", 4) == (thing.name, thing.line_of("metadata.name"))


def test_equal_words_are_kept_once() -> None:
    """What two documents both say takes the memory of one: their keys and words are the same objects."""
    one, other = (build("tier-of-the-mesh: back-end of the mesh\n").value for _ in range(2))

    assert [id(word) for pair in one.items() for word in pair] == [id(word) for pair in other.items() for word in pair]
