"""The mesh config is text from a cluster: whatever it holds, it is read or said to be damaged."""

from __future__ import annotations

import pytest

from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, Object


def _mesh(text: str) -> Mesh:
    raw = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"}}
    return Mesh(Inventory(objects=(Object(raw={**raw, "data": {"mesh": text}}),)))


@pytest.mark.parametrize("text", ["a: " + "[" * 200_000, "- " * 100_000 + "x", "a: [", "- a list", "\tx: 1"])
def test_damaged_text_is_said(text: str) -> None:
    """A text that is no map, or nests without end, leaves the defaults in force and is named."""
    mesh = _mesh(text)

    assert not mesh.settings.readable
    assert mesh.settings.auto_mtls
    assert any("damaged" in note.why for note in mesh.assumptions())


def test_readable_text_is_used() -> None:
    """A text that is a map is the mesh config."""
    assert _mesh("enableAutoMtls: false\nrootNamespace: mesh").settings.root_namespace == "mesh"
