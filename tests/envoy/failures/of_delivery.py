"""Configuration that never comes, or that the proxy refuses."""

from __future__ import annotations

import time

from tests.envoy.apps import Place
from tests.envoy.envoy_shapes import Shape, address
from tests.envoy.failures.lab import Lab
from tests.envoy.failures.rows import failure
from tests.envoy.failures.shapes import PAYMENTS, cluster, for_http, table, to

ISTIOD = "xds-grpc"
ASKED: Shape = {
    "resource_api_version": "V3",
    "initial_fetch_timeout": "0s",
    "path_config_source": None,
    "api_config_source": {
        "api_type": "GRPC",
        "transport_api_version": "V3",
        "grpc_services": [{"envoy_grpc": {"cluster_name": ISTIOD}}],
    },
}
"""Configuration that is asked for over the network, as in a cluster."""


def istiod(place: Place) -> Shape:
    """The part of a bootstrap that says where istiod is."""
    held = {"cluster_name": ISTIOD, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(*place)}}]}]}
    spoken = {"name": ISTIOD, "type": "STATIC", "connect_timeout": "1s", "http2_protocol_options": {}}
    return {"static_resources": {"listeners": [], "clusters": [spoken | {"load_assignment": held}]}}


@failure("istiod-not-pushing-stale-endpoints", "route", "the listener asks for routes that are not in the dump")
def nr_rds_empty(lab: Lab) -> None:
    """The answer to the question for routes is empty."""
    lab.caller([cluster(lab.app())], table(to(PAYMENTS), name="9090"), unanswered=("rds 8080",))
    lab.ask()


@failure("config-rejected-by-proxy", "cluster", "error_state of the listener")
def lds_rejected(lab: Lab) -> None:
    """A listener that the proxy does not understand is pushed."""
    running = lab.caller([cluster(lab.app())])
    wrong = for_http(9090) | {"filter_chains": [{"filters": [{"name": "nobody.knows.this", "typed_config": {}}]}]}
    running.push("lds", wrong)
    time.sleep(0.1)
    lab.ask()


@failure("config-rejected-by-proxy", "cluster", "cds.update_rejected, and the cluster that was to come is not there")
def cds_rejected(lab: Lab) -> None:
    """Clusters that the proxy does not understand are pushed, and the one that is called goes with them."""
    lab.caller([], table(to(PAYMENTS))).push("cds", {"name": "bad", "type": "EDS"})
    time.sleep(0.1)
    lab.ask()


@failure("istiod-not-pushing-stale-endpoints", "cluster", "a cluster that warms, and a proxy that initializes")
def eds_never_arrives(lab: Lab) -> None:
    """Clusters come from istiod, and their endpoints never do."""
    held = cluster(eds_cluster_config={"eds_config": {k: v for k, v in ASKED.items() if v}, "service_name": PAYMENTS})
    lab.caller([held], ready=False, **istiod(lab.app("hangs", port=15010)))
    time.sleep(0.2)


@failure("proxy-cannot-reach-istiod", "endpoint", "PRE_INITIALIZING, and not connected")
def istiod_unreachable(lab: Lab) -> None:
    """Nobody listens where istiod should be."""
    stream: Shape = {
        key: ASKED["api_config_source"][key] for key in ("api_type", "transport_api_version", "grpc_services")
    }
    over: Shape = {"path_config_source": None, "ads": {}}
    asked: Shape = {"dynamic_resources": {"ads_config": stream, "lds_config": over, "cds_config": over}}
    lab.caller([], ready=False, **(asked | istiod(lab.place(15010))))
    time.sleep(0.2)
