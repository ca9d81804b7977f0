"""Input that was made to break a reader."""

from __future__ import annotations

import json
import time

import pytest

from tests.collect.conftest import Write, no_stdin
from tests.collect.manifests import SERVICE
from troubleshooter.collect import InputError, inputs, read_inventory
from troubleshooter.collect.yaml_tree import MAX_COPIES, MAX_DEPTH, YamlProblem, build

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20)
)


def test_alias_bomb_is_refused(write: Write) -> None:
    """A few lines that stand for more values than memory holds are refused, and at once."""
    begin = time.perf_counter()

    with pytest.raises(InputError, match=r"mesh\.yaml, line 6, .*an alias bomb"):
        read_inventory([write("mesh.yaml", BOMB)], stdin=no_stdin)

    assert 5 > time.perf_counter() - begin


def test_alias_bomb_among_good_documents_costs_only_itself(write: Write) -> None:
    """What stands beside it is read."""
    inventory = read_inventory([write("mesh.yaml", f"{SERVICE}---\n{BOMB}---\n{SERVICE}")], stdin=no_stdin)

    assert (1, 1) == (len(inventory.objects), len(inventory.not_checked))


def test_aliases_within_bounds_are_followed() -> None:
    """People repeat themselves with aliases; that is no bomb."""
    assert 900 == len(build("a: &a {x: 1}\nb: [" + "*a, " * 900 + "]").value["b"])


def test_bombs_by_merging_are_refused() -> None:
    """`<<` copies like any alias does."""
    keys = ", ".join(f"k{n}: 1" for n in range(1000))
    maps = "".join(f"m{n}:\n  <<: *a\n" for n in range(MAX_COPIES // 1000 + 1))

    with pytest.raises(YamlProblem, match="an alias bomb"):
        build(f"a: &a {{{keys}}}\n{maps}")


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "&a ? *a\n: 1"])
def test_value_that_contains_itself_is_refused(text: str) -> None:
    """An anchor is complete before it may be named."""
    with pytest.raises(YamlProblem):
        build(text)


def deep(levels: int) -> list[str]:
    """Values nested so many levels deep, in every way that YAML has."""
    return [
        "[" * levels + "]" * levels,
        "{a: " * levels + "1" + "}" * levels,
        "- " * levels + "x",
        "".join(" " * n + "a:\n" for n in range(levels - 1)) + " " * levels + "a: 1\n",
    ]


@pytest.mark.parametrize("text", deep(MAX_DEPTH))
def test_deep_nesting_within_bounds_is_read(text: str) -> None:
    """So many levels are read."""
    assert build(text).value


@pytest.mark.parametrize("text", [*deep(MAX_DEPTH + 1), *deep(5000), "[" * 500_000, "- " * 500_000])
def test_deeper_nesting_is_refused(text: str) -> None:
    """One level more is refused, and so is a depth that would exhaust any stack."""
    with pytest.raises(YamlProblem, match="nested more than"):
        build(text)


def test_depth_by_aliases_is_refused() -> None:
    """Each anchor may add a level to the one before: that is depth, too."""
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, MAX_DEPTH + 1))

    with pytest.raises(YamlProblem, match="nested more than"):
        build(text)


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 5000, 500_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_deeper_json_is_refused(write: Write, levels: int, opening: str, closing: str) -> None:
    """The same bound holds for JSON, whatever its own reader could take."""
    text = opening * levels + "1" + closing * levels

    with pytest.raises(InputError, match="nested more than"):
        read_inventory([write("mesh.json", text)], stdin=no_stdin)


def test_deep_json_within_bounds_is_read(write: Write) -> None:
    """An object may be nested as deeply as in YAML."""
    inner: object = 1
    for _ in range(MAX_DEPTH - 3):
        inner = {"a": inner}
    thing = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "b"}, "spec": {"x": inner}}

    assert 1 == len(read_inventory([write("mesh.json", json.dumps(thing))], stdin=no_stdin).objects)


def test_file_over_the_bound_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a file that no memory holds."""
    monkeypatch.setattr(inputs, "MAX_BYTES", 2**20)

    with pytest.raises(InputError, match=r"big\.yaml: it is bigger than 1 MiB\. Give fewer namespaces"):
        read_inventory([write("big.yaml", b"#" * (2**20 + 1))], stdin=no_stdin)


def test_standard_input_over_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bound holds for what is piped in."""
    monkeypatch.setattr(inputs, "MAX_BYTES", 2**20)

    with pytest.raises(InputError, match="standard input: it is bigger than 1 MiB"):
        read_inventory(["-"], stdin=lambda: b"#" * (2**20 + 1))


def test_reader_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML came without libyaml, its own parser gives the same values, offsets and refusals."""
    import yaml

    from troubleshooter.collect import yaml_tree

    texts = [SERVICE, "a: &a {x: [1, 'y']}\nb: *a\nc: {<<: *a}\n"]
    fast = [(build(text), build(text, offsets=True)) for text in texts]
    monkeypatch.setattr(yaml_tree, "PARSER", yaml.SafeLoader)

    assert fast == [(build(text), build(text, offsets=True)) for text in texts]
    for broken in ("a: b: c", "a: \x1b", "[" * 5000):
        with pytest.raises(YamlProblem):
            build(broken)
