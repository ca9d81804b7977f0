"""What a control plane serves a proxy, laid into files that Envoy watches as it would watch istiod.

Decides file names and the shape of the bootstrap, so that `/config_dump` has the parts that it has in a cluster:
dynamic listeners, clusters, routes, endpoints and secrets. Must not know what is broken.
Source: https://www.envoyproxy.io/docs/envoy/latest/start/quick-start/configuration-dynamic-filesystem; the node of
istio/istio pkg/bootstrap/config.go.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.envoy.envoy_shapes import Shape, address

KINDS = {
    "lds": "config.listener.v3.Listener",
    "cds": "config.cluster.v3.Cluster",
    "rds": "config.route.v3.RouteConfiguration",
    "eds": "config.endpoint.v3.ClusterLoadAssignment",
    "sds": "extensions.transport_sockets.tls.v3.Secret",
}
"""What is asked for by which name, and of which type the answers are."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """The resources of one proxy. A cluster of the type EDS carries its endpoints as `load_assignment`, which go to a
    file of their own. Of `unanswered` questions (kind and name, as `rds 8080`) the answer holds nothing. `node` is who
    the proxy says it is; `more` is merged into the bootstrap."""

    node: Shape
    listeners: Sequence[Shape]
    clusters: Sequence[Shape]
    routes: Sequence[Shape] = ()
    secrets: Sequence[Shape] = ()
    unanswered: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


def watched(kind: str, name: str = "") -> Shape:
    """Where a resource is asked for: its file, for which nobody waits longer than for istiod: for ever."""
    source = {"path": file_of(kind, name)}
    return {"resource_api_version": "V3", "initial_fetch_timeout": "0s", "path_config_source": source}


def file_of(kind: str, name: str = "") -> str:
    """The file of a resource, in the proxy's own folder."""
    return f"./{kind}{zlib.crc32(name.encode())}.json" if name else f"./{kind}.json"


def lay(folder: Path, source: str, served: Served) -> Shape:
    """Write all resources, and return the bootstrap of a proxy that dials from the address `source`."""
    clusters = [_pointed(folder, one) for one in served.clusters]
    _write(folder, "lds", served.listeners)
    _write(folder, "cds", clusters)
    for kind, held in (("rds", served.routes), ("sds", served.secrets)):
        for one in held:
            _write(folder, kind, [one], one["name"])
    for asked in served.unanswered:
        kind, _, name = asked.partition(" ")
        _write(folder, kind, [], name)
    return merged(_bootstrap(source, served.node), served.more)


TAGS = {
    "cluster_name": r"^cluster\.((.+?(\..+?\.svc\.cluster\.local)?)\.)",
    "listener_address": r"^listener\.(((?:[_.[:digit:]]*|[_\[\]aAbBcCdDeEfF[:digit:]]*))\.)",
    "response_code": r"_rq(_(\d{3}))$",
}
"""What istio-agent lets Prometheus read as labels. Source: istio/istio tools/packaging/common/envoy_bootstrap.json."""


def _bootstrap(source: str, node: Shape) -> Shape:
    return {
        "node": node,
        "admin": {"address": address("127.0.0.1", 0)},
        "cluster_manager": {"upstream_bind_config": {"source_address": {"address": source, "port_value": 0}}},
        "static_resources": {"listeners": [], "clusters": []},
        "dynamic_resources": {"lds_config": watched("lds"), "cds_config": watched("cds")},
        "stats_config": {
            "use_all_default_tags": False,
            "stats_tags": [{"tag_name": name, "regex": regex} for name, regex in TAGS.items()],
        },
        "layered_runtime": {
            "layers": [{"name": "static", "static_layer": {"re2.max_program_size.error_level": 32768}}]
        },
    }


def _pointed(folder: Path, cluster: Shape) -> Shape:
    """A cluster that asks for its endpoints, which are in their file."""
    if cluster.get("type") != "EDS":
        return cluster
    held = cluster.get("load_assignment")
    if held is not None:
        _write(folder, "eds", [held], cluster["name"])
    asked = {"eds_config": watched("eds", cluster["name"]), "service_name": cluster["name"]}
    kept = {key: value for key, value in cluster.items() if key != "load_assignment"}
    return {"eds_cluster_config": asked, **kept}


def resource(kind: str, one: Shape) -> Shape:
    """A resource with its type."""
    return {"@type": f"type.googleapis.com/envoy.{KINDS[kind]}", **one}


def _write(folder: Path, kind: str, held: Iterable[Shape], name: str = "") -> None:
    resources = [resource(kind, one) for one in held]
    text = json.dumps({"version_info": "2026-11-21T09:00:00Z/7", "resources": resources}, indent=1)
    (folder / file_of(kind, name)).write_text(text, encoding="utf-8")


def merged(base: Shape, over: Mapping[str, Any]) -> Shape:
    """A shape with parts of it replaced: maps are merged, everything else is taken from `over`."""
    both = {
        key: merged(base[key], over[key]) if isinstance(base[key], dict) and isinstance(over[key], dict) else over[key]
        for key in base.keys() & over.keys()
    }
    return {**base, **over, **both}
