"""What a line says of a request that a proxy turned away for what it is, or for want of somebody's help.

Decides which of these words it was. Must not know which cause follows.
Sources: Envoy, docs, configuration/http/http_conn_man/response_code_details; the codecs in source/common/http of Envoy.
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.evidence import AccessLogEntry, Side, details_key
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene

MESSAGES: Mapping[str, str] = {
    "missing_host_header": "no-host",
    "upgrade_failed": "upgrade",
    "request_payload_too_large": "too-large",
    "missing_path_rejected": "malformed",
    "invalid_path": "malformed",
    "path_normalization_failed": "malformed",
    "absolute_path_rejected": "malformed",
    "http1.body_disallowed": "malformed",
    "http1.connection_header_rejected": "malformed",
    "http1.content_length_and_chunked_not_allowed": "malformed",
    "http1.content_length_not_allowed": "malformed",
    "http1.https_url_on_plaintext_connection": "malformed",
    "http1.invalid_characters": "malformed",
    "http1.invalid_scheme": "malformed",
    "http1.invalid_transfer_encoding": "malformed",
    "http1.invalid_url": "malformed",
    "http1.transfer_encoding_not_allowed": "malformed",
    "http1.unexpected_underscore": "malformed",
    "http2.invalid.header.field": "malformed",
    "http2.unexpected_underscore": "malformed",
    "http2.violation.of.messaging.rule": "malformed",
    "http3.inconsistent_content_length": "malformed",
    "http3.invalid_header_field": "malformed",
    "http3.unexpected_underscore": "malformed",
}
"""What is wrong with a request that a proxy could read and refused."""

REFUSED = "connection-refused"
INSIDE = ".svc."
BARE = "InboundPassthroughCluster"
"""The clusters of a sidecar for ports of its pod that no Service names (Istio: util.InboundPassthroughCluster*)."""


def about_turned_away(case: CaseBuilder, scene: Scene) -> None:
    """What the line says of a request that got no further than a proxy, or than a port where nobody listens."""
    observation = scene.observation
    if observation is None:
        return
    entry, source = observation.entry, observation.source
    base = details_key(entry.details).base
    for name, word, role in _told(entry, base):
        case.seen(name, word, source, *([case.roles[role]] if role in case.roles else []))
    told = case.facts.get("failure.reason")
    if told is not None and told.word == REFUSED:
        whose = _refused_by(entry, scene)
        if whose:
            role = "target" if entry.side is Side.INBOUND else "caller"
            case.seen("evidence.refused", whose, source, *([case.roles[role]] if role in case.roles else []))


def _told(entry: AccessLogEntry, base: str) -> tuple[tuple[str, str, str], ...]:
    """Facts, each with its word and the role that it is about."""
    if base in MESSAGES:
        return (("failure.message", MESSAGES[base], "target" if entry.side is Side.INBOUND else "caller"),)
    if base == "ext_authz_denied":
        return (("failure.authorizer", "denied", "target"),)
    if "NFCF" in entry.flags:
        return (("failure.filter", "not-delivered", "target" if entry.side is Side.INBOUND else "caller"),)
    if "DF" in entry.flags or base == "dns_resolution_failure":
        return (("failure.lookup", "failed", "caller"),)
    return ()


def _refused_by(entry: AccessLogEntry, scene: Scene) -> str:
    """Whose refusal it was, where that is no endpoint of a service: a port that no Service names, or an address that
    the proxy does not know. What the walk knows as a service is none of these."""
    if entry.upstream_cluster.startswith(BARE):
        return "by-bare-port"
    known = scene.trail is not None and any(hop.service is not None for hop in scene.trail.hops)
    if entry.side is Side.PASSTHROUGH and not known:
        return "by-outsider"
    named = entry.cluster
    external = named is not None and named.direction == "outbound" and INSIDE not in f"{named.host}."
    return "by-outsider" if external and scene.trail is None else ""
