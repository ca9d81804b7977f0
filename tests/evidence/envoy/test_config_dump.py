"""The configuration of a proxy, from its own dump and from what istioctl prints of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.damage import damaged
from tests.evidence.envoy.admin_pages import REVIEWS, page, read
from troubleshooter.evidence import take
from troubleshooter.evidence.envoy.dump import ConfigDump, ConfigState
from troubleshooter.model import Exhibit

TYPE = "type.googleapis.com/envoy."
TLS = {
    "@type": f"{TYPE}extensions.transport_sockets.tls.v3.UpstreamTlsContext",
    "sni": "outbound_.80_._.api.shop.svc.cluster.local",
    "common_tls_context": {
        "tls_certificate_sds_secret_configs": [{"name": "default"}],
        "combined_validation_context": {"validation_context_sds_secret_config": {"name": "ROOTCA"}},
    },
}
API = "outbound|80||api.shop.svc.cluster.local"
RULE = "/apis/networking.istio.io/v1/namespaces/shop/destination-rule/api"


def _dump(kind: str, **section: Any) -> ConfigDump:
    return read(json.dumps({"configs": [{"@type": f"{TYPE}admin.v3.{kind}", **section}]}), ConfigDump)


def test_a_whole_dump_is_read() -> None:
    """Listeners, routes, clusters, endpoints and secrets of an Envoy 1.40."""
    dump = read(page("config_dump.json"), ConfigDump)

    assert [one.name for one in dump.listeners or ()] == ["virtualOutbound", "0.0.0.0_8080"]
    assert [host.name for one in dump.routes or () for host in one.hosts] == [
        "reviews.default.svc.cluster.local:8080",
        "allow_any",
    ]
    assert [one.name for one in dump.clusters or ()] == ["BlackHoleCluster", "PassthroughCluster", REVIEWS]
    assert [(one.cluster, one.address, one.health) for one in dump.endpoints or ()] == [
        (REVIEWS, "127.0.0.1", "HEALTHY")
    ]
    assert [(one.name, bool(one.roots)) for one in dump.secrets or ()] == [("ROOTCA", True)]


def test_what_a_dump_does_not_hold_is_not_empty() -> None:
    """A dump without endpoints says nothing of them; a section without entries says that there are none."""
    dump = _dump("ListenersConfigDump")

    assert (dump.endpoints, dump.listeners) == (None, ())


def test_a_cluster_says_what_it_begins_with() -> None:
    """Mutual TLS to some endpoints, its name in the hello, the secrets it needs, the rule that it comes from."""
    matches = [{"name": "tlsMode-istio", "transport_socket": {"typed_config": TLS}}]
    metadata = {"filter_metadata": {"istio": {"config": RULE}}}
    raw = {"name": API, "type": "EDS", "transport_socket_matches": matches, "metadata": metadata}
    dump = _dump("ClustersConfigDump", dynamic_warming_clusters=[{"cluster": raw, "version_info": "7"}])

    (cluster,) = dump.clusters or ()
    assert (cluster.state, cluster.mtls, cluster.secrets) == (ConfigState.WARMING, True, ("default", "ROOTCA"))
    assert (cluster.sni, cluster.made_from, cluster.version) == (TLS["sni"], RULE, "7")
    assert cluster.place == "configs[0].dynamic_warming_clusters[0]"


def test_a_refused_listener_says_why() -> None:
    """An update that was refused stands beside the listener that is in use; its entry may have no name."""
    active = {"listener": {"name": "0.0.0.0_80"}}
    error = {"details": "Error adding/updating listener(s) 0.0.0.0_80: no such filter", "version_info": "9"}
    dump = _dump(
        "ListenersConfigDump",
        dynamic_listeners=[{"name": "0.0.0.0_80", "active_state": active}, {"error_state": error}],
    )

    assert [(one.name, one.state) for one in dump.listeners or ()] == [
        ("0.0.0.0_80", ConfigState.ACTIVE),
        ("", ConfigState.REJECTED),
    ]
    assert "no such filter" in (dump.listeners or ())[1].error


def test_a_filter_chain_says_what_becomes_of_a_connection() -> None:
    """Its routes, whether it demands a certificate, and the policies in it."""
    manager = {
        "rds": {"route_config_name": "http.80"},
        "http_filters": [
            {"name": "rbac", "typed_config": {"rules": {"policies": {"ns[shop]-policy[deny]-rule[0]": {}}}}},
            {"name": "router"},
        ],
    }
    tls = {"@type": f"{TYPE}tls.v3.DownstreamTlsContext", "require_client_certificate": True}
    chain = {
        "filter_chain_match": {"server_names": ["shop.example.com"], "transport_protocol": "tls"},
        "filters": [{"name": "hcm", "typed_config": manager}],
        "transport_socket": {"typed_config": tls},
    }
    raw = {"name": "l", "address": {"socket_address": {"address": "10.0.0.9", "port_value": 443}}}
    dump = _dump("ListenersConfigDump", static_listeners=[{"listener": {**raw, "filter_chains": [chain]}}])

    (found,) = (dump.listeners or ())[0].chains
    assert (found.server_names, found.transport, found.tls) == (("shop.example.com",), "tls", True)
    assert (found.client_certificate, found.route_config) == (True, "http.80")
    assert (found.policies, found.filters) == (("ns[shop]-policy[deny]-rule[0]",), ("hcm", "rbac", "router"))


def test_a_route_says_where_it_leads() -> None:
    """Shares of weighted clusters are per cent; a match is told in a few words."""
    weighted = {"clusters": [{"name": "a", "weight": 3}, {"name": "b", "weight": 1}]}
    routes = [
        {"match": {"prefix": "/api", "headers": [{"name": "end-user"}]}, "route": {"weighted_clusters": weighted}},
        {"match": {"safe_regex": {"regex": "/v[0-9]+"}}, "direct_response": {"status": 503}},
    ]
    config = {"name": "80", "virtual_hosts": [{"name": "h", "domains": ["*"], "routes": routes}]}
    dump = _dump("RoutesConfigDump", dynamic_route_configs=[{"route_config": config}])

    first, second = (dump.routes or ())[0].hosts[0].routes
    assert (first.match, first.clusters) == ("prefix /api, header end-user", (("a", 75.0), ("b", 25.0)))
    assert (second.match, second.direct_response) == ("regex /v[0-9]+", 503)


@pytest.mark.parametrize(
    ("printed", "section", "name"),
    [
        ([{"name": API, "type": "EDS", "connectTimeout": "10s"}], "clusters", API),
        ([{"name": "80", "virtualHosts": []}], "routes", "80"),
        ([{"name": "0.0.0.0_80", "filterChains": []}], "listeners", "0.0.0.0_80"),
        ({"dynamicActiveSecrets": [{"name": "default", "secret": {}}]}, "secrets", "default"),
    ],
)
def test_what_istioctl_prints_is_read(printed: Any, section: str, name: str) -> None:
    """Bare lists and sections in the other spelling; sections that were not printed are not known."""
    dump = read(json.dumps(printed), ConfigDump)

    assert [one.name for one in getattr(dump, section)] == [name]
    assert [s for s in ("listeners", "routes", "clusters", "endpoints", "secrets") if getattr(dump, s) is not None] == [
        section
    ]


def test_keys_are_never_kept() -> None:
    """A private key in a dump enters no value, wherever it stands."""
    key = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n"
    held = {
        "name": "default",
        "tls_certificate": {"certificate_chain": {"inline_string": key}, "private_key": {"inline_string": key}},
    }
    dump = _dump("SecretsConfigDump", dynamic_active_secrets=[{"name": "default", "secret": held}])

    assert "c2VjcmV0" not in repr(dump)


def test_a_dump_that_is_cut_off_keeps_its_whole_sections() -> None:
    """A section counts whole or not at all, so that nothing looks absent that was only cut off."""
    text = page("config_dump.json")
    cut = text[: text.index("dynamic_listeners")]
    evidence = take([Exhibit(name="dump", text=cut)])

    (reading,) = evidence.of(ConfigDump)
    assert reading.value.listeners is None
    assert len(reading.value.clusters or ()) == 3
    assert "cut off" in evidence.not_checked[0].why


@given(text=damaged(page("config_dump.json")))
def test_no_damage_raises(text: str) -> None:
    """Whatever is cut off or put in, a dump is read or named, and nothing is raised."""
    evidence = take([Exhibit(name="page", text=text)])

    assert evidence or evidence.not_checked


_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["configs", "name", "filter_chains", "virtual_hosts", "routes", "cluster", "secret", "address", "dynamic_listeners", "active_state", "error_state", "listener", "dynamic_active_clusters"]), inner), max_leaves=30)  # fmt: skip  # noqa: E501 - a strategy is a line


@given(_JSON)
def test_no_shape_raises(shape: Any) -> None:
    """Known fields with values of any type are read as far as they make sense."""
    evidence = take([Exhibit(name="page", text=json.dumps({"configs": shape, "@type": "envoy.admin.v3."}))])

    assert evidence or evidence.not_checked
