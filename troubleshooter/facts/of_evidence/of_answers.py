"""What a failed line and the sender's dump together say of an answer, and of the proxy that gave it.

Decides: that an answer could not be read as HTTP/1.1, that an idle stream was ended and which setting did it, that a
proxy had no memory left. Must not know which cause follows. Sources: docs, configuration/http/http_conn_man/
response_code_details; faq/configuration/timeouts; operations/overload_manager.
"""

from __future__ import annotations

from http import HTTPStatus

from troubleshooter.evidence import AccessLogEntry, Side, details_key
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.asked import chains_for, object_of, rules_taken, service_of
from troubleshooter.facts.of_evidence.ends import INBOUND, ends_of
from troubleshooter.facts.of_evidence.held import Held
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.facts.of_timeouts import milliseconds
from troubleshooter.mesh.service.protocols import Protocol
from troubleshooter.model import Source

HTTP2 = frozenset({Protocol.HTTP2, Protocol.GRPC, Protocol.GRPC_WEB})
BEFORE, AFTER = "upstream_reset_before_response_started", "upstream_reset_after_response_started"
ENDINGS = {
    (AFTER, "protocol_error"): "broken-off",
    (AFTER, "connection_termination"): "broken-off",
    (AFTER, "remote_reset"): "broken-off",
    (BEFORE, "remote_reset"): "stream-reset",
    (BEFORE, "remote_refused_stream_reset"): "stream-refused",
}
"""How the other end broke a request off, by Envoy's details and reason. To end in the middle of a body of HTTP/1.1 is
a protocol error."""
NOT_READ = "protocol_error"
OVERLOAD = "overload"


FOREIGN = {
    "local_rate_limited": "rate-limit",
    "request_rate_limited": "rate-limit",
    "rate_limiter_error": "rate-limit",
    "upstream_max_stream_duration_reached": "duration",
    "request_overall_timeout": "duration",
    "request_header_timeout": "duration",
    "duration_timeout": "duration",
    "drop_overload": "dropped",
    "unconditional_drop_overload": "dropped",
    "maintenance_mode": "dropped",
    "health_check_failed": "health-check",
    "request_headers_failed_strict_check": "header-check",
    "lua_response": "filter",
    "csrf_origin_mismatch": "filter",
    "response_payload_too_large": "filter",
    "ext_proc_error": "filter",
}
"""Parts of a proxy that no object of Istio configures, by their words in the details: there are no such fields in
istio/api, and istiod sets none of these."""
FLAGS = {"DT": "duration", "RFCF": "cache"}
"""The same by the flag, where TCP has no details, or a cache has answered with an error."""
DURATION, MISSING = "max_duration_timeout", ("jwt_authn_access_denied", "Jwt_is_missing")


def about_answers(case: CaseBuilder, scene: Scene) -> None:
    """What the line says of the answer."""
    observation = scene.observation
    if observation is None:
        return
    entry, source = observation.entry, observation.source
    places = [scene.hop.party.workload.object.at("metadata.name")] if scene.hop and scene.hop.party.workload else []
    if details_key(entry.details).base == OVERLOAD or "OM" in entry.flags:
        case.seen("evidence.overload", "yes", source, *places)
        logging = scene.hop.party.pod if scene.hop else None
        case.role("pod", logging.owner.at("metadata.name") if logging else case.roles.get("caller"))
    broken = ENDINGS.get((details_key(entry.details).base, details_key(entry.details).reason))
    if broken:
        case.seen("failure.answer", broken, source, *([case.roles["target"]] if "target" in case.roles else []))
    if entry.flags == ("URX",):
        case.seen("evidence.retries", "used-up", source, *([case.roles["target"]] if "target" in case.roles else []))
    else:
        case.seen("evidence.retries", "left", source)
    sender = ends_of(scene).sender
    held = Held(sender) if sender is not None else None
    if scene.trail is None:
        _about_refusal(case, entry, source)
    foreign = _foreign(entry)
    if foreign:
        own = [case.roles["target"]] if entry.side is Side.INBOUND and "target" in case.roles else places
        case.seen("evidence.foreign_setting", foreign, source, *own)
    if "SI" in entry.flags:
        case.seen("evidence.idle_limit", _limited_by(held, entry), source, *places)
    if held is not None:
        _about_protocol(case, held, entry)
    _about_declared(case, scene, entry, source)
    if _unreadable(entry):
        _about_unreadable(case, entry, source)


