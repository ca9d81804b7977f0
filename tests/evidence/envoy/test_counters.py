"""Counters, in the three forms in which a proxy writes them."""

from __future__ import annotations

import pytest

from tests.evidence.envoy.admin_pages import REVIEWS, page, read
from troubleshooter.evidence.envoy.counters import whose
from troubleshooter.evidence.envoy.status import Counter, Stats

EXTERNAL = "outbound|443||api.example.com"
JSON = '{"stats": [{"name": "http.outbound_0.0.0.0_80.no_route", "value": 3}, {"histograms": {}}]}'
METRICS = """\
# TYPE envoy_cluster_upstream_rq counter
envoy_cluster_upstream_rq{response_code="503",cluster_name="outbound|80||api.shop.svc.cluster.local"} 4
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="outbound|80||api"} 5
envoy_listener_ssl_fail_verify_error{listener_address="0.0.0.0_15006"} 2
envoy_server_live{} 1
istio_requests_total{response_code="503"} 9
"""


@pytest.mark.parametrize(
    ("counter", "parts"),
    [
        (f"cluster.{REVIEWS}.upstream_rq_503", ("cluster", REVIEWS, "upstream_rq_503")),
        (f"cluster.{REVIEWS};.upstream_rq_503", ("cluster", REVIEWS, "upstream_rq_503")),
        (f"cluster.{REVIEWS}.external.upstream_rq_503", ("cluster", REVIEWS, "external_upstream_rq_503")),
        (f"cluster.{REVIEWS}.ssl.connection_error", ("cluster", REVIEWS, "ssl_connection_error")),
        (f"cluster.{EXTERNAL}.lb_healthy_panic", ("cluster", EXTERNAL, "lb_healthy_panic")),
        ("http.outbound_0.0.0.0_80.rds.80.update_rejected", ("http", "outbound_0.0.0.0_80", "rds_80_update_rejected")),
        ("http.inbound_0.0.0.0_8080;.rbac.denied", ("http", "inbound_0.0.0.0_8080", "rbac_denied")),
        ("listener.[__]_15006.ssl.fail_verify_san", ("listener", "[__]_15006", "ssl_fail_verify_san")),
        ("listener.10.0.0.7_8443.no_filter_chain_match", ("listener", "10.0.0.7_8443", "no_filter_chain_match")),
        ("sds.kubernetes://shop.crt.update_failure", ("sds", "kubernetes://shop.crt", "update_failure")),
        ("control_plane.connected_state", ("", "", "control_plane_connected_state")),
    ],
)  # fmt: skip
def test_a_counter_says_whose_it_is(counter: str, parts: tuple[str, str, str]) -> None:
    """Old and new forms, and hosts with dots in them, give scope, owner and name."""
    assert whose(counter) == parts


def test_text_is_read_with_lines() -> None:
    """Each counter keeps the line on which it stands; what is no number is left out."""
    stats = read(page("stats.txt"), Stats)

    assert stats.of("cluster", REVIEWS, "ssl_connection_error") == Counter(value=1, line=22)
    assert stats.of("cluster", REVIEWS, "version_text") is None


def test_json_is_read() -> None:
    """Counters of the JSON form are read, histograms left out."""
    assert read(JSON, Stats).of("http", "outbound_0.0.0.0_80", "no_route") == Counter(value=3)


def test_the_form_of_prometheus_is_read() -> None:
    """Istio's labels and Envoy's own say whose a counter is, and which status it counts."""
    stats = read(METRICS, Stats)

    assert stats.of("cluster", "outbound|80||api.shop.svc.cluster.local", "upstream_rq_503") == Counter(value=4, line=2)
    assert stats.of("cluster", "outbound|80||api", "upstream_rq_5xx") == Counter(value=5, line=3)
    assert stats.of("listener", "0.0.0.0_15006", "ssl_fail_verify_error") == Counter(value=2, line=4)
    assert stats.of("", "", "server_live") == Counter(value=1, line=5)


def test_what_is_not_there_is_not_zero() -> None:
    """Proxies leave counters out by default: one that is not there is not known."""
    assert read(JSON, Stats).of("http", "outbound_0.0.0.0_80", "no_cluster") is None
