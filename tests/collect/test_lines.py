"""The line of a field, in any kind of file."""

from __future__ import annotations

import json

import pytest

from tests.collect.conftest import ReadOne, Write, no_stdin
from tests.collect.manifests import SERVICE, VIRTUAL_SERVICE, service
from troubleshooter.collect import read_inventory
from troubleshooter.collect.yaml_tree import build
from troubleshooter.model import Object

FIELDS = [
    ("", 1),
    ("kind", 2),
    ("metadata", 3),
    ('metadata.labels["istio.io/rev"]', 7),
    ("spec.hosts[0]", 9),
    ("spec.http", 10),
    ("spec.http[0]", 11),
    ("spec.http[0].match[0].uri.exact", 13),
    ("spec.http[0].route[0].destination.subset", 17),
]
ABSENT = [
    ("spec.http[0].match[0].uri.prefix", 12),
    ("spec.http[0].timeout", 11),
    ("spec.http[1].route", 10),
    ("spec.hosts.x", 9),
    ("status.conditions[0]", 1),
    ("spec.http[0]..", 1),
]


@pytest.mark.parametrize(("path", "line"), FIELDS)
def test_line_of_a_field(read_one: ReadOne, path: str, line: int) -> None:
    """A field's line is that of its key, an item's that of its first word; they count from 1."""
    assert line == read_one(VIRTUAL_SERVICE).line_of(path)


@pytest.mark.parametrize(("path", "line"), ABSENT)
def test_line_of_an_absent_field_is_its_nearest_parents(read_one: ReadOne, path: str, line: int) -> None:
    """What is not there, or is no path, points at what holds its place."""
    assert line == read_one(VIRTUAL_SERVICE).line_of(path)


@pytest.mark.parametrize(("path", "line"), [*FIELDS, *ABSENT])
def test_line_in_a_later_document(write: Write, path: str, line: int) -> None:
    """Lines count through the whole file, documents, comments and empty documents included."""
    text = f"# Source: chart/templates/web.yaml\n{SERVICE}---\n# nothing\n--- # kubectl's\n{VIRTUAL_SERVICE}"
    before = text.count("\n", 0, text.index(VIRTUAL_SERVICE))

    (_, thing) = read_inventory([write("mesh.yaml", text)], stdin=no_stdin).objects

    assert before + line == thing.line_of(path)


@pytest.mark.parametrize("indent", ["", "  "])
@pytest.mark.parametrize(("path", "line"), [*FIELDS, *ABSENT])
def test_line_in_an_item_of_a_list(write: Write, path: str, line: int, indent: str) -> None:
    """An item's lines count through the whole List, whether its dashes are indented or not."""
    items = [service("a"), VIRTUAL_SERVICE, service("z")]
    dashed = "".join(indent + "- " + f"\n{indent}  ".join(item.rstrip("\n").split("\n")) + "\n" for item in items)
    text = f"apiVersion: v1\nitems:\n{dashed}kind: List\nmetadata:\n  resourceVersion: ''\n"
    before = 2 + service("a").count("\n")

    thing = read_inventory([write("mesh.yaml", text)], stdin=no_stdin).objects[1]

    assert before + line == thing.line_of(path)


def json_list(*, indent: int | None) -> str:
    """A List of two objects as JSON."""
    items = [build(SERVICE).value, build(VIRTUAL_SERVICE).value]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=indent)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("", "{"),
        ("kind", '"kind": "VirtualService",'),
        ('metadata.labels["istio.io/rev"]', '"istio.io/rev": "canary"'),
        ("spec.hosts", '"hosts": ['),
        ("spec.hosts[0]", '"web"'),
        ("spec.http[0].match[0].uri.exact", '"exact": "/api"'),
        ("spec.http[0].match[0].uri.prefix", '"uri": {'),
        ("spec.http[7]", '"http": ['),
    ],
)
def test_line_in_a_json_list(write: Write, path: str, text: str) -> None:
    """JSON has lines, too: a field's is that of its key, an item's that of where it begins."""
    content = json_list(indent=2)

    thing = read_inventory([write("mesh.json", content)], stdin=no_stdin).objects[1]

    assert text == content.split("\n")[(thing.line_of(path) or 0) - 1].strip()


def test_line_in_json_on_one_line_is_the_first(write: Write) -> None:
    """Compact JSON has one line only."""
    thing = read_inventory([write("mesh.json", json_list(indent=None))], stdin=no_stdin).objects[1]

    assert 1 == thing.line_of("spec.http[0].match")


def test_line_of_a_merged_field_is_where_it_is_written(read_one: ReadOne) -> None:
    """What came by `<<` stands at its anchor."""
    text = "apiVersion: v1\nkind: Service\nmetadata: &m\n  name: a\n  namespace: b\nspec:\n  <<: *m\n"

    assert 4 == read_one(text).line_of("spec.name")


def test_lines_count_as_editors_do(read_one: ReadOne) -> None:
    """YAML's own line breaks inside a word (U+2028, U+0085) begin no line on any screen."""
    text = 'apiVersion: v1\nkind: Service\nmetadata:\n  annotations: {é: "a\u2028b\u0085c"}\n  name: a\n'

    assert 5 == read_one(text).line_of("metadata.name")


def test_byte_order_mark_is_no_text(write: Write) -> None:
    """A mark at the beginning of the file moves nothing."""
    (thing,) = read_inventory([write("mesh.yaml", b"\xef\xbb\xbf" + SERVICE.encode())], stdin=no_stdin).objects

    assert ("web", 4) == (thing.name, thing.line_of("metadata.name"))


def test_reference_carries_file_and_line(read_one: ReadOne) -> None:
    """`Object.at` names the file as given and the line of the field."""
    place = read_one(SERVICE).at("spec.ports[0].port")

    assert ("mesh.yaml", 9) == (place.file, place.line)


def test_line_of_an_edited_object_is_that_of_what_stood_there(read_one: ReadOne) -> None:
    """After an edit a field that is new points at its parent in the file."""
    thing = read_one(SERVICE)
    edited: Object = thing.with_raw({**thing.raw, "spec": {"new": 1}})

    assert 6 == edited.line_of("spec.new")
