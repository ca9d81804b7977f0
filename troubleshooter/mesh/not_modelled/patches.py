"""What an object that is not modelled may change at a proxy: an EnvoyFilter by its patches, a ProxyConfig by its
variables.

Decides: which stages, in which role of the proxy. Must not guess what a patch does there.
Sources: https://istio.io/latest/docs/reference/config/networking/envoy-filter/ (ApplyTo, PatchContext);
https://istio.io/latest/docs/reference/config/networking/proxy-config/; `NodeMetadata` in istio/istio
pkg/model/proxy.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from troubleshooter.model import Object, Stage, as_list, as_map

S = Stage


class Context(StrEnum):
    """As what a proxy handles a request; the words are those of an EnvoyFilter."""

    SIDECAR_OUTBOUND = "SIDECAR_OUTBOUND"
    SIDECAR_INBOUND = "SIDECAR_INBOUND"
    GATEWAY = "GATEWAY"


EVERYTHING = frozenset({S.LISTENER, S.ROUTE, S.CLUSTER})
PATCHED: Mapping[str, Stage] = {
    "HTTP_ROUTE": S.ROUTE,
    "VIRTUAL_HOST": S.ROUTE,
    "ROUTE_CONFIGURATION": S.ROUTE,
    "CLUSTER": S.CLUSTER,
    **dict.fromkeys(
        ("LISTENER", "LISTENER_FILTER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "EXTENSION_CONFIG"),
        S.LISTENER,
    ),
}
"""The stage that each `applyTo` of a patch changes; of any other it is not known."""

OF_CAPTURE = frozenset({"ISTIO_META_INTERCEPTION_MODE", "ISTIO_META_DNS_CAPTURE", "ISTIO_META_DNS_AUTO_ALLOCATE"})
"""Variables of a proxy by which it takes other connections, or names."""


def patched(envoy_filter: Object, context: Context) -> frozenset[Stage]:
    """The stages that an EnvoyFilter may change in a context. The inbound side has its routes and clusters behind its
    listener, and no stages for them."""
    found: frozenset[Stage] = frozenset()
    for patch in map(as_map, as_list(envoy_filter.spec.get("configPatches"))):
        where = str(as_map(patch.get("match")).get("context") or "ANY")
        if where in ("ANY", context):
            stage = PATCHED.get(str(patch.get("applyTo")))
            found |= EVERYTHING if stage is None else {stage}
    return frozenset({S.LISTENER}) if found and context is Context.SIDECAR_INBOUND else found


def changes_capture(proxy_config: Object) -> bool:
    """Whether a ProxyConfig sets something by which its proxies take other connections."""
    return not OF_CAPTURE.isdisjoint(as_map(proxy_config.spec.get("environmentVariables")))
