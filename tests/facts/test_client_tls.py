"""What has to go for a TLS setting to be gone, and how wide a DestinationRule's host is."""

from __future__ import annotations

import pytest

from troubleshooter.facts.of_client_tls import emptied, host_width

TLS = {"mode": "DISABLE"}
RULE = {
    "alone": {"tls": TLS},
    "beside": {"tls": TLS, "loadBalancer": {"simple": "RANDOM"}},
    "only port": {"portLevelSettings": [{"port": {"number": 80}, "tls": TLS}]},
    "one port of two": {"portLevelSettings": [{"port": {"number": 80}, "tls": TLS}, {"port": {"number": 81}}]},
}


@pytest.mark.parametrize(
    ("policy", "field", "expected"),
    [
        ("alone", "tls", "spec.trafficPolicy"),
        ("beside", "tls", "spec.trafficPolicy.tls"),
        ("only port", "portLevelSettings[0].tls", "spec.trafficPolicy"),
        ("one port of two", "portLevelSettings[0].tls", "spec.trafficPolicy.portLevelSettings[0]"),
    ],
)
def test_nothing_empty_is_left(policy: str, field: str, expected: str) -> None:
    """The widest part that holds nothing but the field goes with it; what selects (host, port) does not count."""
    raw = {"spec": {"host": "web", "trafficPolicy": RULE[policy]}}

    assert expected == emptied(raw, f"spec.trafficPolicy.{field}")


def test_a_subset_keeps_its_name() -> None:
    """Of a subset only the policy goes: the name and the labels hold something else."""
    raw = {"spec": {"host": "web", "subsets": [{"name": "v1", "labels": {}, "trafficPolicy": {"tls": TLS}}]}}

    assert "spec.subsets[0].trafficPolicy" == emptied(raw, "spec.subsets[0].trafficPolicy.tls")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("web.shop.svc.cluster.local", "exact"),
        ("*.shop.svc.cluster.local", "namespace-wildcard"),
        ("*.shop.svc.corp", "namespace-wildcard"),
        ("*.svc.cluster.local", "wildcard"),
        ("*.local", "mesh-wildcard"),
        ("*", "wildcard"),
        ("*.example.com", "wildcard"),
    ],
)
def test_how_wide_a_host_is(host: str, expected: str) -> None:
    """Only `*.local` stands for all services of the mesh, as people write it for mutual TLS."""
    assert expected == host_width(host)
