"""Servers that speak before their client does."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, deployment, mesh, service
from troubleshooter.mesh.service.server_first import speaks_first


@pytest.mark.parametrize(
    ("port", "image", "expected"),
    [
        ("{name: db, port: 3307, targetPort: 3306}", "db", True),
        ("{name: db, port: 3307, targetPort: my}", "db", True),
        ("{name: db, port: 13306}", "registry.example.com:5000/library/mysql:8.4@sha256:0", True),
        ("{name: db, port: 9104}", "prom/mysqld-exporter", False),
        ("{name: db, port: 5432}", "postgres:16", False),
    ],
)
def test_what_says_so(port: str, image: str, *, expected: bool) -> None:
    """Its number, that of its target, or the image behind it."""
    pod = f"containers: [{{name: app, image: '{image}', ports: [{{name: my, containerPort: 3306}}]}}]"
    held = mesh(SPACES, service("db", port), deployment("db", pod=pod))
    found = held.registry.all[0]

    assert expected == (speaks_first(held.workloads, found, found.ports[0]) is not None)
