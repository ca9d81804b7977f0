"""What istiod knows and uses, and which versions run."""

from __future__ import annotations

import pytest

from tests.evidence.istiod.control_plane_texts import (
    CLUSTERZ,
    CONFIGZ,
    PAYMENTS,
    PUSH_STATUS,
    REGISTRYZ,
    SHARDS,
    VERSION_JSON,
    VERSION_REPORT,
    VERSION_TEXT,
    read,
)
from troubleshooter.evidence.istiod.values import (
    Conflict,
    EndpointShards,
    PushStatus,
    Registry,
    RegistryService,
    RemoteCluster,
    RemoteClusters,
    ShardEndpoint,
    UsedConfig,
    Versions,
)

WEST_SECRET = "istio-system/istio-remote-secret-west"


def test_registry() -> None:
    """Services are found by host."""
    service = RegistryService(host=PAYMENTS, name="payments", namespace="shop", registry="Kubernetes", ports=(8080,))

    assert read(REGISTRYZ, Registry).by_host == {PAYMENTS: (service,)}


def test_shards_of_both_forms() -> None:
    """One address or several, healthy or not, with the cluster that they come from."""
    assert read(SHARDS, EndpointShards).by_host[PAYMENTS] == (
        ShardEndpoint(address="10.0.2.7", port=8080, port_name="http", shard="Kubernetes/east"),
        ShardEndpoint(address="10.8.2.7", port=8080, port_name="http", shard="Kubernetes/west", healthy=False),
    )


def test_clusters() -> None:
    """Each cluster has a state; istiod's own has no secret."""
    assert read(CLUSTERZ, RemoteClusters).all == (
        RemoteCluster(id="east", status="synced"),
        RemoteCluster(id="west", status="timeout", secret=WEST_SECRET),
    )


def test_used_config() -> None:
    """Objects are told by kind, namespace and name."""
    assert read(CONFIGZ, UsedConfig).objects == {("VirtualService", "shop", "payments")}


def test_push_status() -> None:
    """Conflicts are told with the metric, the proxy and the message."""
    conflict = Conflict(
        metric="pilot_vservice_dup_domain", about="payments.shop:80", proxy="web-1.shop", message="duplicate domain"
    )

    assert read(PUSH_STATUS, PushStatus).conflicts == (conflict,)


@pytest.mark.parametrize("text", [VERSION_TEXT, VERSION_JSON, VERSION_REPORT])
def test_versions(text: str) -> None:
    """The control plane's version and those of proxies, in each form."""
    found = read(text, Versions)

    assert ["1.28.1"] == [version for _, version in found.control_planes]
    assert "1.26.0" in [version for _, version in found.proxies]


def test_lines_of_versions() -> None:
    """A version is found again in the text."""
    assert read(VERSION_TEXT, Versions).lines["1.26.0"][0] == 3
