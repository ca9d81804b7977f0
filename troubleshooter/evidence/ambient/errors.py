"""What the errors of ztunnel say.

Decides: of which known kind the text of an error is. Must not know where a request died by it (`evidence.access` does).
Sources: src/proxy.rs in istio/ztunnel (the texts; which HTTP status a ztunnel answers another one);
pilot/pkg/serviceregistry/kube/controller/ambient in istio/istio (the policy that stands for STRICT). Before Istio 1.23
a rejection did not say by which policy.
"""

from __future__ import annotations

import re
from enum import StrEnum

STRICT = re.compile(r"istio_converted_static_strict|converted_peer_authentication_")
"""How the policies are called that istiod makes of PeerAuthentications."""


class ZtunnelError(StrEnum):
    """Why a connection failed, in our words."""

    HBONE_TIMEOUT = "hbone-timeout"
    """Nobody answered at port 15008 of the pod that was called."""
    PLAINTEXT = "plaintext"
    """A PeerAuthentication demands mutual TLS, and the connection was plaintext."""
    DENIED = "denied"
    """A DENY policy matched."""
    NOT_ALLOWED = "not-allowed"
    """There are ALLOW policies, and none of them matched."""
    POLICY = "policy"
    """A policy rejected it; which sort is not said."""
    REFUSED = "refused"
    """The connection was refused."""
    NO_ENDPOINT = "no-endpoint"
    NO_WAYPOINT = "no-waypoint"
    TLS = "tls"
    OTHER = "other"


_TEXTS: tuple[tuple[re.Pattern[str], ZtunnelError], ...] = (
    (re.compile(r"maybe a NetworkPolicy is blocking HBONE port"), ZtunnelError.HBONE_TIMEOUT),
    (re.compile(rf"policy rejection.*(?:{STRICT.pattern})"), ZtunnelError.PLAINTEXT),
    (re.compile(r"policy rejection: explicitly denied by"), ZtunnelError.DENIED),
    (re.compile(r"policy rejection: allow policies exist, but none allowed"), ZtunnelError.NOT_ALLOWED),
    (re.compile(r"connection closed due to policy (?:rejection|change)|http status: 401\b"), ZtunnelError.POLICY),
    (re.compile(r"(?:connection failed|io error): .{0,80}[Cc]onnection refused"), ZtunnelError.REFUSED),
    (re.compile(r"no healthy upstream: |no valid routing destination|unknown destination: "), ZtunnelError.NO_ENDPOINT),
    (re.compile(r"unknown waypoint: |no gateway address: "), ZtunnelError.NO_WAYPOINT),
    (re.compile(r"tls error: |identity error: "), ZtunnelError.TLS),
    (re.compile(r"http status: \d{3}|http2 handshake failed: |h2 failed: "), ZtunnelError.OTHER),
    (re.compile(r"connection failed|io error: "), ZtunnelError.OTHER),
)  # fmt: skip


def ztunnel_error(text: str) -> ZtunnelError | None:
    """The kind of an error's text; None if it is no text of ztunnel that is known."""
    return next((kind for pattern, kind in _TEXTS if pattern.search(text)), None)


def denying_policy(text: str) -> str:
    """The policy that an error names, as `namespace/name`, "" if it names none."""
    match = re.search(r"explicitly denied by: ([A-Za-z0-9./_-]{1,300})", text)
    return match[1] if match else ""
