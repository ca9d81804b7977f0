"""Whether one match block takes every request that another takes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from troubleshooter.mesh.coverage import takes_over


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
