"""Input that is broken, in whole or in part."""

from __future__ import annotations

import json

import pytest

from tests.collect.conftest import Write, no_stdin
from tests.collect.manifests import SERVICE, service
from troubleshooter.collect import InputError, read_inventory, sentence
from troubleshooter.collect.taken import MAX_NOTES
from troubleshooter.model import Inventory


def read(write: Write, text: str | bytes, name: str = "mesh.yaml") -> Inventory:
    """What a file with this content gives."""
    return read_inventory([write(name, text)], stdin=no_stdin)


def refusal(write: Write, text: str | bytes) -> str:
    """The sentence with which a file with this content is refused."""
    with pytest.raises(InputError) as caught:
        read(write, text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("a: b: c\n", "line 1, column 5", "mapping values are not allowed"),
        (f"{SERVICE}  x: [1\n---\n", "line 11, column 1", "did not find expected"),
        ("a: 1\n\tb: 2\n", "line 2, column 1", "tab character"),
        ("é: 'ü' x\n", "line 1, column 8", "did not find expected key"),
        ("a: \x1b[31m\n", "line 1, column 4", r"character U+001B is not allowed"),
        ("a: *nowhere\n", "line 1, column 4", "alias"),
        ("? [a]\n: 1\n", "line 1, column 3", "a map's key must be a word"),
        ("<<: 1\na: 2\n", "line 1, column 1", "takes a map or a list of maps"),
        ('{"a": 1\n "b": 2}', "line 2, column 2", "as JSON (Expecting ',' delimiter)"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_its_place(write: Write, text: str, where: str, why: str) -> None:
    """The sentence has file, line, column, the reason, and what to do."""
    said = refusal(write, text)

    assert said.startswith(f"mesh.yaml, {where}: ")
    assert why in said
    assert said.endswith("Correct it there, or ask for the output again if it was cut off.")


def test_helm_template_is_recognised(write: Write) -> None:
    """Templates are no YAML before they were rendered, and are told how to be."""
    assert "render it first: `helm template" in refusal(write, "a: {{ .Values.a }}\n{{- if .b }}\n")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x7fELF\0\0\0\0", "mesh.yaml: it is a binary file. Name YAML or JSON files."),
        (
            b"a: 1\nb: gr\xfcn\n",
            "mesh.yaml, line 2, column 6: byte 0xfc is not UTF-8. Save the file as UTF-8.",
        ),
        (b"\xef\xbb\xbfb: \xe9\n", "mesh.yaml, line 1, column 4: byte 0xe9 is not UTF-8. Save the file as UTF-8."),
    ],
)
def test_what_is_no_text_is_refused(write: Write, data: bytes, said: str) -> None:
    """Binary files and other encodings are told apart."""
    assert said == refusal(write, data)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_refused_by_its_name(write: Write, encoding: str) -> None:
    """PowerShell writes UTF-16, which kubectl does not take either."""
    said = refusal(write, SERVICE.encode(encoding))

    assert "UTF-16 or UTF-32" in said
    assert "Save it as UTF-8" in said


def test_bad_document_among_good_ones_is_named(write: Write) -> None:
    """The others are used; the damage stands in `not_checked` and can be said in one line."""
    inventory = read(write, f"{service('a')}---\na: b: c\n---\n{service('b')}")

    assert ["a", "b"] == [thing.name for thing in inventory.objects]
    assert ["mesh.yaml, line 11, column 5"] == [note.what for note in inventory.not_checked]
    assert sentence(inventory.not_checked[0]).startswith(
        "mesh.yaml, line 11, column 5: this cannot be read as YAML (mapping values are not allowed in"
    )


def test_json_that_stops_in_the_middle_keeps_what_came_before(write: Write) -> None:
    """Of concatenated JSON the first documents are used."""
    one = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})
    inventory = read(write, f"{one}\n{one[:20]}")

    assert ["a"] == [thing.name for thing in inventory.objects]
    assert ["mesh.yaml, line 2, column 21"] == [note.what for note in inventory.not_checked]


