"""Plain YAML read line by line, held against libyaml."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.collect.manifests import SERVICE
from troubleshooter.collect.printed_yaml import NotPlain, read
from troubleshooter.collect.yaml_tree import MAX_DEPTH, YamlProblem, with_libyaml

WORDS = st.sampled_from(
    [
        *("a", "y", "on", "8080", "1.5", "-1", "--flag", "~", "null", "a:b", "a: b", "a #b", "x y", "'q'", '"d"', "{}"),
        *("[]", "", "|", ">-", "[a]", "&a", "*a", "!t", "é", "\u2028", "\x1b", "0x1f", "1e3", ".5", "...", "---", "<<"),
        *("'", '"'),
    ]
)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["", " ", "  ", "    "]),
        st.sampled_from(["", "", "- ", "-   ", "- - ", "-"]),
        st.sampled_from(["", "a: ", "b: ", "c:", "y: ", "7: ", "'q': ", "<<: ", "d:  ", "e:x", "# "]),
        WORDS,
        st.sampled_from(["\n", "\n", "\n", "\n\n", " \n", "\r\n", ""]),
    ).map("".join),
    max_size=8,
).map("".join)


def agree(text: str) -> bool:
    """Whether the text is plain; then both readers say the same, types included, and of the same order."""
    try:
        found = read(text, MAX_DEPTH)
    except NotPlain:
        return False
    expected = with_libyaml(text, offsets=False)
    assert repr(expected.value) == repr(found)
    assert (expected.repeated, expected.empty) == ((), False)
    return True


@settings(max_examples=500)
@given(LINES)
@example("a:\n- b\n-\n")
@example("a: 1\n  b: 2\n")
@example("a:\n  - x\n  b: 1\n")
@example("- x\na: 1\n")
def test_whatever_is_plain_is_read_as_libyaml_reads_it(text: str) -> None:
    """Or it is left to libyaml, errors and all."""
    try:
        agree(text)
    except YamlProblem:
        pytest.fail(f"libyaml refuses what was taken for plain: {text!r}")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("abc: -#y0\n'\"é"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("aby01./-", min_size=1), inner, max_size=3),
    max_leaves=20,
)


@given(st.dictionaries(st.text("abc", min_size=1), VALUES, min_size=1, max_size=3), st.booleans())
def test_what_programs_print_is_read_as_libyaml_reads_it(value: dict[str, Any], indented: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Any nesting, as PyYAML writes it, and as go-yaml does, which indents the items of lists."""
    text = yaml.safe_dump(value, default_flow_style=False, allow_unicode=True, width=10_000, sort_keys=False)
    agree(text.replace("\n- ", "\n  - ") if indented and text.count("\n- ") == text.count("- ") else text)


@pytest.mark.parametrize(
    "text",
    [
        SERVICE,
        f"---\n{SERVICE}",
        "- kind: Pod\n  metadata:\n    labels: {}\n    name: \"1\"\n  spec:\n    args:\n    - --x\n    - 'a b'\n",
        "a:\nb:\n- c:\n- d:\n  - e\n",
    ],
)
def test_what_kubectl_prints_is_plain(text: str) -> None:
    """It need not be read twice."""
    assert agree(text)


def test_empty_maps_and_lists_are_made_anew_each_time() -> None:
    """An edit of one must not change another."""
    found = read("a: {}\nb: {}\nc: []\nd: []\n", MAX_DEPTH)

    assert (False, False) == (found["a"] is found["b"], found["c"] is found["d"])


def test_deep_nesting_is_left_to_the_other_reader() -> None:
    """Which bounds it."""
    with pytest.raises(NotPlain):
        read("".join(" " * n + "a:\n" for n in range(MAX_DEPTH + 1)), MAX_DEPTH)


def test_a_line_of_a_megabyte_is_read() -> None:
    """In time that grows with its length."""
    word = "x" * 2**20

    assert {"a": word} == read(f"a: {word}\n", MAX_DEPTH)


@pytest.mark.parametrize("text", ["a: " + ": " * 2**19, "- " * 2**19, " " * 2**20, "a" * 2**20, '"' * 2**20])
def test_odd_long_lines_are_refused_at_once(text: str) -> None:
    """No pattern looks back over what it has read."""
    with pytest.raises(NotPlain):
        read(text, MAX_DEPTH)


def test_json_is_left_to_its_own_reader() -> None:
    """A line that begins with a brace is no key."""
    with pytest.raises(NotPlain):
        read(json.dumps({"a": [1]}), MAX_DEPTH)
