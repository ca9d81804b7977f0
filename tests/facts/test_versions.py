"""Which versions of proxies and control planes go together."""

from __future__ import annotations

import pytest

from troubleshooter.facts.of_versions import skew, version_of


@pytest.mark.parametrize(
    ("proxy", "plane", "word"),
    [
        ("1.25.0", "1.25.4", "supported"),
        ("1.25.4", "1.25.0", "supported"),
        ("1.24.9", "1.25.0", "supported"),
        ("1.23.9", "1.25.0", "older"),
        ("1.26.0-distroless", "1.25.4", "newer"),
        ("1.9.5", "1.20.3", "older"),
        ("1.27-alpha.abc", "1.27.0", "supported"),
    ],
)
def test_skew(proxy: str, plane: str, word: str) -> None:
    """A proxy may be of istiod's minor version or of the one before; patches do not count."""
    one, other = version_of(proxy), version_of(plane)
    assert one is not None
    assert other is not None

    assert word == skew(one, other)


@pytest.mark.parametrize("tag", ["", "latest", "v2", "sha-1234", "release-1.20"])
def test_no_version(tag: str) -> None:
    """A tag that does not begin as a version tells none."""
    assert version_of(tag) is None