def test_json_number_without_end_is_refused(write: Write) -> None:
    """Thousands of digits are no number that anybody meant; what came before is used."""
    one = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})
    inventory = read(write, f'{one}\n{{"a": {"9" * 5000}}}')

    assert ["a"] == [thing.name for thing in inventory.objects]
    assert ["it holds a number with thousands of digits"] == [note.why for note in inventory.not_checked]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("metadata: [a]", "the `metadata` of this Pod is no map"),
        ("metadata: {name: a, labels: [b]}", "the `metadata.labels` of this Pod is no map"),
        ("metadata: {name: a}\nspec: []", "the `spec` of this Pod is no map"),
        ("metadata: {name: a}\nstatus: up", "the `status` of this Pod is no map"),
        ("metadata: {name: 5}", "the `metadata.name` of this Pod is no text"),
        ("metadata: {namespace: [b], name: a}", "the `metadata.namespace` of this Pod is no text"),
        ("metadata: {}", "this Pod has no name"),
        ("spec: {}", "this Pod has no name"),
    ],
)
def test_object_of_the_wrong_shape_is_left_out_by_name(write: Write, wrong: str, why: str) -> None:
    """What the API server would refuse is named with its place, and everything else is used."""
    inventory = read(write, f"{SERVICE}---\napiVersion: v1\nkind: Pod\n{wrong}\n")

    assert ["Service shop/web"] == [str(thing) for thing in inventory.objects]
    assert [("mesh.yaml, line 11, column 1", f"{why}, so the object was left out")] == [
        (note.what, note.why) for note in inventory.not_checked
    ]


def test_empty_spec_is_no_wrong_shape(write: Write) -> None:
    """`spec:` with nothing after it is a spec without fields."""
    inventory = read(write, "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b, labels: }\nspec:\n")

    assert ("Pod b/a", ()) == (str(inventory.objects[0]), inventory.not_checked)


def test_settings_for_istioctl_need_no_name(write: Write) -> None:
    """An IstioOperator is a file of settings: most have no name."""
    inventory = read(write, "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {}\n")

    assert (["IstioOperator"], ()) == ([thing.kind for thing in inventory.objects], inventory.not_checked)


@pytest.mark.parametrize("text", ["a: 1", "- 1", "just words", "kind: Pod", "apiVersion: v1\nkind: [Pod]", "kind: 5"])
def test_document_that_is_no_object_is_named(write: Write, text: str) -> None:
    """YAML without apiVersion and kind is skipped with its place."""
    inventory = read(write, f"{SERVICE}---\n{text}\n")

    assert ["this is no Kubernetes object, which has an apiVersion and a kind"] == [
        n.why for n in inventory.not_checked
    ]


def test_file_with_no_object_at_all_is_refused(write: Write) -> None:
    """Where nothing usable is left, the first reason is the error, and the others are counted."""
    said = refusal(write, "a: 1\n---\nb: 1\n---\nc: 1\n")

    assert said == (
        "mesh.yaml, line 1, column 1: this is no Kubernetes object, which has an apiVersion and a kind. "
        "Name files that kubectl could apply; what a proxy or a command printed goes to --paste. (and 2 more)"
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# only words\n---\n", "---\n---\n---\n", "\n\ufeff"])
def test_empty_file_alone_is_refused(write: Write, text: str) -> None:
    """A command that failed leaves an empty file: it is said, not taken for an empty cluster."""
    assert refusal(write, text) == (
        "mesh.yaml: there is nothing in it. If a command wrote it, run that alone to see its error."
    )


def test_empty_file_beside_a_good_one_is_named(write: Write) -> None:
    """Nobody names an empty file on purpose; the other is used."""
    paths = [write("empty.yaml", ""), write("mesh.yaml", SERVICE)]
    inventory = read_inventory(paths, stdin=no_stdin)

    assert (1, ["empty.yaml"]) == (len(inventory.objects), [note.what for note in inventory.not_checked])


def test_key_that_stands_twice_is_named(write: Write) -> None:
    """The later one counts, as with kubectl; strict servers refuse both, so it is said."""
    inventory = read(write, f"{SERVICE}  ports: []\n")

    assert [] == inventory.objects[0].spec["ports"]
    assert [("mesh.yaml, line 10, column 3", "`ports` stands twice in the same map")] == [
        (note.what, note.why.split(":")[0]) for note in inventory.not_checked
    ]


def test_many_notes_are_counted(write: Write) -> None:
    """So many are named one by one; of the others there is a count."""
    inventory = read(write, SERVICE + "---\na: 1\n" * (MAX_NOTES + 7))

    assert (MAX_NOTES + 1, "7 more of these") == (len(inventory.not_checked), inventory.not_checked[-1].what)


def test_notes_hold_no_control_characters(write: Write) -> None:
    """What others wrote, in file names or keys, cannot reach the terminal through a note."""
    path = write("a\x1b[31m.yaml", 'apiVersion: v1\nkind: "\\e[2J\\u202E"\nmetadata: []\n---\n"\\e": 1\n"\\x1b": 2\n')

    with pytest.raises(InputError) as caught:
        read_inventory([path], stdin=no_stdin)

    assert str(caught.value).isprintable()
