"""The details of the catalogue about the control plane, for texts only."""

from __future__ import annotations

DETAILS: tuple[tuple[str, str], ...] = (
    ("control_plane.pod", "The pod of istiod that ended."),
    ("evidence.proxy_log", "What the log of the pod's own proxy says is in the way."),
    ("evidence.secret", "The Secret that istiod did not give to a proxy, as its log names it."),
    ("evidence.secret_error", "Why, in istiod's words."),
    ("evidence.route_status", "The condition in the status of a route, with its reason and message."),
    ("evidence.sync_type", "The type of configuration that the proxy in question has not taken."),
    ("evidence.sync_error", "Why it refused it."),
    ("evidence.sync_age", "For how long it has not taken it."),
    ("evidence.sync_proxy", "The pod of the proxy in question."),
    ("evidence.api_error", "What the API server answers istiod, or what keeps it from that."),
    ("evidence.cluster", "The cluster that istiod cannot read."),
    ("evidence.cluster_secret", "The remote secret by which it should."),
    ("evidence.cluster_error", "What is in the way."),
)
