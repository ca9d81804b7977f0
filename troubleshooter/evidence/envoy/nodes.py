"""Who a proxy is, by the node that it introduces itself as.

Decides: what of a node's id and metadata is kept. Must not know pods of a mesh.

Sources: the id is `type~address~pod.namespace~domain` (Istio: ServiceNode in pilot/pkg/model/context.go); metadata keys
are those of BootstrapNodeMetadata in Istio's pkg/model/proxy.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troubleshooter.evidence.cleaning import printable
from troubleshooter.evidence.envoy.dump import Node
from troubleshooter.model import as_map

_PARTS = 4


def node_of(raw: Any) -> Node:
    """A `node` of a bootstrap, or of `/server_info`; empty where there is none."""
    node = as_map(raw)
    identifier, about = word(node.get("id")), as_map(node.get("metadata"))
    given = as_map(about.get("PROXY_CONFIG"))
    parts = identifier.split("~")
    kind, address, name, _ = parts if len(parts) == _PARTS else ("", "", "", "")
    pod, _, namespace = name.rpartition(".")
    return Node(
        id=identifier,
        type=kind,
        address=address,
        pod=pod or word(about.get("NAME")),
        namespace=namespace or word(about.get("NAMESPACE")),
        version=word(about.get("ISTIO_VERSION")),
        cluster=word(about.get("CLUSTER_ID")),
        network=word(about.get("NETWORK")),
        discovery=word(given.get("discoveryAddress")),
        renewal=word(as_map(given.get("proxyMetadata")).get("SECRET_GRACE_PERIOD_RATIO")),
        locality=place_of(as_map(node.get("locality"))),
    )


def word(value: Any) -> str:
    """A text of a page, safe to show; "" for what is none."""
    return printable(value) if isinstance(value, str) else ""


def number(value: Any) -> int | None:
    """A number of a page, which JSON of Envoy writes as a text where it may be large; None for what is none."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER else None
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None


_LONGEST_NUMBER = 20
_LAST_LEVEL, _LARGEST_WEIGHT = 128, 2**32 - 1
"""The bounds of config/endpoint/v3/endpoint_components.proto (LocalityLbEndpoints.priority, load_balancing_weight)."""


def level(value: Any) -> int:
    """A priority of endpoints; 0, which JSON leaves out, for what cannot be one."""
    found = number(value)
    return found if found is not None and 0 <= found <= _LAST_LEVEL else 0


def weight(value: Any) -> int:
    """A weight of endpoints; 0 for what cannot be one."""
    found = number(value)
    return found if found is not None and 0 <= found <= _LARGEST_WEIGHT else 0


def place_of(locality: Mapping[str, Any]) -> str:
    """A locality as Istio writes it, `region/zone/sub_zone`, without the parts at its end that are not there."""
    sub_zone = locality.get("sub_zone", locality.get("subZone"))
    return "/".join((word(locality.get("region")), word(locality.get("zone")), word(sub_zone))).rstrip("/")


def socket(address: Any) -> tuple[str, int]:
    """Address and port of a `socket_address` (a pipe's path and 0; of an Envoy's own address its name and 0)."""
    raw: Mapping[str, Any] = as_map(address)
    found = as_map(raw.get("socket_address") or raw.get("socketAddress"))
    if found:
        return word(found.get("address")), number(found.get("port_value", found.get("portValue"))) or 0
    internal = as_map(raw.get("envoy_internal_address") or raw.get("envoyInternalAddress"))
    name = internal.get("server_listener_name", internal.get("serverListenerName"))
    return word(as_map(raw.get("pipe")).get("path")) or word(name), 0
