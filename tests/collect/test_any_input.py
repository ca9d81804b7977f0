"""Whatever comes in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.collect import InputError, read_inventory
from troubleshooter.collect.documents import read_documents
from troubleshooter.collect.parsed import Document
from troubleshooter.collect.yaml_tree import build
from troubleshooter.model import Inventory

PIECES = st.sampled_from(
    [
        *("apiVersion: v1", "kind: Pod", "kind: List", "kind: Secret", "items:", "metadata:", "  name: a", "spec: {}"),
        *(
            "- ",
            "  ",
            "\n",
            "\n---\n",
            "...\n",
            "[",
            "]",
            "{",
            "}",
            ",",
            ": ",
            "'",
            '"',
            "|\n",
            "? ",
            "&a ",
            "*a",
            "<<: ",
        ),
        *(
            "!!int ",
            "%YAML 1.2\n",
            "# c",
            "\t",
            "\r\n",
            "\ufeff",
            "\x00",
            "\x1b[2J",
            "\u2028",
            "é",
            '{"kind":',
            "null",
            "1e999",
        ),
    ]
)
KEYS = st.text("abcx.-/ é", min_size=1)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("abc: -#\n"),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1, max_size=3),
    max_leaves=20,
)


def outcome(data: bytes) -> Inventory | str:
    """What was read, or the sentence that refuses it."""
    try:
        return read_inventory(["-"], stdin=lambda: data)
    except InputError as error:
        return str(error)


@given(st.lists(PIECES, max_size=40).map("".join).map(str.encode) | st.binary(max_size=200))
def test_reading_ends_in_objects_or_in_one_sentence(data: bytes) -> None:
    """No input raises anything but InputError, and every object that comes of it knows its lines."""
    found = outcome(data)
    if isinstance(found, str):
        assert found.isprintable()
        return
    lines = data.count(b"\n") + 1
    for thing in found.objects:
        assert lines >= (thing.line_of("metadata.name") or 0) >= (thing.line_of("") or 0) >= 1


def paths(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Every field that has a key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, each in inner:
        if isinstance(part, str):
            yield (part,)
        yield from ((part, *rest) for rest in paths(each))


def only_document(text: str) -> Document:
    """The one document of a text."""
    (document,) = read_documents(text)
    assert isinstance(document, Document)
    return document


def key_at(text: str, offset: int) -> str:
    """The key that stands at a place of YAML; none here has a colon in it."""
    key, _, _ = text[offset:].partition(":")
    (read,) = build(f"{key}: 0").value
    return str(read)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
def test_every_field_of_yaml_is_found_where_its_key_stands(value: dict[str, Any]) -> None:
    """Any nesting, any key that needs quotes."""
    text = yaml.safe_dump(value, width=10_000, default_flow_style=False, allow_unicode=True)
    document = only_document(text)

    assert value == document.raw
    assert [path[-1] for path in paths(value)] == [key_at(text, document.find(path)) for path in paths(value)]


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
def test_every_field_of_json_is_found_where_its_key_stands(value: dict[str, Any]) -> None:
    """The same in JSON."""
    text = json.dumps(value, ensure_ascii=False)
    document = only_document(text)

    assert value == document.raw
    assert [path[-1] for path in paths(value)] == [
        json.JSONDecoder().raw_decode(text, document.find(path))[0] for path in paths(value)
    ]
