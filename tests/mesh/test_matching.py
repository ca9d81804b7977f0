"""Whether a match block takes a request, and in what they differ."""

from __future__ import annotations

import time

import pytest
import yaml

from troubleshooter.mesh.routing.matching import (
    Sender,
    authority,
    full_match,
    mismatches,
    pairs,
    string_matches,
    substituted,
    takes_all,
)
from troubleshooter.model import Request
from troubleshooter.walk import parse_request

SENDER = Sender(labels={"app": "web"}, namespace="shop", gateway="mesh", port=8080)


def request(path: str = "/api", method: str = "GET", **headers: str) -> Request:
    """A request; `_` in the names of headers stands for `-`."""
    sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return parse_request(f"http://web.shop:8080{path}", method=method, headers=sent)


def differences(match: str, held: Request, sender: Sender = SENDER) -> list[str]:
    """Every difference, with its field."""
    return [f"{m.difference} {m.path} {m.wanted}" for m in mismatches(yaml.safe_load(match), held, sender)]


@pytest.mark.parametrize(
    ("match", "path"),
    [
        ("{}", "/any"),
        ("{uri: {exact: /api}}", "/api"),
        ("{uri: {exact: /api}}", "/api?x=1"),
        ("{uri: {prefix: /api}}", "/api/v1"),
        ("{uri: {prefix: /api}}", "/apix"),
        ("{uri: {prefix: /}}", "/any"),
        ("{uri: {regex: '/api/v[0-9]+'}}", "/api/v12"),
        ("{uri: {exact: /API}, ignoreUriCase: true}", "/api"),
        ("{uri: {prefix: /API}, ignoreUriCase: true}", "/api/v1"),
        ("{uri: {}}", "/any"),
        ("{uri: {suffix: /x}}", "/any"),
    ],
)
def test_paths_that_are_taken(match: str, path: str) -> None:
    """Exact, prefix and regular expression; the query is no part of the path."""
    assert [] == differences(match, request(path))


@pytest.mark.parametrize(
    ("match", "path", "expected"),
    [
        ("{uri: {exact: /api}}", "/api/v1", "uri-exact-child uri.exact /api"),
        ("{uri: {exact: /api}}", "/apix", "uri uri.exact /api"),
        ("{uri: {exact: /api}}", "/api/", "uri-slash uri.exact /api"),
        ("{uri: {exact: /api/}}", "/api", "uri-slash uri.exact /api/"),
        ("{uri: {prefix: /api/}}", "/api", "uri-slash uri.prefix /api/"),
        ("{uri: {exact: /API}}", "/api", "uri-case uri.exact /API"),
        ("{uri: {prefix: /API}}", "/api/v1", "uri-case uri.prefix /API"),
        ("{uri: {regex: '/api'}}", "/api/v1", "uri uri.regex /api"),
        ("{uri: {regex: '/API'}, ignoreUriCase: true}", "/api", "uri uri.regex /API"),
        ("{uri: {regex: '(?=x)'}}", "/api", "uri uri.regex (?=x)"),
    ],
)
def test_paths_that_are_not(match: str, path: str, expected: str) -> None:
    """The kind of difference is told: a child, a slash, the case, or another path."""
    assert [expected] == differences(match, request(path))


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{method: {exact: GET}}", []),
        ("{method: {exact: POST}}", ["method method POST"]),
        ("{scheme: {exact: http}}", []),
        ("{scheme: {exact: https}}", ["scheme scheme https"]),
        ("{authority: {exact: 'web.shop:8080'}}", []),
        ("{authority: {exact: web.shop}}", ["authority authority web.shop"]),
        ("{authority: {prefix: web}}", []),
        ("{method: {}}", []),
    ],
)
def test_texts(match: str, expected: list[str]) -> None:
    """Method, scheme and authority are string matches too."""
    assert expected == differences(match, request())


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{headers: {x-user: {exact: ann}}}", []),
        ("{headers: {X-User: {exact: ann}}}", []),
        ("{headers: {x-user: {exact: bob}}}", ['header headers["x-user"] bob']),
        ("{headers: {x-user: {prefix: a}}}", []),
        ("{headers: {x-user: {regex: 'a.*'}}}", []),
        ("{headers: {x-user: {}}}", []),
        ("{headers: {x-user: {regex: '*'}}}", []),
        ("{headers: {x-none: {}}}", ['header headers["x-none"] ']),
        ("{headers: {x-none: {exact: a}}}", ['header headers["x-none"] a']),
        ("{headers: {x-user: {exact: ann}, x-none: {exact: a}}}", ['header headers["x-none"] a']),
        ("{headers: 7}", []),
        ("{headers: {x-user: ann}}", []),
    ],
)
def test_headers(match: str, expected: list[str]) -> None:
    """Every header must match; an empty match asks for presence."""
    assert expected == differences(match, request(x_user="ann"))


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{withoutHeaders: {x-user: {exact: ann}}}", ['header withoutHeaders["x-user"] ann']),
        ("{withoutHeaders: {x-user: {exact: bob}}}", []),
        ("{withoutHeaders: {x-user: {}}}", ['header withoutHeaders["x-user"] ']),
        ("{withoutHeaders: {x-none: {}}}", []),
        ("{withoutHeaders: {x-none: {exact: a}}}", []),
        ("{withoutHeaders: {x-none: {regex: '.*'}}}", ['header withoutHeaders["x-none"] .*']),
        ("{withoutHeaders: {x-none: {regex: '*'}}}", []),
    ],
)
def test_without_headers(match: str, expected: list[str]) -> None:
    """A header that is missing counts as empty, but where only presence is asked for."""
    assert expected == differences(match, request(x_user="ann"))


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{queryParams: {v: {exact: '1'}}}", []),
        ("{queryParams: {v: {exact: '2'}}}", ['query queryParams["v"] 2']),
        ("{queryParams: {flag: {}}}", []),
        ("{queryParams: {none: {}}}", ['query queryParams["none"] ']),
        ("{queryParams: {V: {exact: '1'}}}", ['query queryParams["V"] 1']),
        ("{queryParams: {name: {exact: 'a%20b'}}}", []),
    ],
)
def test_query(match: str, expected: list[str]) -> None:
    """Parameters are case-sensitive and not decoded; of several with one name the first counts."""
    assert expected == differences(match, request("/api?v=1&v=2&flag&name=a%20b"))


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{port: 8080}", []),
        ("{port: 80}", ["port port 80"]),
        ("{port: 0}", []),
        ("{port: x}", []),
        ("{sourceLabels: {app: web}}", []),
        ("{sourceLabels: {app: api}}", ["source sourceLabels app=api"]),
        ("{sourceNamespace: shop}", []),
        ("{sourceNamespace: other}", ["source sourceNamespace other"]),
        ("{gateways: [mesh]}", []),
        ("{gateways: [edge/public]}", ["gateway gateways edge/public"]),
        ("{gateways: [mesh], sourceLabels: {app: api}, sourceNamespace: other}", []),
    ],
)
def test_of_the_proxy(match: str, expected: list[str]) -> None:
    """Port, labels, namespace; where gateways are named, labels and namespace are not looked at."""
    assert expected == differences(match, request())


