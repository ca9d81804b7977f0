"""Whether one match block takes every request that another takes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from troubleshooter.mesh.routing.coverage import Ahead, takes_over


def _block(text: str) -> dict[str, Any]:
    found = yaml.safe_load(text)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("{}", "{}"),
        ("{}", "{uri: {exact: /a}, method: {exact: GET}, headers: {x: {exact: a}}}"),
        ("{uri: {prefix: /}}", "{}"),
        ("{uri: {prefix: /}}", "{uri: {regex: '.*a'}}"),
        ("{uri: {prefix: /a}}", "{uri: {prefix: /ab}}"),
        ("{uri: {prefix: /a}}", "{uri: {exact: /a}}"),
        ("{uri: {prefix: /a}}", "{uri: {regex: '^/a/b/[0-9]+'}}"),
        ("{uri: {prefix: /A}, ignoreUriCase: true}", "{uri: {exact: /abc}}"),
        ("{uri: {regex: '/a/[0-9]+'}}", "{uri: {exact: /a/7}}"),
        ("{uri: {regex: '/a.'}}", "{uri: {regex: '/a.'}}"),
        ("{uri: {regex: '.*'}}", "{uri: {prefix: /a}}"),
        ("{headers: {X: {}}}", "{headers: {x: {exact: a}}}"),
        ("{headers: {x: {prefix: a}}}", "{headers: {x: {exact: ab}, y: {exact: c}}}"),
        ("{withoutHeaders: {x: {exact: a}}}", "{withoutHeaders: {x: {exact: a}, y: {}}}"),
        ("{queryParams: {q: {exact: a}}}", "{queryParams: {q: {exact: a}}}"),
        ("{sourceLabels: {app: a}}", "{sourceLabels: {app: a, tier: b}}"),
        ("{}", "{gateways: [n/g], port: 80}"),
        ("{gateways: [n/g, mesh]}", "{gateways: [n/g]}"),
        ("{sourceNamespace: n}", "{sourceNamespace: n}"),
    ],
)
def test_takes_all_that_another_takes(outer: str, inner: str) -> None:
    """A block that asks for nothing more than another does takes all that the other takes."""
    assert takes_over(_block(outer), _block(inner))


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("{uri: {prefix: /a}}", "{}"),
        ("{uri: {prefix: /ab}}", "{uri: {prefix: /a}}"),
        ("{uri: {prefix: /a/}}", "{uri: {exact: /a}}"),
        ("{uri: {exact: /a}}", "{uri: {prefix: /a}}"),
        ("{uri: {prefix: /a}}", "{uri: {prefix: /a}, ignoreUriCase: true}"),
        ("{uri: {prefix: /ab}}", "{uri: {regex: '/ab?c'}}"),
        ("{uri: {prefix: /a}}", "{uri: {regex: '/a|/b'}}"),
        ("{uri: {prefix: /a}}", "{uri: {regex: '(?i)/a'}}"),
        ("{uri: {regex: '/a[0-9]'}}", "{uri: {prefix: /a1}}"),
        ("{method: {exact: GET}}", "{}"),
        ("{headers: {x: {exact: a}}}", "{headers: {x: {}}}"),
        ("{headers: {x: {exact: a}}}", "{headers: {y: {exact: a}}}"),
        ("{withoutHeaders: {x: {}}}", "{}"),
        ("{queryParams: {Q: {exact: a}}}", "{queryParams: {q: {exact: a}}}"),
        ("{sourceLabels: {app: a}}", "{}"),
        ("{sourceLabels: {app: a}}", "{gateways: [mesh], sourceLabels: {app: a}}"),
        ("{gateways: [n/g]}", "{}"),
        ("{port: 80}", "{}"),
        ("{sourceNamespace: n}", "{}"),
    ],
)
def test_leaves_something_to_another(outer: str, inner: str) -> None:
    """A block that asks for more in any way leaves something over; so does one where nothing tells."""
    assert not takes_over(_block(outer), _block(inner))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("{uri: {exact: /a/b}}", "second"),
        ("{uri: {prefix: /a/b}}", "second"),
        ("{uri: {regex: '/a/[0-9]+'}}", "second"),
        ("{uri: {exact: /b}}", "first"),
        ("{uri: {exact: /b}, method: {exact: PUT}}", "first"),
        ("{uri: {exact: /c7}}", "third"),
        ("{uri: {exact: /C}}", "fourth"),
        ("{uri: {prefix: /b}}", ""),
        ("{}", ""),
    ],
)
def test_first_block_that_takes_all(block: str, expected: str) -> None:
    """Of blocks in order, the first that takes everything of a later one is found by its path."""
    ahead: Ahead[str] = Ahead()
    held = {
        "first": "{uri: {exact: /b}}",
        "second": "{uri: {prefix: /a}}",
        "again": "{uri: {prefix: /a/b}}",
        "third": "{uri: {regex: '/c[0-9]'}}",
        "fourth": "{uri: {prefix: /c}, ignoreUriCase: true}",
    }
    for name, text in held.items():
        ahead.add(_block(text), name)
    found = ahead.taker(_block(block))

    assert expected == (found[1] if found else "")


def test_block_that_takes_any_path() -> None:
    """A block without a path, or for every path, takes every block that asks for no less."""
    ahead: Ahead[str] = Ahead()
    ahead.add(_block("{method: {exact: PUT}}"), "puts")
    ahead.add(_block("{uri: {prefix: /}}"), "all")

    blocks = ("{method: {exact: PUT}}", "{}", "{uri: {regex: 'x.*'}}", "{uri: {exact: /}}")
    found = [ahead.taker(_block(block)) for block in blocks]

    assert ["puts", "all", "all", "all"] == [taker[1] for taker in found if taker]
