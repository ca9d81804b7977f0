"""Whoever has the roles in deploy/rbac/, and nothing else, sees what they promise, over real HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.inventories import EXACT, SHOP
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.connection import Connection, Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.looks import Looker
from troubleshooter.collect.cluster.snapshot import Snapshot
from troubleshooter.model import NotChecked, RuntimePage, Sight

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "rbac"
CONTROL_PLANE = """
apiVersion: v1
kind: Namespace
metadata: {name: istio-system}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "{}"}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web}, {name: istio-proxy}]}
status: {phase: Running}
"""
OBJECTS = [each for text in (SHOP, EXACT, CONTROL_PLANE) for each in yaml.safe_load_all(text)]
PAGES = {("shop", "web-1"): {"config_dump?include_eds": b"{}"}}
LOG = {("shop", "web-1", "istio-proxy"): "a line\n"}


def roles(*names: str) -> list[Any]:
    """The roles of some files."""
    return [yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")) for name in names]


def connection(api: ApiServer, folder: Path) -> Connection:
    """To a cluster."""
    (found,) = connections([], str(api.kubeconfig(folder / "config")), Limits(silence=5, whole=20))
    return found


def not_seen(api: ApiServer, folder: Path) -> tuple[NotChecked, ...]:
    """What stays unseen when everything is read."""
    snapshot = Snapshot(connection(api, folder))
    snapshot.begin()
    snapshot.read((*snapshot.heavy(), *snapshot.configuration()))
    snapshot.read_mesh_config()
    return snapshot.inventory().not_checked


def looked(api: ApiServer, folder: Path, page: RuntimePage) -> str:
    """What a look into the proxy shows."""
    looker = Looker([connection(api, folder)])
    try:
        sight = Sight(page=page, namespace="shop", pods=("web-1",), container="istio-proxy")
        return looker.look(sight).exhibits[0].text
    finally:
        looker.close()


@pytest.mark.parametrize("version", [(1, 26), (1, 32), (1, 35)])
def test_all_objects_are_seen_with_the_first_role(tmp_path: Path, version: tuple[int, int]) -> None:
    """Nothing of the configuration is forbidden, in any Kubernetes."""
    with ApiServer(OBJECTS, roles=roles("configuration"), version=version) as api:
        assert () == not_seen(api, tmp_path)


def test_without_a_role_nothing_is_seen(tmp_path: Path) -> None:
    """So that the test above says something."""
    with ApiServer(OBJECTS, roles=[]) as api:
        assert {"forbidden"} == {each.why for each in not_seen(api, tmp_path)}


def test_the_log_is_seen_with_the_second_role(tmp_path: Path) -> None:
    """On top of the first."""
    with ApiServer(OBJECTS, roles=roles("configuration", "logs"), logs=LOG) as api:
        assert "a line\n" == looked(api, tmp_path, RuntimePage.LOG)


@pytest.mark.parametrize("version", [(1, 32), (1, 35)])
def test_pages_are_seen_with_the_third_role(tmp_path: Path, version: tuple[int, int]) -> None:
    """Also since websockets take the verb create."""
    with ApiServer(OBJECTS, roles=roles("configuration", "proxies"), proxies=PAGES, version=version) as api:
        assert "{}" == looked(api, tmp_path, RuntimePage.CONFIG_DUMP)


@pytest.mark.parametrize("page", [RuntimePage.LOG, RuntimePage.CONFIG_DUMP])
def test_the_first_role_lets_nobody_into_pods(tmp_path: Path, page: RuntimePage) -> None:
    """Neither into logs nor into proxies."""
    with (
        ApiServer(OBJECTS, roles=roles("configuration"), logs=LOG, proxies=PAGES) as api,
        pytest.raises(ClusterError) as caught,
    ):
        looked(api, tmp_path, page)
    assert Why.FORBIDDEN == caught.value.why
