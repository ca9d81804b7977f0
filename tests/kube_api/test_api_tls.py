"""The API server for tests behind TLS, with certificates or a token."""

from __future__ import annotations

import http.client
import os
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.kube_api.asking import shop
from tests.kube_api.certificates import Certificates, made
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.connection import Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.looks import Looker
from troubleshooter.model import RuntimePage, Sight

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

BIG = b'{"configs": ["' + b"x" * 3_000_000 + b'"]}'


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Those of one run."""
    return made(tmp_path_factory.mktemp("certificates"))


def status(api: ApiServer, context: ssl.SSLContext) -> int:
    """What a client with these settings gets."""
    wire = http.client.HTTPSConnection(api.url.removeprefix("https://"), timeout=5, context=context)
    wire.request("GET", "/api/v1/pods")
    found = wire.getresponse()
    found.read()
    wire.close()
    return found.status


def test_who_shows_a_certificate_is_known(certificates: Certificates) -> None:
    """And nobody else."""
    nobody = ssl.create_default_context(cafile=str(certificates.root))
    known = ssl.create_default_context(cafile=str(certificates.root))
    known.load_cert_chain(certificates.user, certificates.user_key)
    with ApiServer(shop(), tls=certificates) as api:
        assert [401, 200] == [status(api, context) for context in (nobody, known)]


def test_who_does_not_trust_the_root_gets_nothing(certificates: Certificates) -> None:
    """The server is known by nobody else; and it goes on."""
    with ApiServer(shop(), tls=certificates) as api, pytest.raises(ssl.SSLCertVerificationError):
        status(api, ssl.create_default_context())


@pytest.mark.parametrize("token", ["", "secret"])
@pytest.mark.parametrize("forbidden", ["pods/exec", "pods/portforward"])
def test_pages_come_through_tls(certificates: Certificates, tmp_path: Path, token: str, forbidden: str) -> None:
    """Over websockets in both ways, with a certificate and with a token."""
    pages = {("shop", "web-1"): {"config_dump?include_eds": BIG}}
    rows = [("*", "", forbidden, "*")]
    with ApiServer(shop(), tls=certificates, token=token, proxies=pages, forbidden=rows) as api:
        looker = Looker(connections([], str(api.kubeconfig(tmp_path / "config")), Limits(silence=5, whole=20)))
        try:
            sight = Sight(page=RuntimePage.CONFIG_DUMP, namespace="shop", pods=("web-1",), container="istio-proxy")
            found = looker.look(sight).exhibits[0].text
        finally:
            looker.close()
    assert BIG.decode() == found.rstrip("\n")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("get", "pods", "-n", "bank", "-o", "name"), "pod/bank-1\n"),
        (("exec", "-n", "shop", "web-1", "-c", "web", "--", "pilot-agent", "request", "GET", "certs"), "none\n"),
    ],
    ids=["get", "exec"],
)
def test_kubectl_comes_through_tls(
    certificates: Certificates, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    """With the certificates that the kubeconfig names."""
    with ApiServer(shop(), tls=certificates, proxies={("shop", "web-1"): {"certs": b"none"}}) as api:
        config = api.kubeconfig(tmp_path / "config")
        found = subprocess.run(
            [str(shutil.which("kubectl")), "--kubeconfig", str(config), *words],
            env={**os.environ, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert (expected, "") == (found.stdout, found.stderr)
