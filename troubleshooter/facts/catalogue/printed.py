"""The rows of the catalogue about what is printed of pods: their states, events, sockets and rules of redirection."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

from troubleshooter.evidence.ambient.errors import ZtunnelError
from troubleshooter.evidence.pods.setup_log import SetupFailure
from troubleshooter.facts.words import YES_NO

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("pod.ready", YES_NO, "Whether a pod that was printed is ready.", "evidence"),
    ("pod.probe_says", ("refused", "timeout", "forbidden", "status", "reset", "other"), "How the kubelet was answered when a probe of the pod failed, as an event says.", "evidence"),
    ("pod.ztunnel", ("down", "absent", "runs"), "Whether a ztunnel runs on the node of a pod whose connections are led to it.", "mesh"),
    ("pod.init_failed", ("istio-init", "istio-validation", "other"), "Which init container keeps the pod from starting.", "mesh"),
    ("pod.init_network", ("held-back", "excepted", "free"), "What becomes of connections of an init container that fails: they are led to a proxy that does not run yet, some are excepted from that, or nothing leads them away.", "mesh"),
    ("pod.init_says", ("refused", "other"), "Whether the init container that fails speaks of refused connections.", "mesh"),
    ("pod.proxy_killed", ("out-of-memory", "none"), "Whether the pod's proxy was ended for want of memory.", "mesh"),
    ("pod.sandbox", ("istio-cni", "other"), "Whose part of the pod's network could not be made.", "evidence"),
    ("pod.redirected", YES_NO, "Whether the connections of the pod are led to its proxy, as the rules in its network show.", "evidence"),
    ("failure.ztunnel", tuple(ZtunnelError), "Why ztunnel ended or refused the connection, as its log says.", "evidence"),
    ("caller.ambient", ("carried", "not-carried"), "Whether ztunnel carries the connections of the caller, whose namespace is in ambient mode.", "evidence"),
    ("failure.sent_by", ("gateway", "workload"), "Whether a gateway or waypoint sent the connection that ztunnel logged.", "evidence"),
    ("evidence.redirection_log", (*SetupFailure, "other"), "What the log of istio-init or istio-validation says went wrong.", "evidence"),
    ("target.sockets", ("loopback", "elsewhere", "other-port", "nothing"), "On which address something listens on the port, as the sockets of the pod show.", "evidence"),
)  # fmt: skip

DETAILS: tuple[tuple[str, str], ...] = (
    ("pod.probe_message", "What the event says of a probe that failed."),
    ("pod.sandbox_message", "What the event says of it."),
    ("pod.node", "The node without a ztunnel that runs."),
    ("pod.init_container", "The init container that fails."),
    ("workload.init_user_field", "Where the user of that init container would be set."),
    ("evidence.redirection_line", "The line of that log."),
    ("failure.ztunnel_error", "The error as ztunnel logged it."),
    ("failure.policy", "The policy of which that error speaks."),
    ("failure.source", "The address from which the connection came."),
    ("target.socket_line", "The line that shows the socket."),
    ("target.rule", "The rule of redirection that lets the port past the proxy."),
    ("target.open_ports", "The ports on which something listens that is no part of a proxy."),
)