def _about_unreadable(case: CaseBuilder, entry: AccessLogEntry, source: Source) -> None:
    """What had been asked, where it is not known yet that the application does not speak the HTTP/2 of its proxy."""
    told = case.facts.get("evidence.answer")
    if told is not None and told.word == "no-http2":
        return
    place = [case.roles["target"]] if "target" in case.roles else []
    case.seen("failure.unreadable_answer", "grpc" if entry.looks_like_grpc else "plain", source, *place)
    if entry.cluster is not None and "service.port" not in case.details:
        case.detail("service.port", entry.cluster.port)
        case.detail("service.host", entry.cluster.host or None)


def _foreign(entry: AccessLogEntry) -> str:
    """Which setting, that Istio has not, ended the request. To gRPC, whose deadline the client itself names, an error
    is answered with 200; and a RequestAuthentication lets requests without a token through."""
    key = details_key(entry.details)
    if key.base == DURATION:
        return "duration" if entry.response_code == HTTPStatus.GATEWAY_TIMEOUT else ""
    if (key.base, key.reason) == MISSING:
        return "token-demanded"
    return FOREIGN.get(key.base, "") or next((word for flag, word in FLAGS.items() if flag in entry.flags), "")


def _about_declared(case: CaseBuilder, scene: Scene, entry: AccessLogEntry, source: Source) -> None:
    """An answer that was none, to HTTP/2 that a Service declares."""
    hop = scene.trail.hop if scene.trail else None
    port, service = (hop.port, hop.service) if hop else (None, None)
    if not _unreadable(entry) or port is None or service is None or port.protocol not in HTTP2:
        return
    place = service.object.at(f"{port.path}.{port.declared_by or 'name'}")
    case.seen("evidence.answer", "no-http2", source, place)
    case.role("service", service.object.at())
    case.detail("service.port", port.number)
    case.detail("service.host", service.host)
    case.detail("service.port_field", port.path)


def _about_refusal(case: CaseBuilder, entry: AccessLogEntry, source: Source) -> None:
    """A proxy beside an application is refused by nobody else."""
    told = case.facts.get("failure.reason")
    if told and told.word == "connection-refused" and entry.upstream_cluster.startswith(INBOUND):
        case.seen("evidence.refused", "by-application", source)


def _limited_by(held: Held | None, entry: AccessLogEntry) -> str:
    """Which setting let the stream be idle no longer. A route's goes before that of the listener."""
    rules = rules_taken(held, entry) if held else []
    if any(milliseconds(rule.idle_timeout) for rule in rules):
        return "route"
    chains = chains_for(held, entry) if held else iter(())
    return "listener" if any(milliseconds(chain.stream_idle) for chain in chains) else "not-told"


def _about_protocol(case: CaseBuilder, held: Held, entry: AccessLogEntry) -> None:
    """An answer to HTTP/1.1, or to HTTP/2, that was none."""
    found, name = held.cluster(entry.upstream_cluster), entry.cluster
    if not _unreadable(entry) or found is None or name is None:
        return
    case.role("service", service_of(name))
    place = [case.roles["service"]] if "service" in case.roles else []
    case.seen("evidence.answer", "no-http2" if found.value.http2 else "no-http1", found.source, *place)
    case.role("destination_rule", object_of(found.value.made_from, "DestinationRule"))
    case.detail("service.port", name.port)
    case.detail("service.host", name.host)


def _unreadable(entry: AccessLogEntry) -> bool:
    key = details_key(entry.details)
    return (key.base, key.reason) == (BEFORE, NOT_READ) and "UPE" in entry.flags
