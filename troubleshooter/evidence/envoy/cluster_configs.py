"""Clusters, endpoints and secrets of a dump.

Decides: what a cluster begins connections with. A private key is never looked at. Must not know which cluster is in
question.

Sources: envoy/config/cluster/v3/cluster.proto, endpoint.proto, endpoint_components.proto, tls.proto, secret.proto.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from troubleshooter.evidence.envoy.dump import ClusterConfig, ConfigState, EndpointConfig, SecretConfig
from troubleshooter.evidence.envoy.fields import field, made_from, part, parts, secrets_of, text
from troubleshooter.evidence.envoy.nodes import level, number, place_of, socket, weight, word

HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
"""The key under which a cluster says which HTTP it speaks (upstreams/http/v3/http_protocol_options.proto)."""

TLS_MODE = ("metadata", "filter_metadata", "envoy.transport_socket_match")
"""Where an endpoint is marked for mutual TLS: `tlsMode: istio` (Istio: pilot/pkg/xds/endpoints)."""

OWN_CERTIFICATE = "default"
"""The name under which a proxy asks for its workload's certificate (Istio: SDSDefaultResourceName)."""


def cluster(raw: Mapping[str, Any], state: ConfigState, about: Mapping[str, Any], place: str) -> ClusterConfig:
    """One cluster; `about` holds its version and date, and why an update of it was refused."""
    contexts = list(_tls_contexts(raw))
    secrets = tuple(dict.fromkeys(name for context in contexts for name in secrets_of(context)))
    error = part(about, "error_state")
    threshold = field(part(raw, "common_lb_config"), "healthy_panic_threshold")
    protocol = part(raw, "typed_extension_protocol_options", HTTP)
    return ClusterConfig(
        name=text(raw, "name"),
        state=state,
        discovery=text(raw, "type") or "STATIC",  # the zero value, which JSON may leave out
        connect_timeout=text(raw, "connect_timeout"),
        tls=bool(contexts),
        mtls=OWN_CERTIFICATE in secrets,
        certificate=any(map(_has_certificate, contexts)),
        tls_to_some=bool(contexts) and "TlsContext" not in _kind(part(raw, "transport_socket")),
        sni=next(filter(None, (text(context, "sni") for context in contexts)), ""),
        secrets=secrets,
        outlier=field(raw, "outlier_detection") is not None,
        max_ejection=number(field(part(raw, "outlier_detection"), "max_ejection_percent")),
        ejection_time=text(part(raw, "outlier_detection"), "base_ejection_time"),
        panic=_per_cent(threshold),
        http2="http2_protocol_options" in map(_spelt, part(protocol, "explicit_http_config")),
        stream_limit=text(part(protocol, "common_http_protocol_options"), "max_stream_duration"),
        made_from=made_from(raw),
        error=(text(error, "details") or "it does not say why") if error else "",
        version=text(about, "version_info"),
        updated=text(about, "last_updated"),
        place=place,
    )


def _per_cent(threshold: Any) -> float | None:
    """A `Percent`, of which 0 may be left out; None where nothing is said."""
    if not isinstance(threshold, dict):
        return None
    value = threshold.get("value", 0)
    return float(value) if isinstance(value, int | float) else None


def _spelt(name: str) -> str:
    """`http2ProtocolOptions` as `http2_protocol_options`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _tls_contexts(raw: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those for all endpoints and for some of them."""
    matched = (part(one, "transport_socket") for one in parts(raw, "transport_socket_matches"))
    for one in (part(raw, "transport_socket"), *matched):
        context = part(one, "typed_config")
        if "TlsContext" in word(context.get("@type")):
            yield context


def _kind(socket_: Mapping[str, Any]) -> str:
    return word(part(socket_, "typed_config").get("@type"))


def _has_certificate(context: Mapping[str, Any]) -> bool:
    common = part(context, "common_tls_context")
    return bool(field(common, "tls_certificate_sds_secret_configs") or field(common, "tls_certificates"))


def endpoints(raw: Mapping[str, Any], place: str) -> Iterator[EndpointConfig]:
    """The endpoints of one cluster: a ClusterLoadAssignment."""
    name = text(raw, "cluster_name")
    for number_, group in enumerate(parts(raw, "endpoints")):
        locality = place_of(part(group, "locality"))
        for at, one in enumerate(parts(group, "lb_endpoints")):
            address, port = socket(part(one, "endpoint").get("address"))
            yield EndpointConfig(
                cluster=name,
                address=address,
                port=port,
                health=text(one, "health_status"),
                priority=level(field(group, "priority")),
                locality=locality,
                weight=weight(field(one, "load_balancing_weight")) or 1,
                mtls=text(part(one, *TLS_MODE), "tlsMode") == "istio",
                place=f"{place}.endpoints[{number_}].lb_endpoints[{at}]",
            )


def secret(raw: Mapping[str, Any], state: ConfigState, place: str) -> SecretConfig:
    """One secret, without its key. One that never came has the version `uninitialized`."""
    held = part(raw, "secret")
    return SecretConfig(
        name=text(raw, "name") or text(held, "name"),
        state=state,
        chain=_pem(part(held, "tls_certificate", "certificate_chain")),
        roots=_pem(part(held, "validation_context", "trusted_ca")),
        version=text(raw, "version_info"),
        updated=text(raw, "last_updated"),
        place=place,
    )


def _pem(source: Mapping[str, Any]) -> str:
    """Certificates in PEM; "" where there are none. Whatever else stands there is not kept."""
    inline = text(source, "inline_string")
    if not inline:
        try:
            inline = base64.b64decode(text(source, "inline_bytes"), validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            return ""
    return inline if inline.lstrip().startswith("-----BEGIN CERTIFICATE-----") and "PRIVATE" not in inline else ""
