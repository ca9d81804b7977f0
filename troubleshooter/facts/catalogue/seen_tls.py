"""The rows of the catalogue about what proxies tell of TLS, certificates and policies, and of what they cannot read or
turn away."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("evidence.handshake", ("complete", "refused", "distrusted", "none"), "What the sender's proxy counted of TLS handshakes with this destination: refused by the other end, or by itself (distrusted), or all went well.", "evidence"),
    ("failure.headers", ("too-large", "too-many", "other"), "For what a proxy refused the headers of the request.", "evidence"),
    ("failure.message", ("no-host", "upgrade", "malformed", "too-large", "other"), "For what a proxy refused a request that it could read.", "evidence"),
    ("failure.authorizer", ("denied", "other"), "Whether an external authorizer that was asked said no.", "evidence"),
    ("failure.filter", ("not-delivered", "other"), "Whether a filter of the proxy had no configuration yet.", "evidence"),
    ("failure.lookup", ("failed", "other"), "Whether the proxy looked the host up in DNS itself, and got no address.", "evidence"),
    ("failure.unreadable_answer", ("plain", "grpc", "other"), "What had been asked, where a proxy could not read the answer: a call of gRPC, by the shape of the request, or something else.", "evidence"),
    ("evidence.spoken", ("http2", "broken", "tls", "well"), "What the application answers that is asked directly, past the proxies.", "evidence"),
    ("failure.unread", ("yes",), "Whether a proxy says that what the client sent is no HTTP/1 at all.", "evidence"),
    ("evidence.hello", ("closed", "other"), "Whether the other end took the connection and closed it when TLS began.", "evidence"),
    ("evidence.endpoint_mark", ("present", "absent"), "Whether istiod marks the endpoint that was tried as one whose proxy takes mutual TLS.", "evidence"),
    ("evidence.server_refused", ("no-certificate", "not-trusted", "name", "no-filter-chain", "nothing"), "Why the target's proxy refused connections, by its counters.", "evidence"),
    ("evidence.certificate", ("expired", "not-yet-valid", "valid"), "Whether the certificates by which the two proxies show who they are hold at that time.", "evidence"),
    ("evidence.renewal", ("overdue", "ended", "in-time"), "Whether a proxy has a certificate still that should have been renewed long ago: little of its lifetime is left, or nothing.", "evidence"),
    ("evidence.root_certificate", ("expired", "valid"), "Whether the root certificates that the two proxies trust hold at that time.", "evidence"),
    ("failure.client_address", ("node", "private", "public", "gateway"), "Whose address the proxy that refused the request took for the client's.", "evidence"),
    ("failure.peer_name", ("other-identity", "other-trust-domain", "none"), "What the certificate names that the caller's proxy did not take for its name.", "evidence"),
    ("evidence.roots", ("common", "different"), "Whether the two proxies have a root certificate in common.", "evidence"),
    ("authorization_policy.demands", ("identity", "token", "operation", "nothing", "other"), "What every rule of the ALLOW policies wants that could allow the request: who calls, a token, another operation; nothing where there is no rule.", "evidence"),
)  # fmt: skip