def test_all_differences_are_told() -> None:
    """Not the first alone."""
    match = "{uri: {exact: /x}, method: {exact: POST}, port: 1}"

    assert ["uri", "method", "port"] == [d.split()[0] for d in differences(match, request())]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{}", True),
        ("{uri: {prefix: /}}", True),
        ("{uri: {regex: '.*'}}", True),
        ("{port: 80, sourceLabels: {a: b}}", True),
        ("{uri: {prefix: /api}}", False),
        ("{uri: {exact: /}}", False),
        ("{headers: {a: {}}}", False),
        ("{withoutHeaders: {a: {}}}", False),
        ("{queryParams: {a: {}}}", False),
        ("{method: {exact: GET}}", False),
        ("{scheme: {exact: http}}", False),
        ("{authority: {exact: a}}", False),
    ],
)
def test_what_takes_everything(match: str, *, expected: bool) -> None:
    """A block that looks at nothing of the request but takes any path."""
    assert expected == takes_all(yaml.safe_load(match))


@pytest.mark.parametrize(
    ("url", "header", "expected"),
    [
        ("http://web.shop/", "", "web.shop"),
        ("http://web.shop:8080/", "", "web.shop:8080"),
        ("https://web.shop/", "", "web.shop"),
        ("http://web.shop:443/", "", "web.shop:443"),
        ("http://web.shop/", "other", "other"),
        ("http://[::1]:8080/", "", "[::1]:8080"),
        ("http://[::1]/", "", "[::1]"),
    ],
)
def test_authority(url: str, header: str, expected: str) -> None:
    """The Host header, else host and port as clients write them."""
    assert expected == authority(parse_request(url, headers=[("Host", header)] if header else []))


def test_hostile_pattern_returns_at_once() -> None:
    """A pattern that costs a backtracking engine exponential time costs RE2 none."""
    began = time.monotonic()

    assert not full_match("(a+)+$", "a" * 5000 + "b")
    assert not full_match("(x|x)*y", "x" * 5000)
    assert not full_match("((a{1,100}){1,100}){1,100}", "a")
    assert time.monotonic() - began < 1


def test_pattern_that_is_none() -> None:
    """What RE2 refuses matches nothing and replaces nothing."""
    assert not full_match("(", "(")
    assert "abc" == substituted("(", "x", "abc")
    assert "abc" == substituted("b", r"\7", "abc")
    assert "aXc" == substituted("b", "X", "abc")
    assert "/b/a" == substituted("/(a)/(b)", r"/\2/\1", "/a/b")


def test_pairs() -> None:
    """Parts without a value are there and empty."""
    assert {"a": "1", "b": "", "": ""} == pairs("a=1&b&a=2&", "&")


def test_string_match_without_a_kind() -> None:
    """It takes everything."""
    assert string_matches({}, "any")
    assert string_matches({"other": "x"}, "any")
