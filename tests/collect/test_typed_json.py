"""JSON is the same, whoever reads it."""

from __future__ import annotations

import json
from typing import Any, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.collect import typed_json

DEEP = 100_000
ODD = [
    *(
        b"",
        b" ",
        b"nul",
        b"{",
        b"[1,]",
        b'{"a":1}x',
        b"01",
        b"-",
        b"1.",
        b'"\x01"',
        rb'"\q"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
    ),
    *(b"NaN", b"-Infinity", b"1e400", b"1e-400", b"-0", b"-0.0", b"9" * 30, b"9" * 5000, b"18446744073709551616"),
    *(rb'"\ud800"', rb'"\ud83d\ude00"', rb'"\u0000"', b'{"a":1,"b":2,"a":3}', b'\xef\xbb\xbf{"a":1}'),
    *("[1]".encode("utf-16"), b"[" * DEEP + b"]" * DEEP, b" \t\r\n[ 1 , 2 ]\n"),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class _Named(TypedDict, total=False):
    name: Any


def outcome(read: Any, text: bytes) -> str:
    """What comes of reading: the value as Python writes it, which tells 0 from 0.0, or whose fault it is."""
    try:
        return repr(read(text))
    except ValueError:
        return "no JSON"
    except RecursionError:
        return "too deep"


@pytest.mark.parametrize("text", ODD, ids=lambda text: repr(text[:20]))
def test_odd_texts(text: bytes) -> None:
    """As Python's own decoder has them, its refusals too."""
    assert outcome(json.loads, text) == outcome(typed_json.read, text)


@given(VALUES)
def test_any_value(value: Any) -> None:
    """Whatever JSON can write, and more that Python's decoder takes."""
    text = json.dumps(value).encode()

    assert outcome(json.loads, text) == outcome(typed_json.read, text)


@given(VALUES, st.lists(st.tuples(st.integers(0, 200), st.binary(max_size=3)), max_size=3))
def test_any_damage(value: Any, damage: list[tuple[int, bytes]]) -> None:
    """Text with something else in between is the same to both."""
    text = json.dumps(value).encode()
    for at, other in damage:
        text = text[:at] + other + text[at + 1 :]

    assert outcome(json.loads, text) == outcome(typed_json.read, text)


@given(VALUES)
def test_items_of_any_shape(value: Any) -> None:
    """A list is its metadata and its items; what is no list comes as it is."""
    text = json.dumps({"kind": "PodList", "metadata": {"continue": "a"}, "items": value}).encode()
    told = typed_json.read_list(text, typed_json.read)

    assert (repr({"continue": "a"}), repr(value)) == (repr(told["metadata"]), repr(told["items"]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"[]", []),
        (b"null", None),
        (b'{"kind":"Status"}', {}),
        (b'{"items":null}', {"items": None}),
        (b'{"items":{}}', {"items": {}}),
    ],
)
def test_what_is_no_list(text: bytes, expected: object) -> None:
    """It has the items that it says it has, if any."""
    told = typed_json.read_list(text, typed_json.read)

    assert expected == told


def test_a_list_that_breaks_off() -> None:
    """Half an answer is none."""
    with pytest.raises(ValueError, match="Unterminated string"):
        typed_json.read_list(b'{"metadata":{},"items":[{"a":1},{"b', typed_json.read)


def test_fields_that_are_not_declared_are_stepped_over() -> None:
    """Whatever is in them, as long as it is JSON."""
    text = b'{"other":{"name":1,"deep":[[1e999]]},"name":{"a":[1]},"name":{"a":[2]}}'

    assert {"name": {"a": [2]}} == typed_json.fields_of(text, _Named)


@pytest.mark.parametrize("text", [b"[]", b"null", b'{"other":NaN}', b'{"name":1', b'{"name":"\xff"}'])
def test_another_shape_has_no_such_fields(text: bytes) -> None:
    """Nor has what msgspec refuses."""
    assert None is typed_json.fields_of(text, _Named)
