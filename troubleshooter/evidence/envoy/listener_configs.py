"""Listeners of a dump.

Decides: what of a filter chain says what becomes of a connection. Must not know which connection is in question.

Sources: envoy/config/listener/v3/listener.proto and listener_components.proto; http_connection_manager.proto,
tcp_proxy.proto, rbac.proto, tls.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from troubleshooter.evidence.envoy.dump import ConfigState, FilterChain, ListenerConfig
from troubleshooter.evidence.envoy.fields import fault_of, field, part, parts, secrets_of, text, texts
from troubleshooter.evidence.envoy.log_formats import log_formats_of
from troubleshooter.evidence.envoy.nodes import number, socket, word
from troubleshooter.evidence.envoy.rbac import filters_of

_STATES = (
    ("active_state", ConfigState.ACTIVE),
    ("warming_state", ConfigState.WARMING),
    ("draining_state", ConfigState.DRAINING),
)


def dynamic_listeners(raw: Mapping[str, Any], place: str) -> Iterator[ListenerConfig]:
    """An entry of `dynamic_listeners`: one listener a state. An update that was refused is one of its own, whose
    entry may have no name."""
    name = text(raw, "name")
    for key, state in _STATES:
        held = part(raw, key)
        if held:
            yield listener(part(held, "listener"), state, held, f"{place}.{key}", name)
    error = part(raw, "error_state")
    if error:
        refused = part(error, "failed_configuration")
        yield ListenerConfig(
            name=name or text(refused, "name"),
            state=ConfigState.REJECTED,
            error=text(error, "details") or "it does not say why",
            version=text(error, "version_info"),
            updated=text(error, "last_update_attempt"),
            place=f"{place}.error_state",
        )


def listener(
    raw: Mapping[str, Any], state: ConfigState, about: Mapping[str, Any], place: str, name: str = ""
) -> ListenerConfig:
    """One listener; `about` holds its version and date."""
    address, port = socket(field(raw, "address"))
    default = part(raw, "default_filter_chain")
    chains = (*parts(raw, "filter_chains"), *([default] if default else []))
    return ListenerConfig(
        name=name or text(raw, "name"),
        state=state,
        address=address,
        port=port,
        chains=tuple(map(_chain, chains)),
        log_formats=log_formats_of(raw),
        version=text(about, "version_info"),
        updated=text(about, "last_updated"),
        place=place,
    )


def _chain(raw: Mapping[str, Any]) -> FilterChain:
    match, configs = part(raw, "filter_chain_match"), [part(one, "typed_config") for one in parts(raw, "filters")]
    tls = part(raw, "transport_socket", "typed_config")
    secured = "TlsContext" in word(tls.get("@type"))
    http = [one for config in configs for one in parts(config, "http_filters")]
    return FilterChain(
        name=text(raw, "name"),
        destination_port=number(field(match, "destination_port")),
        server_names=texts(match, "server_names"),
        transport=text(match, "transport_protocol"),
        alpn=texts(match, "application_protocols"),
        route_config=next(filter(None, map(_route_config, configs)), ""),
        clusters=tuple(dict.fromkeys(name for config in configs for name in _clusters(config))),
        tls=secured,
        secrets=secrets_of(tls) if secured else (),
        client_certificate=field(tls, "require_client_certificate") is True,
        filters=tuple(text(one, "name") for one in (*parts(raw, "filters"), *http)),
        policies=tuple(dict.fromkeys(name for config in configs for name in _policies(config))),
        fault=next(filter(None, (fault_of(part(one, "typed_config")) for one in http)), ""),
        stream_idle=next(filter(None, (text(config, "stream_idle_timeout") for config in configs)), ""),
        stream_limit=next(filter(None, map(_longest_stream, configs)), ""),
        rbac=tuple(found for config in configs for found in filters_of(config)),
    )


def _route_config(config: Mapping[str, Any]) -> str:
    return text(part(config, "rds"), "route_config_name") or text(part(config, "route_config"), "name")


def _longest_stream(config: Mapping[str, Any]) -> str:
    return text(part(config, "common_http_protocol_options"), "max_stream_duration")


def _clusters(config: Mapping[str, Any]) -> Iterator[str]:
    """Those of a TCP proxy."""
    if text(config, "cluster"):
        yield text(config, "cluster")
    yield from (text(one, "name") for one in parts(part(config, "weighted_clusters"), "clusters"))


def _policies(config: Mapping[str, Any]) -> Iterator[str]:
    """The names of RBAC policies, of the network filter or the HTTP filters."""
    filters = (config, *(part(one, "typed_config") for one in parts(config, "http_filters")))
    for one in filters:
        yield from map(word, part(one, "rules", "policies"))
