"""The parts of details, and the kinds of transport failures."""

from __future__ import annotations

import pytest

from tests.evidence.log_texts import captured
from troubleshooter.evidence import DetailsKey, TransportFailure, classify_transport_failure, details_key

RESET = "upstream_reset_before_response_started"
REFUSED = "delayed_connect_error:_111"


@pytest.mark.parametrize(
    ("details", "base", "reason", "transport_failure"),
    [
        ("", "", "", ""),
        ("via_upstream", "via_upstream", "", ""),
        ("http1.codec_error", "http1.codec_error", "", ""),
        (f"{RESET}{{connection_termination}}", RESET, "connection_termination", ""),
        (f"{RESET}{{connection termination}}", RESET, "connection_termination", ""),
        (
            f"{RESET}{{remote_connection_failure|TLS_error:|1:a,b|c}}",
            RESET,
            "remote_connection_failure",
            "TLS_error:|1:a,b|c",
        ),
        (f"{RESET}{{remote_connection_failure,{REFUSED}}}", RESET, "remote_connection_failure", REFUSED),
        (f"{RESET}{{connection_failure,TLS_error:_x}}", RESET, "connection_failure", "TLS_error:_x"),
        (RESET, RESET, "", ""),
        ("rbac_access_denied_matched_policy[none]", "rbac_access_denied_matched_policy", "none", ""),
        (
            "rbac_access_denied_matched_policy[ns[default]-policy[deny-v2]-rule[0]]",
            "rbac_access_denied_matched_policy",
            "ns[default]-policy[deny-v2]-rule[0]",
            "",
        ),
        ("jwt_authn_access_denied{Jwt_is_expired}", "jwt_authn_access_denied", "Jwt_is_expired", ""),
        ("dns_resolution_failure{cares_norecords:a}", "dns_resolution_failure", "cares_norecords:a", ""),
        ("downstream_local_disconnect(on_idle_timeout)", "downstream_local_disconnect", "on_idle_timeout", ""),
        ("tcp_initializion_failure:2", "tcp_initializion_failure", "2", ""),
        ("{odd", "{odd", "", ""),
        ("odd{", "odd{", "", ""),
    ],
)
def test_details_come_in_parts(details: str, base: str, reason: str, transport_failure: str) -> None:
    """Old and new forms have the same parts; what has no such form is a base as it stands."""
    assert DetailsKey(base=base, reason=reason, transport_failure=transport_failure) == details_key(details)


@pytest.mark.parametrize(
    ("details", "names"),
    [
        ("via_upstream", ("via_upstream",)),
        ("a[none]", ("a{none}", "a[none]", "a")),
        (f"{RESET}{{overflow}}", (f"{RESET}{{overflow}}", f"{RESET}[overflow]", RESET)),
        (
            "downstream_local_disconnect(tcp_initializion_failure:2)",
            ("tcp_initializion_failure", "downstream_local_disconnect"),
        ),
    ],
)
def test_the_most_particular_name_stands_first(details: str, names: tuple[str, ...]) -> None:
    """Knowledge is looked up under the whole, then under the constant part."""
    assert names == details_key(details).names


F = TransportFailure
SSL = "TLS_error:|268435581:SSL_routines:OPENSSL_internal:"


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("", F.NONE),
        ("-", F.NONE),
        ("delayed_connect_error:_Connection_refused", F.CONNECTION_REFUSED),
        ("delayed connect error: 111", F.CONNECTION_REFUSED),
        ("delayed_connect_error:_Connection_timed_out", F.CONNECTION_TIMEOUT),
        ("delayed connect error: 113", F.HOST_UNREACHABLE),
        ("immediate_connect_error:_Network_is_unreachable|remote_address:[fdc4::254]:42349", F.HOST_UNREACHABLE),
        ("TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end", F.TLS_WRONG_VERSION),
        ("TLS error: 268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER", F.TLS_WRONG_VERSION),
        (SSL + "CERTIFICATE_VERIFY_FAILED", F.TLS_CERTIFICATE_VERIFY_FAILED),
        (
            SSL + "CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_SAN_matcher:TLS_error_end",
            F.TLS_CERTIFICATE_VERIFY_FAILED,
        ),
        (SSL + "CERTIFICATE_VERIFY_FAILED:...at_depth_0:_certificate_has_expired", F.TLS_CERTIFICATE_EXPIRED),
        (SSL + "CERTIFICATE_VERIFY_FAILED:...at_depth_0:_certificate_is_not_yet_valid", F.TLS_CERTIFICATE_TOO_EARLY),
        (SSL + "CERTIFICATE_VERIFY_FAILED:...unable_to_get_local_issuer_certificate", F.TLS_UNKNOWN_CA),
        ("TLS_error:|268436504:SSL_routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA", F.TLS_UNKNOWN_CA),
        (
            "TLS_error:|268436501:SSL_routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_EXPIRED",
            F.TLS_CERTIFICATE_EXPIRED,
        ),
        ("TLS_error:|268436496:SSL_routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE", F.TLS_ALERT),
        ("TLS_error:_Secret_is_not_supplied_by_SDS", F.SECRET_NOT_SUPPLIED),
        ("TLS_error:|33554536:system_library:OPENSSL_internal:Connection_reset_by_peer", F.CONNECTION_RESET),
        ("something else", F.OTHER),
    ],
)
def test_a_transport_failure_has_a_kind(text: str, failure: TransportFailure) -> None:
    """Texts of all versions are told apart, the particular before the general."""
    assert failure == classify_transport_failure(text)


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("mtls-san-mismatch", F.TLS_CERTIFICATE_VERIFY_FAILED),
        ("mtls-unknown-ca", F.TLS_UNKNOWN_CA),
        ("sds-secret-timeout", F.SECRET_NOT_SUPPLIED),
        ("tcp-refused", F.CONNECTION_REFUSED),
        ("uf-tls-handshake-timeout", F.NONE),
        ("uf-tls-peer-closes", F.NONE),
    ],
)
def test_a_captured_transport_failure_has_a_kind(name: str, failure: TransportFailure) -> None:
    """What an Envoy wrote when this was broken."""
    (found,) = captured(name)

    assert failure == classify_transport_failure(found.transport_failure)
