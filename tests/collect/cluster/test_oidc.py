"""Tokens of an OpenID Connect provider, as a kubeconfig of kubectl holds them."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.collect.cluster.conftest import OBJECTS
from tests.kube_api import faults
from tests.kube_api.certificates import Certificates, made
from tests.kube_api.messages import Reply, encoded
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.connection import Limits
from troubleshooter.collect.cluster.contexts import connections

OVER, IN_FAR_FUTURE = 1_000_000_000, 4_000_000_000


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Those of one run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return made(tmp_path_factory.mktemp("certificates"))


def token(expires: int) -> str:
    """A token of the provider; nobody here checks its signature."""
    parts: tuple[dict[str, Any], ...] = ({"alg": "none"}, {"sub": "ann", "exp": expires}, {})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def user(held: str, **more: str) -> dict[str, Any]:
    """The user's part of a kubeconfig, with that token."""
    config = {"client-id": "kubernetes", "client-secret": "s", "id-token": held, "refresh-token": "again", **more}
    return {"auth-provider": {"name": "oidc", "config": config}}


def kinds_read(config: Path) -> str:
    """What somebody with this kubeconfig gets where pods are asked for."""
    (connection,) = connections([], str(config), Limits(silence=5, whole=20))
    return str(json.loads(connection.get("/api/v1/pods").body)["kind"])


def test_token_that_holds(tmp_path: Path) -> None:
    """It is sent as it is."""
    held = token(IN_FAR_FUTURE)
    with ApiServer(OBJECTS, token=held) as api:
        assert "PodList" == kinds_read(api.kubeconfig(tmp_path / "config", user=user(held)))


def test_token_that_is_over(tmp_path: Path, certificates: Certificates) -> None:
    """The provider is asked for another, and the kubeconfig stays as it was: nothing of a person's is written."""
    new = token(IN_FAR_FUTURE)
    given = Reply(body=encoded({"id_token": new, "refresh_token": "more", "access_token": "a", "token_type": "Bearer"}))
    with ApiServer([], tls=certificates, faults=[faults.answered("/token", given)]) as giver:
        told = Reply(body=encoded({"token_endpoint": f"{giver.url}/token"}))
        way = faults.answered("/.well-known/openid-configuration", told)
        with ApiServer([], tls=certificates, faults=[way]) as issuer, ApiServer(OBJECTS, token=new) as api:
            root = {"idp-issuer-url": issuer.url, "idp-certificate-authority": str(certificates.root)}
            config = api.kubeconfig(tmp_path / "config", user=user(token(OVER), **root))
            before = config.read_text(encoding="utf-8")

            assert "PodList" == kinds_read(config)
            assert before == config.read_text(encoding="utf-8")
