"""Paths as policies see them."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, mesh_config
from troubleshooter.mesh.policy.normalization import normalized


@pytest.mark.parametrize(
    ("option", "path", "expected"),
    [
        ("NONE", "/a/../b%2dc\\d", "/a/../b%2dc\\d"),
        ("BASE", "/a/../b", "/b"),
        ("BASE", "/a/./b/.", "/a/b/"),
        ("BASE", "/a/b/..", "/a/"),
        ("BASE", "/../a", "/a"),
        ("BASE", "/%61%2D%7e%5F", "/a-~_"),
        ("BASE", "/a/%2e%2E/b", "/b"),
        ("BASE", "/a%2fb%5cc%20d", "/a%2fb%5cc%20d"),
        ("BASE", "/a\\b", "/a/b"),
        ("BASE", "/a//b", "/a//b"),
        ("BASE", "/%2561", "/%2561"),
        ("BASE", "/a?x=/../%61", "/a?x=/../%61"),
        ("BASE", "*", "*"),
        ("MERGE_SLASHES", "/a///b//", "/a/b/"),
        ("MERGE_SLASHES", "/a%2f/b", "/a%2f/b"),
        ("DECODE_AND_MERGE_SLASHES", "/a%2F%2fb%5Cc", "/a/b/c"),
    ],
)
def test_normalized(option: str, path: str, expected: str) -> None:
    """What each option does; the query stays as it is, and nothing is decoded twice."""
    assert expected == normalized(path, option)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", "BASE"),
        ("pathNormalization: {normalization: DEFAULT}", "BASE"),
        ("pathNormalization: {normalization: NONE}", "NONE"),
    ],
)
def test_option_of_the_mesh(config: str, expected: str) -> None:
    """BASE unless the mesh config says otherwise."""
    assert expected == mesh(mesh_config(config)).settings.path_normalization
