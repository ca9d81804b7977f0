"""TLS as istiod writes it: transport sockets that ask for their secrets, and the secrets.

Knows names and defaults of Istio, and not what is broken.
Source: istio/istio pilot/pkg/networking/core/cluster_tls.go; pilot/pkg/security/model/authentication.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.envoy.envoy_shapes import MESH_ALPN, Identity, Shape, typed
from tests.envoy.failures.served import watched
from tests.envoy.failures.shapes import HOST, PAYMENTS_ID

SNI = f"outbound_.8080_._.{HOST}"
UPSTREAM, DOWNSTREAM = "UpstreamTlsContext", "DownstreamTlsContext"
VERSIONS = {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"}


def secrets(own: Identity, roots: str = "") -> list[Shape]:
    """The certificate of a workload, and the roots that it trusts (those it came with, unless others are named)."""
    pair = {"certificate_chain": {"inline_string": own.chain}, "private_key": {"inline_string": own.key}}
    trusted = {"trusted_ca": {"inline_string": roots or own.roots}}
    return [{"name": "default", "tls_certificate": pair}, {"name": "ROOTCA", "validation_context": trusted}]


def _asked(name: str) -> Shape:
    return {"name": name, "sds_config": watched("sds", name)}


def _checked(names: Sequence[Shape]) -> Shape:
    """A peer's certificate is checked against the mesh's roots, and its names."""
    default = {"match_typed_subject_alt_names": [{"san_type": "URI", "matcher": one} for one in names]}
    asked = {"default_validation_context": default, "validation_context_sds_secret_config": _asked("ROOTCA")}
    return {"combined_validation_context": asked}


def _socket(side: str, common: Shape, **fields: Any) -> Shape:
    kind = f"extensions.transport_sockets.tls.v3.{side}"
    return typed("envoy.transport_sockets.tls", kind, common_tls_context=common, **fields)


def begins_mutual(san: str = PAYMENTS_ID, *, newest: str = "TLSv1_3") -> Shape:
    """How a sidecar begins mutual TLS."""
    common = {
        "tls_params": VERSIONS | {"tls_maximum_protocol_version": newest}, "alpn_protocols": list(MESH_ALPN),
        "tls_certificate_sds_secret_configs": [_asked("default")], **_checked([{"exact": san}]),
    }  # fmt: skip
    return _socket(UPSTREAM, common, sni=SNI)


def begins_simple(sni: str = "", *, trusted: str = "", names: Sequence[str] = (), newest: str = "TLSv1_3") -> Shape:
    """TLS without a certificate of the client's, as a DestinationRule with SIMPLE asks for."""
    context: Shape = {"trusted_ca": {"inline_string": trusted}} if trusted else {}
    if names:
        context["match_typed_subject_alt_names"] = [{"san_type": "DNS", "matcher": {"exact": n}} for n in names]
    params = {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": newest}
    return _socket(UPSTREAM, {"tls_params": params, **({"validation_context": context} if context else {})}, sni=sni)


def matches(socket: Shape) -> Shape:
    """The fields of a cluster that begins TLS to endpoints with a sidecar alone."""
    plain = typed("envoy.transport_sockets.raw_buffer", "extensions.transport_sockets.raw_buffer.v3.RawBuffer")
    both = [
        {"name": "tlsMode-istio", "match": {"tlsMode": "istio"}, "transport_socket": socket},
        {"name": "tlsMode-disabled", "match": {}, "transport_socket": plain},
    ]
    return {"transport_socket_matches": both}


def takes_mutual(*, newest: str = "TLSv1_3", oldest: str = "TLSv1_2") -> Shape:
    """How a sidecar ends mutual TLS."""
    params = {"tls_minimum_protocol_version": oldest, "tls_maximum_protocol_version": newest}
    common = {
        "tls_params": params, "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificate_sds_secret_configs": [_asked("default")], **_checked([{"prefix": "spiffe://cluster.local/"}]),
    }  # fmt: skip
    return _socket(DOWNSTREAM, common, require_client_certificate=True)


def gateway_socket(credential: str, *, mutual: bool = False) -> Shape:
    """How a gateway ends TLS with a Secret that it asks for."""
    common: Shape = {
        "tls_params": VERSIONS, "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificate_sds_secret_configs": [_asked(f"kubernetes://{credential}")],
    }  # fmt: skip
    if mutual:
        asked = _asked(f"kubernetes://{credential}-cacert")
        common["combined_validation_context"] = {
            "default_validation_context": {}, "validation_context_sds_secret_config": asked,
        }  # fmt: skip
    return _socket(DOWNSTREAM, common, require_client_certificate=mutual)


def credential(name: str, own: Identity) -> list[Shape]:
    """The Secret of a gateway, and the authority for its clients."""
    pair = {"certificate_chain": {"inline_string": own.chain}, "private_key": {"inline_string": own.key}}
    trusted = {"trusted_ca": {"inline_string": own.roots}}
    served = f"kubernetes://{name}"
    return [{"name": served, "tls_certificate": pair}, {"name": f"{served}-cacert", "validation_context": trusted}]
