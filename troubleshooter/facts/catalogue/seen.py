"""The rows of the catalogue about what was seen: the failure in hand, and what evidence tells."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

from troubleshooter.facts.words import FLAGS, YES_NO
from troubleshooter.model import PATTERNS

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    # the failure in hand
    ("failure.flag", FLAGS, "The response flag of the failure in hand.", "evidence"),
    (
        "failure.reason",
        ("connection-refused", "connection-timeout", "connection-reset", "tls", "termination", "none", "other"),
        "What the proxy says broke the connection.",
        "evidence",
    ),
    ("failure.time", ("at-start", "any"), "Whether it fails only in the first moments of a pod.", "evidence"),
    ("failure.unknown_path", YES_NO, "Whether whoever the request reached answered 404.", "evidence"),
    ("evidence.bare_path", ("served", "unknown"), "Whether the application knows the path without the prefix by which it was routed.", "evidence"),
    ("failure.client_left", ("once", "alike", "front-limit", "spread", "unsent"), "When the client went away that had no answer yet: after nearly the same time again and again, at a time after which what stands in front of gateways often gives up, after different times, or before the request was sent on.", "evidence"),
    ("failure.client", ("application", "proxy", "outside"), "Who the client was that went away: an application beside its own proxy, another proxy, or somebody at a gateway.", "evidence"),
    ("gateway.front_limit", ("same", "other", "none"), "Whether what stands in front of the gateway waits just as long as the clients that went away.", "evidence"),
    ("failure.timeout", ("route", "try", "other"), "Which limit of time the log says was over.", "evidence"),
    ("failure.lasted", ("as-set", "otherwise"), "Whether the request lasted as long as that limit of the route.", "evidence"),
    ("failure.status", ("400", "500", "5xx", "4xx", "none"), "The status of the failed request.", "evidence"),
    ("failure.body", ("https-wanted", "other"), "Whether the body of the answer says that plain HTTP came to an HTTPS port.", "evidence"),
    ("failure.answered_by", ("application", "further-on", "proxy"), "Who gave the answer, seen from the proxy that logged it.", "evidence"),
    ("failure.refused_by", ("application", "elsewhere"), "Who refused the connection.", "evidence"),
    ("failure.hop", ("inbound", "outbound", "unknown"), "Whether the failing connection was into or out of a pod.", "evidence"),
    ("failure.endpoint", ("there", "stopping", "gone", "remote"), "Whether the endpoint that failed is one of the service still, or in another cluster.", "evidence"),
    ("failure.pattern", PATTERNS, "How failures are spread over time.", "evidence"),
    ("failure.endpoints", ("one-of-several",), "Whether all failures came at one endpoint, while others answered.", "evidence"),
    ("failure.tries", ("one", "several"), "Whether it was tried again, where the format of the log has the number of tries.", "evidence"),
    ("failure.far_log", ("silent", "logged"), "Whether the proxy to which it was sent logged it, where that log is there too.", "evidence"),
    ("failure.tls", ("unknown-root", "expired", "not-yet-valid", "not-accepted", "no-tls", "alert", "no-secret"), "What of the TLS handshake failed.", "evidence"),
    ("evidence.pods_replaced", YES_NO, "Whether pods of the target were being replaced when requests failed.", "evidence"),
    ("evidence.keep_alive", ("shorter", "longer"), "For how long the application keeps idle connections, beside the proxy.", "evidence"),
    ("evidence.zone_load", ("near-alone", "alike"), "Whether only the pods in the zones of their callers get requests to speak of.", "evidence"),
    ("evidence.outlier_check", ("failed", "ok"), "What the caller's proxy says of the endpoints that outlier detection watches.", "evidence"),
    ("evidence.hosts", ("none", "ejected", "not-ready", "some-usable", "usable"), "How the endpoints stand that the sending proxy has for the request.", "evidence"),
    ("evidence.priority", ("alike", "first", "shared", "farther", "none"), "Which endpoints the sending proxy sends to by their priorities: all alike, though they lie in several localities; those of the first, of the first and of farther ones, of farther ones alone, or none.", "evidence"),
    ("evidence.panic", ("panic", "calm"), "Whether the sending proxy has so few healthy endpoints that it uses the others too.", "evidence"),
    ("evidence.placement", ("as-walked", "flat", "ranked", "other", "lacking"), "How the endpoints stand that the sending proxy has, beside those that it should have: all at one priority, at several though they should be at one, in another order, or without those of a locality.", "evidence"),
    ("evidence.called_host", ("not-ready", "ready"), "How the endpoint stood that the request was sent to.", "evidence"),
    ("evidence.config_lost", ("not-received", "rejected", "warming", "arrived", "stale", "lacking", "nothing"), "What became of the piece of configuration that the sending proxy lacked: it never came, was refused, waits for something, has come by now, is not what it should be any more, or is with istiod alone, and why is not said.", "evidence"),
    ("evidence.proxy_config", ("as-walked", "differs"), "Whether a proxy on the way has the listener, virtual host and cluster that configuration gives it.", "evidence"),
    ("evidence.refused_for", ("extension", "duplicate", "other"), "Why a proxy refused a piece of its configuration: it does not know a filter or field of it, it has a name twice, or something else.", "evidence"),
    ("failure.answer", ("broken-off", "stream-reset", "stream-refused"), "How the other end broke off a request that it had taken.", "evidence"),
    ("evidence.refused", ("by-application", "by-endpoint"), "Who refused the connection, where only a log and a dump were seen: the application beside the proxy, or an endpoint without a proxy.", "evidence"),
    ("evidence.client_certificate", ("missing",), "Whether clients were refused for want of a certificate, and none got in.", "evidence"),
    ("evidence.foreign_setting", ("rate-limit", "duration", "dropped", "health-check", "token-demanded", "header-check"), "Which setting of a proxy ended the request that no object of Istio has but an EnvoyFilter.", "evidence"),
    ("evidence.answer", ("no-http1", "no-http2", "http1"), "Whether a proxy that speaks HTTP/1.1 (or HTTP/2) to the destination could read what came back.", "evidence"),
    ("evidence.retries", ("used-up", "left"), "Whether the retries were used up, and nothing but the answers from further on was wrong.", "evidence"),
    ("evidence.overload", YES_NO, "Whether the proxy refused the request to protect itself, for want of memory.", "evidence"),
    ("evidence.idle_limit", ("route", "listener", "not-told"), "Which setting ended a stream that was idle: that of the route, or that of the whole listener.", "evidence"),
    ("evidence.istiod", ("unreachable", "silent", "answers"), "Whether a proxy that does not start is connected to istiod, and gets anything.", "evidence"),
    ("gateway.routes", ("none", "some"), "Whether any routes are bound to the port of the gateway.", "evidence"),
    ("evidence.webhook_call", ("answered", "timeout", "other"), "What comes of a call to the injector through the API server.", "evidence"),
    ("evidence.proxy_log", ("cannot-connect", "not-authenticated", "not-trusted", "wrong-time", "rejected", "other"), "What the log of the pod's own proxy says of istiod.", "evidence"),
    ("evidence.sync", ("synced", "stale", "stuck", "error", "not-connected"), "What has become of the configuration that istiod sent to the proxy in question: stuck is stale for long.", "evidence"),
    ("evidence.istiod_service", ("known", "unknown"), "Whether istiod knows the service that is called, which is there.", "evidence"),
    ("evidence.istiod_endpoints", ("same", "other", "none"), "Whether istiod has the endpoints that Kubernetes has: all, not all, or none.", "evidence"),
    ("evidence.istiod_config", ("used", "left-out"), "Whether istiod uses the VirtualService by which the request would be routed.", "evidence"),
    ("evidence.api_access", ("forbidden", "not-authenticated", "unreachable", "other"), "What keeps istiod from reading the objects of its own cluster.", "evidence"),
    ("evidence.remote_cluster", ("timeout", "not-allowed", "bad-secret", "other"), "What keeps istiod from reading another cluster of the mesh.", "evidence"),
    ("evidence.jwks_fetch", ("failed", "other"), "What the log of istiod says of the keys of the token's issuer.", "evidence"),
)  # fmt: skip
