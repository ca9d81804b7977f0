"""Lists, and files with several documents."""

from __future__ import annotations

import json

import pytest

from tests.collect.conftest import Write, no_stdin
from tests.collect.manifests import SERVICE, VIRTUAL_SERVICE, service
from troubleshooter.collect import read_inventory
from troubleshooter.collect.yaml_tree import build
from troubleshooter.model import Inventory


def names(inventory: Inventory) -> list[str]:
    """The objects in people's words."""
    return [str(thing) for thing in inventory.objects]


def read(write: Write, text: str, name: str = "mesh.yaml") -> Inventory:
    """What a file with this text gives."""
    return read_inventory([write(name, text)], stdin=no_stdin)


POD_LIST = """\
kind: PodList
apiVersion: v1
items:
- metadata: {name: a, namespace: shop}
- metadata: {name: b, namespace: shop}
"""

NESTED = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: List
  items:
  - apiVersion: v1
    kind: ServiceList
    items:
    - {metadata: {name: inner, namespace: shop}}
- {apiVersion: v1, kind: Service, metadata: {name: outer, namespace: shop}}
"""


def test_documents_are_read_in_order(write: Write) -> None:
    """`---` parts documents; empty ones and those of comments only count for nothing."""
    text = f"%YAML 1.1\n---\n# Source: chart/a.yaml\n---\n{service('a')}--- # next\n{service('b')}---\n\n---\n"

    assert ["Service shop/a", "Service shop/b"] == names(read(write, text))


def test_content_may_stand_beside_the_separator(write: Write) -> None:
    """YAML lets a document begin on the line of its `---`."""
    text = "--- {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n"

    assert ["Namespace a"] == names(read(write, text))


def test_dashes_within_a_text_part_nothing(write: Write) -> None:
    """Only `---` at the very beginning of a line is a separator."""
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata:\n  x: |\n    ---\n    y\n"

    assert "---\ny\n" == read(write, text).objects[0].raw["data"]["x"]


def test_items_without_a_kind_get_it_from_their_list(write: Write) -> None:
    """The API's own lists name the kind once."""
    inventory = read(write, POD_LIST)

    assert ["Pod shop/a", "Pod shop/b"] == names(inventory)
    assert "v1" == inventory.objects[1].raw["apiVersion"]


def test_json_items_without_a_kind_get_it_from_their_list(write: Write) -> None:
    """The same in JSON."""
    assert ["Pod shop/a", "Pod shop/b"] == names(read(write, json.dumps(build(POD_LIST).value)))


def test_lists_in_lists_are_opened(write: Write) -> None:
    """However deep a List lies in another, its items are objects."""
    assert ["Service shop/inner", "Service shop/outer"] == names(read(write, NESTED))


def test_line_in_a_nested_list(write: Write) -> None:
    """The line of an item of a List in a List is that in the file."""
    assert 10 == read(write, NESTED).objects[0].line_of("metadata.name")


def test_array_of_objects_is_a_list(write: Write) -> None:
    """`jq .items` and old support bundles give bare arrays."""
    array = json.dumps([build(SERVICE).value, build(VIRTUAL_SERVICE).value])

    assert ["Service shop/web", "VirtualService shop/web"] == names(read(write, array))


def test_json_documents_may_follow_each_other(write: Write) -> None:
    """`kubectl cluster-info dump` prints one after the other, others part them with `---`."""
    one, two, three = (json.dumps(build(service(name)).value, indent=1) for name in "abc")

    assert ["Service shop/a", "Service shop/b", "Service shop/c"] == names(read(write, f"{one}{two}\n---\n{three}\n"))


def test_flow_collections_of_yaml_are_no_broken_json(write: Write) -> None:
    """What begins like JSON may be YAML."""
    assert ["Namespace a"] == names(read(write, "{apiVersion: v1, kind: Namespace, metadata: {name: a,},}"))


def test_what_json_lacks_stays_text(write: Write) -> None:
    """NaN, numbers too big for one, and half a surrogate pair become something that can be written again."""
    text = (
        '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "namespace": "b"},'
        ' "spec": {"x": NaN, "y": 1e999, "z": "\\ud800", "ok": "\\ud83d\\ude00"}}'
    )

    assert {"x": "NaN", "y": "1e999", "z": "\ufffd", "ok": "\U0001f600"} == read(write, text).objects[0].spec


def test_alias_into_another_item_is_followed(write: Write) -> None:
    """Where items of a List depend on each other, the List is read as a whole."""
    text = (
        "kind: List\napiVersion: v1\nitems:\n"
        "- {apiVersion: v1, kind: Service, metadata: &m {name: a, namespace: b}, spec: &s {x: 1}}\n"
        "- {apiVersion: v1, kind: Pod, metadata: *m, spec: *s}\n"
    )
    inventory = read(write, text)

    assert ["Service b/a", "Pod b/a"] == names(inventory)
    assert 5 == inventory.objects[1].line_of("spec")


def test_quoted_text_that_looks_like_an_item_is_text(write: Write) -> None:
    """A line that begins with a dash inside quotes begins no item."""
    text = 'kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: "a\n- b"}\n'

    assert ["Pod default/a - b"] == names(read(write, text))


def test_items_that_stand_twice_are_read_as_any_key(write: Write) -> None:
    """The later one counts, and it is said."""
    item = "- {apiVersion: v1, kind: Namespace, metadata: {name: NAME}}\n"
    text = f"apiVersion: v1\nkind: List\nitems:\n{item}items:\n{item}".replace("NAME", "a", 1).replace("NAME", "b")
    inventory = read(write, text)

    assert ["Namespace b"] == names(inventory)
    assert ["mesh.yaml, line 5, column 1"] == [note.what for note in inventory.not_checked]


def test_object_with_items_of_its_own_is_no_list(write: Write) -> None:
    """Only a kind that ends in List is opened."""
    text = "apiVersion: example.com/v1\nkind: Menu\nmetadata: {name: a}\nitems:\n- soup\n"

    assert ["Menu a"] == names(read(write, text))


def test_list_that_was_cut_off_gives_what_it_has(write: Write) -> None:
    """The last thing that kubectl writes is `kind: List`: without it the output was cut off, which is said."""
    text = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a, namespace: b}\n"
    inventory = read(write, text)

    assert ["Service b/a"] == names(inventory)
    assert ["this List stops before its `kind`"] == [note.why for note in inventory.not_checked]


@pytest.mark.parametrize("text", ["apiVersion: v1\nkind: List\nitems: []\n", "kind: PodList\napiVersion: v1\nitems:\n"])
def test_empty_list_is_an_answer(write: Write, text: str) -> None:
    """A List without items says that there is nothing: no error, and nothing left to check."""
    assert Inventory() == read(write, text)


def test_items_of_kinds_that_nobody_asks_for_are_passed_over(write: Write) -> None:
    """Definitions of custom resources are most of some dumps; alone they are read, so that a file is never empty."""
    definition = "- apiVersion: apiextensions.k8s.io/v1\n  kind: CustomResourceDefinition\n  metadata:\n    name: x\n"
    pod = "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\n    namespace: b\n"
    both, alone = (f"apiVersion: v1\nitems:\n{items}kind: List\n" for items in (definition + pod, definition))

    assert ["Pod"] == [o.kind for o in read_inventory([write("both.yaml", both)], stdin=no_stdin).objects]
    assert 1 == len(read_inventory([write("alone.yaml", alone)], stdin=no_stdin).objects)
