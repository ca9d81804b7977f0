"""A cluster over real HTTP, and what is read of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.inventories import SHOP
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.connection import Connection, Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.snapshot import Snapshot

Connect = Callable[..., Connection]
Read = Callable[..., Snapshot]

OBJECTS = list(yaml.safe_load_all(SHOP))
ISTIO = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "istio-system"}},
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "istio", "namespace": "istio-system"},
        "data": {"mesh": "{}"},
    },
    {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "payments", "namespace": "shop"},
        "spec": {"hosts": ["payments"]},
    },
]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """`connect(api)`: with so many seconds of patience."""

    def to(api: ApiServer, silence: float = 5.0, user: dict[str, str] | None = None) -> Connection:
        config = api.kubeconfig(tmp_path / f"config-of-{api.url.rpartition(':')[2]}", user=user)
        (found,) = connections([], str(config), Limits(silence=silence, whole=4 * silence))
        return found

    return to


@pytest.fixture
def read(connect: Connect) -> Read:
    """`read(api)`: everything that is read of a cluster."""

    def of(api: ApiServer, silence: float = 5.0, namespaces: tuple[str, ...] = ()) -> Snapshot:
        snapshot = Snapshot(connect(api, silence), namespaces=namespaces)
        snapshot.begin()
        snapshot.read((*snapshot.heavy(), *snapshot.configuration()))
        snapshot.read_mesh_config()
        return snapshot

    return of
