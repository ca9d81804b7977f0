"""The way to a cluster: TLS as the kubeconfig wants it, and proxies, for requests and for websockets."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kube_api.certificates import Certificates, made
from tests.kube_api.forward_proxy import ForwardProxy
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.connection import Connection, Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.looks import Looker
from troubleshooter.model import RuntimePage, Sight

NAMESPACES = "/api/v1/namespaces"
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web-1", "namespace": "shop"},
    "spec": {"containers": [{"name": "istio-proxy"}]},
}
PAGES = {("shop", "web-1"): {"config_dump?include_eds": b"{}"}}

Edit = Callable[[dict[str, Any], dict[str, Any]], None]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Those of one run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return made(tmp_path_factory.mktemp("certificates"))


def connection(api: ApiServer, folder: Path, edit: Edit) -> Connection:
    """To a cluster, as its kubeconfig says; `edit(cluster, user)` says more."""
    file = api.kubeconfig(folder / "config")
    held = json.loads(file.read_text(encoding="utf-8"))
    edit(held["clusters"][0]["cluster"], held["users"][0]["user"])
    file.write_text(json.dumps(held), encoding="utf-8")
    (found,) = connections([], str(file), Limits(silence=5, whole=20))
    return found


def page(to: Connection) -> str:
    """What a look into a proxy shows."""
    looker = Looker([to])
    try:
        sight = Sight(page=RuntimePage.CONFIG_DUMP, namespace="shop", pods=("web-1",), container="istio-proxy")
        return looker.look(sight).exhibits[0].text
    finally:
        looker.close()


def test_certificate_in_the_kubeconfig(certificates: Certificates, tmp_path: Path) -> None:
    """As kubeadm and kind write it."""

    def inline(cluster: dict[str, Any], user: dict[str, Any]) -> None:
        for held in (cluster, user):
            for name in ("certificate-authority", "client-certificate", "client-key"):
                if name in held:
                    held[f"{name}-data"] = base64.b64encode(Path(held.pop(name)).read_bytes()).decode()

    with ApiServer([POD], tls=certificates, proxies=PAGES) as api:
        assert "{}" == page(connection(api, tmp_path, inline))


def test_root_that_nobody_asks_for(certificates: Certificates, tmp_path: Path) -> None:
    """Who wrote insecure-skip-tls-verify wanted it so, over websockets too."""

    def trusting(cluster: dict[str, Any], _: dict[str, Any]) -> None:
        del cluster["certificate-authority"]
        cluster["insecure-skip-tls-verify"] = True

    with ApiServer([POD], tls=certificates, proxies=PAGES) as api:
        assert "{}" == page(connection(api, tmp_path, trusting))


@pytest.mark.parametrize("user", ["", "me:p@ss/word"])
def test_proxy_on_the_way(certificates: Certificates, tmp_path: Path, user: str) -> None:
    """Requests and websockets go through it, with its password where it has one."""
    with ApiServer([POD], tls=certificates, proxies=PAGES) as api, ForwardProxy(user) as proxy:

        def through(cluster: dict[str, Any], _: dict[str, Any]) -> None:
            cluster["proxy-url"] = proxy.url

        to = connection(api, tmp_path, through)
        to.get(NAMESPACES)
        before = len(proxy.passed)
        shown = page(to)
        through_it = len(proxy.passed)
    assert ("{}", True) == (shown, through_it > before > 0)


def test_proxy_that_lets_nobody_through(certificates: Certificates, tmp_path: Path) -> None:
    """The cluster is not reached, and that is what is said."""
    with ApiServer([], tls=certificates) as api, ForwardProxy("me:word") as proxy:

        def stranger(cluster: dict[str, Any], _: dict[str, Any]) -> None:
            cluster["proxy-url"] = proxy.url.replace("me:word@", "")

        with pytest.raises(ClusterError) as caught:
            connection(api, tmp_path, stranger).get(NAMESPACES)
    assert Why.UNREACHABLE == caught.value.why
    assert str(caught.value).endswith("(407 Proxy Authentication Required)")
