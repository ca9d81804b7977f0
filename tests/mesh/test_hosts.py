"""Host names: completed, dialled, covered by patterns."""

from __future__ import annotations

import pytest

from troubleshooter.mesh.basis import hosts

KNOWN = ("web.shop.svc.cluster.local", "api.example.com")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("web", "web.shop.svc.cluster.local"),
        ("Web", "web.shop.svc.cluster.local"),
        ("web.shop", "web.shop"),
        ("*", "*"),
        ("", ""),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_full_name(host: str, expected: str) -> None:
    """Only a name without a dot gets the namespace of its object."""
    assert expected == hosts.fqdn(host, "shop")


@pytest.mark.parametrize("host", ["web", "web.shop", "web.shop.svc", "web.shop.svc.cluster.local", "WEB.shop."])
def test_names_that_a_client_may_dial(host: str) -> None:
    """Every name of the resolver's search list means the Service."""
    assert "web.shop.svc.cluster.local" == hosts.dialled(host, "shop", KNOWN)


def test_unknown_name_stays_as_it_is() -> None:
    """A name of none of the services is not completed."""
    assert "nothing.else" == hosts.dialled("nothing.else", "shop", set(KNOWN))


@pytest.mark.parametrize(
    ("pattern", "covered", "not_covered"),
    [
        ("*", ["a", "a.b", "*.b"], []),
        ("*.example.com", ["a.example.com", "a.b.example.com", "*.b.example.com"], ["example.com", ".example.com"]),
        ("a.example.com", ["A.example.com"], ["b.example.com", "*.example.com"]),
    ],
)
def test_patterns(pattern: str, covered: list[str], not_covered: list[str]) -> None:
    """A wildcard covers whatever ends in its suffix, never a wider wildcard."""
    held = {name: hosts.covers(pattern, name) for name in (*covered, *not_covered)}

    assert {**dict.fromkeys(covered, True), **dict.fromkeys(not_covered, False)} == held


def test_most_specific() -> None:
    """The equal name decides, else the longest wildcard."""
    patterns = ["*", "*.com", "*.example.com", "a.example.com"]

    assert "a.example.com" == hosts.most_specific("a.example.com", patterns)
    assert "*.example.com" == hosts.most_specific("b.example.com", patterns)
    assert hosts.most_specific("b.example.com", ["x"]) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("*.com", "a.com", "meet"), ("a.com", "*.com", "meet"), ("*.a.com", "*.com", "meet"), ("a.com", "b.com", "")],
)
def test_meeting(one: str, other: str, expected: str) -> None:
    """Two patterns meet where one covers the other."""
    assert expected == ("meet" if hosts.meet(one, other) else "")


def test_addresses() -> None:
    """IPv4 and IPv6 addresses, with or without brackets, are no names."""
    assert [True, True, True, False] == [hosts.is_address(h) for h in ("10.0.0.1", "::1", "[::1]", "web")]


def test_short_names() -> None:
    """A name with a dot, or a wildcard, is not short."""
    assert [True, False, False] == [hosts.is_short(h) for h in ("web", "web.shop", "*")]


@pytest.mark.parametrize(
    ("text", "address", "expected"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.1.2.3/8", "10.9.9.9", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("fd00::/8", "[fd00::1]", True),
        ("fd00::/8", "10.0.0.1", False),
        ("", "10.0.0.1", False),
        ("*", "10.0.0.1", False),
        ("10.0.0.0/8", "web.shop", False),
    ],
)
def test_ranges(text: str, address: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """An address lies in a range of its own kind."""
    assert expected is hosts.in_range(text, address)
