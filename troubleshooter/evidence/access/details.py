"""What Envoy's response-code details and transport failure texts are made of.

Decides: the parts of such a text, and the kind of a transport failure. Must not know: what they prove (the knowledge
base does) or where the request died (`named_stage` does).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_REMEMBERED = 256
"""Texts whose parts are remembered: a log has few different ones, thousands of times."""


class TransportFailure(StrEnum):
    """Why a connection to an upstream host could not be used, read off its failure text."""

    CONNECTION_REFUSED = "connection-refused"
    CONNECTION_TIMEOUT = "connection-timeout"
    TLS_WRONG_VERSION = "tls-wrong-version"
    """What came back was no TLS."""
    TLS_CERTIFICATE_VERIFY_FAILED = "tls-certificate-verify-failed"
    """We refuse the peer's certificate, for another reason than the next three."""
    TLS_CERTIFICATE_EXPIRED = "tls-certificate-expired"
    """A certificate has expired: the peer's, or, by its alert, ours."""
    TLS_CERTIFICATE_TOO_EARLY = "tls-certificate-too-early"
    """The peer's certificate is not valid yet, by our clock."""
    TLS_UNKNOWN_CA = "tls-unknown-ca"
    """A certificate comes from an authority that the other end does not trust: the peer's, or, by its alert, ours."""
    TLS_PROTOCOL_VERSION = "tls-protocol-version"
    """The two ends have no version of TLS in common."""
    TLS_ALERT = "tls-alert"
    """The peer refused the handshake with another alert."""
    SECRET_NOT_SUPPLIED = "secret-not-supplied"
    """Our own proxy has no certificate yet."""
    CONNECTION_RESET = "connection-reset"
    HOST_UNREACHABLE = "host-unreachable"
    """The network says that it has no way to the address."""
    NONE = "none"
    OTHER = "other"


_TELLTALES: tuple[tuple[TransportFailure, tuple[str, ...]], ...] = (
    (TransportFailure.SECRET_NOT_SUPPLIED, ("secret_is_not_supplied",)),
    (TransportFailure.TLS_CERTIFICATE_EXPIRED, ("certificate_has_expired", "certificate_expired")),
    (TransportFailure.TLS_CERTIFICATE_TOO_EARLY, ("certificate_is_not_yet_valid",)),
    (
        TransportFailure.TLS_UNKNOWN_CA,
        (
            "unknown_ca",
            "self_signed_certificate",
            "self-signed_certificate",
            "unable_to_get_issuer_certificate",
            "unable_to_get_local_issuer_certificate",
            "unable_to_verify_the_first_certificate",
        ),
    ),
    (TransportFailure.TLS_CERTIFICATE_VERIFY_FAILED, ("certificate_verify_failed", "verify_cert_failed")),
    (TransportFailure.TLS_WRONG_VERSION, ("wrong_version_number",)),
    (
        TransportFailure.TLS_PROTOCOL_VERSION,
        ("alert_protocol_version", "unsupported_protocol", "no_protocols_available", "unsupported_ssl_version"),
    ),
    (TransportFailure.TLS_ALERT, ("_alert_",)),
    (TransportFailure.CONNECTION_RESET, ("connection_reset", "delayed_connect_error:_104")),
    (TransportFailure.CONNECTION_REFUSED, ("connection_refused", "delayed_connect_error:_111")),
    (
        TransportFailure.CONNECTION_TIMEOUT,
        ("connection_timed_out", "connection_timeout", "transport_socket_timeout", "delayed_connect_error:_110"),
    ),
    (
        TransportFailure.HOST_UNREACHABLE,
        ("no_route_to_host", "is_unreachable", "delayed_connect_error:_113", "immediate_connect_error:_101"),
    ),
)
"""Telltale parts in lower case with `_` for blanks; the first kind with a match counts, so the particular comes before
the general. OpenSSL's names: crypto/x509/x509_txt.c and crypto/err/ssl.errordata in BoringSSL; 101, 104, 110, 111 and
113 are Linux's ENETUNREACH, ECONNRESET, ETIMEDOUT, ECONNREFUSED and EHOSTUNREACH, which older Envoys printed as
numbers."""


@lru_cache(maxsize=_REMEMBERED)
def classify_transport_failure(text: str) -> TransportFailure:
    """The kind of failure that `text` (%UPSTREAM_TRANSPORT_FAILURE_REASON%, or the part of the details after the reset
    reason) tells; texts of Envoys before 1.17 have blanks, later ones `_`."""
    if text in ("", "-"):
        return TransportFailure.NONE
    plain = text.lower().replace(" ", "_")
    for kind, telltales in _TELLTALES:
        if any(telltale in plain for telltale in telltales):
            return kind
    return TransportFailure.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsKey:
    """Details in parts: `base` is the constant name, `reason` what stood in its brackets, and `transport_failure` what
    followed the reset reason in them."""

    base: str
    reason: str = ""
    transport_failure: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which knowledge about these details may stand, the most particular first."""
        if not self.reason:
            return (self.base,)
        if self.base == _LOCAL_CLOSE:
            return (details_key(self.reason).base, self.base)
        return (f"{self.base}{{{self.reason}}}", f"{self.base}[{self.reason}]", self.base)


_VARIABLE = re.compile(r"([^{\[(:]+)(?:\{(.*)\}|\[(.*)\]|\((.*)\)|:(.*))?", re.DOTALL)
_EXT_PROC = "ext_proc_error"
"""What the words begin with that tell which gRPC error an external processor came to (Envoy: ext_proc.cc)."""
_LOCAL_CLOSE = "downstream_local_disconnect"
_RESETS = ("upstream_reset_before_response_started", "upstream_reset_after_response_started")


@lru_cache(maxsize=_REMEMBERED)
def details_key(details: str) -> DetailsKey:
    """`details` in parts, with `_` for blanks. Old and new forms of a reset come out alike:
    `...{connection_failure,TLS_error:_x}`, `...{remote_connection_failure|delayed_connect_error:_111}`."""
    details = details.replace(" ", "_")
    if details.startswith(_EXT_PROC):
        return DetailsKey(base=_EXT_PROC, reason=details[len(_EXT_PROC) :].strip("_"))
    match = _VARIABLE.fullmatch(details)
    if match is None:
        return DetailsKey(base=details)
    base, reason = match[1], next((part for part in match.groups()[1:] if part), "")
    if base not in _RESETS:
        return DetailsKey(base=base, reason=reason)
    parts = re.split(r"[|,]", reason, maxsplit=1)
    return DetailsKey(base=base, reason=parts[0], transport_failure=parts[1] if len(parts) > 1 else "")
