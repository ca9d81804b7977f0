"""How somebody proves who they are: all that a kubeconfig may say of it, as kubectl does it."""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.collect.cluster.conftest import OBJECTS
from tests.kube_api.certificates import Certificates, made
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.connection import Connection, Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.errors import InputError

PASSWORD = "right"
PLUGIN = """
import json, pathlib, sys
count = pathlib.Path(sys.argv[1])
count.write_text(count.read_text() + "x" if count.exists() else "x")
status = {"token": sys.argv[2], "expirationTimestamp": sys.argv[3]}
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}))
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Those of one run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return made(tmp_path_factory.mktemp("certificates"))


def connected(config: Path) -> Connection:
    """The connection of a kubeconfig."""
    (found,) = connections([], str(config), Limits(silence=5, whole=20))
    return found


def pods(config: Path) -> dict[str, Any]:
    """The pods that somebody with this kubeconfig gets."""
    found: dict[str, Any] = json.loads(connected(config).get("/api/v1/pods").body)
    return found


def plugin(folder: Path, token: str, expires: str) -> dict[str, Any]:
    """The user's part of a kubeconfig that runs a program for a token."""
    script = folder / "plugin.py"
    script.write_text(PLUGIN, encoding="utf-8")
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(script), str(folder / "runs"), token, expires],
            "interactiveMode": "Never",
        }
    }


def test_token(tmp_path: Path) -> None:
    """As most service accounts have one."""
    with ApiServer(OBJECTS, token=PASSWORD) as api:
        assert "PodList" == pods(api.kubeconfig(tmp_path / "config"))["kind"]


def test_token_in_a_file(tmp_path: Path) -> None:
    """Read when it is needed."""
    (tmp_path / "token").write_text(PASSWORD, encoding="utf-8")
    with ApiServer(OBJECTS, token=PASSWORD) as api:
        config = api.kubeconfig(tmp_path / "config", user={"tokenFile": str(tmp_path / "token")})
        assert "PodList" == pods(config)["kind"]


def test_plugin(tmp_path: Path) -> None:
    """Clouds hand out tokens through a program of theirs; one token lasts for many requests."""
    with ApiServer(OBJECTS, token=PASSWORD) as api:
        connection = connected(
            api.kubeconfig(tmp_path / "config", user=plugin(tmp_path, PASSWORD, "2099-01-01T00:00:00Z"))
        )
        for _ in range(3):
            connection.get("/api/v1/pods")

    assert "x" == (tmp_path / "runs").read_text(encoding="utf-8")


def test_token_that_expires_meanwhile(tmp_path: Path) -> None:
    """The program is asked for another."""
    with ApiServer(OBJECTS, token=PASSWORD) as api:
        connection = connected(
            api.kubeconfig(tmp_path / "config", user=plugin(tmp_path, PASSWORD, "2020-01-01T00:00:00Z"))
        )
        connection.get("/api/v1/pods")

    assert len((tmp_path / "runs").read_text(encoding="utf-8")) > 1


def test_plugin_that_is_not_there(tmp_path: Path) -> None:
    """Said as it is, with what to do."""
    with ApiServer(OBJECTS, token=PASSWORD) as api:
        user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin-anywhere"}}
        with pytest.raises(InputError) as error:
            connected(api.kubeconfig(tmp_path / "config", user=user))

    assert "no-such-plugin-anywhere" in str(error.value)
    assert "kubectl get namespaces" in str(error.value)


def test_certificates(tmp_path: Path, certificates: Certificates) -> None:
    """Of the user, and the root of a cluster that nobody else trusts."""
    with ApiServer(OBJECTS, tls=certificates) as api:
        assert "PodList" == pods(api.kubeconfig(tmp_path / "config"))["kind"]


def test_root_that_is_not_trusted(tmp_path: Path, certificates: Certificates) -> None:
    """TLS is named, and nothing is sent."""
    with ApiServer(OBJECTS, tls=certificates) as api:
        config = api.kubeconfig(tmp_path / "config")
        held = json.loads(config.read_text(encoding="utf-8"))
        for key in ("certificate-authority", "certificate-authority-data"):
            held["clusters"][0]["cluster"].pop(key, None)
        config.write_text(json.dumps(held), encoding="utf-8")
        with pytest.raises(ClusterError) as error:
            pods(config)

    assert error.value.why is Why.UNREACHABLE
    assert "TLS" in str(error.value)


def test_root_that_nobody_checks(tmp_path: Path, certificates: Certificates) -> None:
    """Who says so gets through, and without a warning for each request."""
    with ApiServer(OBJECTS, tls=certificates) as api, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        config = api.kubeconfig(tmp_path / "config")
        held = json.loads(config.read_text(encoding="utf-8"))
        for key in ("certificate-authority", "certificate-authority-data"):
            held["clusters"][0]["cluster"].pop(key, None)
        held["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = True
        config.write_text(json.dumps(held), encoding="utf-8")
        assert "PodList" == pods(config)["kind"]

    assert [] == [str(one.message) for one in said if "InsecureRequest" in one.category.__name__]


def test_service_account_of_a_pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a kubeconfig, in a cluster, the account of the pod is taken; without its token that is said."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "1")
    with pytest.raises(InputError) as error:
        connections([], "", Limits())

    assert str(error.value).startswith("the service account of this pod")


def test_proxy_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the kubeconfig is used: the cluster has a name that nobody knows, and there is an answer."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    with ApiServer(OBJECTS) as proxy:
        config = proxy.kubeconfig(tmp_path / "config")
        held = json.loads(config.read_text(encoding="utf-8"))
        held["clusters"][0]["cluster"] |= {"server": "http://kubernetes.invalid:6443", "proxy-url": proxy.url}
        config.write_text(json.dumps(held), encoding="utf-8")
        assert "PodList" == pods(config)["kind"]


def test_kubeconfig_with_nothing_in_it(tmp_path: Path) -> None:
    """What the package says ends with a full stop of its own; one is enough."""
    (tmp_path / "empty").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as error:
        connected(tmp_path / "empty")

    assert "file is empty. `kubectl config get-contexts`" in str(error.value)
