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
        discovery=word(as_map(about.get("PROXY_CONFIG")).get("discoveryAddress")),
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


def socket(address: Any) -> tuple[str, int]:
    """Address and port of a `socket_address` (a pipe's path and 0; of an Envoy's own address its name and 0)."""
    raw: Mapping[str, Any] = as_map(address)
    found = as_map(raw.get("socket_address"))
    if found:
        return word(found.get("address")), number(found.get("port_value")) or 0
    internal = as_map(raw.get("envoy_internal_address"))
    return word(as_map(raw.get("pipe")).get("path")) or word(internal.get("server_listener_name")), 0
