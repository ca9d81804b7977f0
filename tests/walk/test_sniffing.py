"""Connections that hang because a proxy waits for a client that waits for its server."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, app, death, deployment, mesh, mesh_config, thing, walked

HANGS = "listener: timeout"
BATCH = deployment("batch", namespace="legacy")


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("{name: db, port: 3307, targetPort: 3306}", HANGS),
        ("{name: tcp-db, port: 3307, targetPort: 3306}", ""),
        ("{name: db, port: 3307, targetPort: 5432}", ""),
        ("{name: http-db, port: 3307, targetPort: 3306}", "listener: 400 DPE http1.codec_error"),
    ],
)
def test_what_a_callers_proxy_detects(port: str, expected: str) -> None:
    """A port that declares nothing is detected, and the server of some numbers speaks first."""
    assert expected == death(walked(mesh(SPACES, deployment("web"), app("db", port)), "tcp://db.shop:3307"))


@pytest.mark.parametrize(
    ("timeout", "expected"), [("0s", HANGS), ("0ms", HANGS), ("5s", ""), ("100ms", ""), ("1m0s", "")]
)
def test_how_long_it_waits(timeout: str, expected: str) -> None:
    """For ever, unless the mesh config says otherwise."""
    config = mesh_config(f"protocolDetectionTimeout: {timeout}")
    held = mesh(SPACES, config, deployment("web"), app("db", "{name: db, port: 3307, targetPort: 3306}"))

    assert expected == death(walked(held, "tcp://db.shop:3307"))


@pytest.mark.parametrize(("mode", "expected"), [("PERMISSIVE", HANGS), ("DISABLE", "")])
def test_what_a_targets_proxy_detects(mode: str, expected: str) -> None:
    """Whether TLS comes is detected too where both are taken; a client with a proxy begins with TLS."""
    policy = thing("PeerAuthentication", "default", f"mtls: {{mode: {mode}}}")
    held = mesh(SPACES, BATCH, deployment("web"), app("db", "{name: tcp-db, port: 3306}"), policy)
    bare, proxied = (walked(held, "tcp://db.shop:3306", s) for s in ("legacy/deployment/batch", "shop/deployment/web"))

    assert (expected, "") == (death(bare), death(proxied))
