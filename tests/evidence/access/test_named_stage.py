"""Where a log line says that the request died."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.evidence.log_texts import MESH_SNI, captured, entry, log_line, tcp_line
from troubleshooter.evidence import NamedStage, Words, details_key, stage_named_by
from troubleshooter.model import HopKind, Stage

S = Stage
SENDER, GATEWAY, TARGET = HopKind.SENDER, HopKind.GATEWAY, HopKind.TARGET
RESET = "upstream_reset_before_response_started"
LATE_RESET = "upstream_reset_after_response_started"
RBAC = "rbac_access_denied_matched_policy"
JWT = "jwt_authn_access_denied"

# What an Envoy wrote when this was broken: flags, base of the details, stage, hop. The last line of a capture counts.
CAPTURED: dict[str, tuple[str, str, Stage | None, HopKind | None]] = {
    "blackhole-tcp": ("UH", "", S.LISTENER, SENDER),
    "df-dns-failure": ("DF", "dns_resolution_failure", S.DNS, SENDER),
    "dpe-tls-to-http": ("DPE", "http1.codec_error", S.LISTENER, None),
    "eds-empty": ("UH", "no_healthy_upstream", S.ENDPOINT, SENDER),
    "grpc-uh": ("UH", "no_healthy_upstream", S.ENDPOINT, SENDER),
    "http10-426": ("DPE", "low_version", S.LISTENER, None),
    "inbound-passthrough": ("UF", RESET, S.APPLICATION, TARGET),
    "jwt-jwks-unreachable": ("", JWT, S.AUTHENTICATION, TARGET),
    "jwt-missing-401": ("", JWT, S.AUTHENTICATION, TARGET),
    "lb-panic": ("", "via_upstream", S.APPLICATION, TARGET),
    "lh-health": ("LH", "health_check_failed", S.LISTENER, TARGET),
    "max-duration-timeout": ("", "max_duration_timeout", S.APPLICATION, TARGET),
    "max-stream-duration-route": ("", "max_duration_timeout", S.APPLICATION, TARGET),
    "missing-host": ("", "missing_host_header", S.LISTENER, None),
    "mtls-no-client-cert-retry": ("UC", RESET, None, None),
    "mtls-san-mismatch": ("UF", RESET, S.TRANSPORT, SENDER),
    "mtls-server-rejects-client-ca": ("UC", RESET, None, None),
    "mtls-unknown-ca": ("UF", RESET, S.TRANSPORT, SENDER),
    "nc-missing-subset": ("NC", "cluster_not_found", S.CLUSTER, SENDER),
    "nr-gateway-no-virtualservice": ("NR", "route_not_found", S.ROUTE, SENDER),
    "nr-rds-empty": ("NR", "route_not_found", S.ROUTE, SENDER),
    "om-overload": ("", "overload", S.LISTENER, None),
    "outlier-ejected-all": ("UH", "no_healthy_upstream", S.ENDPOINT, SENDER),
    "passthrough-tcp-refused": ("UF,URX", "", S.APPLICATION, TARGET),
    "rbac-allow-nothing-403": ("", RBAC, S.AUTHORIZATION, TARGET),
    "rbac-principal-plaintext-403": ("", RBAC, S.AUTHORIZATION, TARGET),
    "rl-global-429": ("RL", "request_rate_limited", S.LISTENER, TARGET),
    "sds-secret-timeout": ("UF", RESET, S.TRANSPORT, SENDER),
    "si-waiting-for-upstream": ("SI", "stream_idle_timeout", S.APPLICATION, TARGET),
    "tcp-no-cluster": ("NC", "", S.CLUSTER, SENDER),
    "tcp-refused": ("UF,URX", "", S.APPLICATION, TARGET),
    "uaex-denied": ("UAEX", "ext_authz_denied", S.AUTHORIZATION, TARGET),
    "uaex-error": ("UAEX", "ext_authz_error", S.AUTHORIZATION, TARGET),
    "uc-after-response-started": ("UPE", LATE_RESET, S.APPLICATION, TARGET),
    "uc-upstream-close-retry": ("UC", RESET, None, None),
    "uc-upstream-rst": ("UC", RESET, None, None),
    "udo-drop-all": ("UDO", "unconditional_drop_overload", S.ENDPOINT, SENDER),
    # What was broken was the transport; the line is that of packets that are dropped, and `also` says so.
    "uf-tls-handshake-timeout": ("UF", RESET, S.ENDPOINT, SENDER),
    "uf-tls-peer-closes": ("UF", RESET, None, None),
    "uh-no-endpoints": ("UH", "no_healthy_upstream", S.ENDPOINT, SENDER),
    "umsdr-cluster": ("UMSDR", "upstream_max_stream_duration_reached", S.APPLICATION, TARGET),
    "upe-h1-to-h2": ("UPE", RESET, S.APPLICATION, TARGET),
    "upgrade-failed-403": ("", "upgrade_failed", S.LISTENER, SENDER),
    "ur-h2-refused": ("URX,UR", RESET, S.APPLICATION, TARGET),
    "ur-h2-reset": ("UR", RESET, S.APPLICATION, TARGET),
    "urx-upstream-503": ("URX", "via_upstream", S.APPLICATION, TARGET),
    "ut-route-timeout": ("UT", "response_timeout", S.APPLICATION, TARGET),
}
CAPTURED_FIRST: dict[str, tuple[str, str, Stage | None, HopKind | None]] = {
    "jwt-missing-403": ("", RBAC, S.AUTHORIZATION, TARGET),
    "live-repair": ("NC", "cluster_not_found", S.CLUSTER, SENDER),
    "outlier-ejected-all": ("", "via_upstream", S.APPLICATION, TARGET),
    "rbac-allow-none-403": ("", RBAC, S.AUTHORIZATION, TARGET),
}
HEALTHY = (
    "di-delay",
    "failover-eds",
    "gw-tls-ok",
    "http10-sniffed",
    "mtls-ok",
    "mtls-ok-server",
    "passthrough-http-200",
)


@pytest.mark.parametrize(("name", "expected"), CAPTURED.items(), ids=CAPTURED)
def test_a_captured_failure_names_its_stage(
    words: Words, name: str, expected: tuple[str, str, Stage | None, HopKind | None]
) -> None:
    """The last line of each capture has these flags and details and names this stage and hop."""
    found = captured(name)[-1]
    named = stage_named_by(found, words)

    assert expected == (",".join(found.flags), details_key(found.details).base, named.stage, named.hop)


@pytest.mark.parametrize(("name", "expected"), CAPTURED_FIRST.items(), ids=CAPTURED_FIRST)
def test_the_first_captured_failure_names_its_stage(
    words: Words, name: str, expected: tuple[str, str, Stage | None, HopKind | None]
) -> None:
    """The same for captures whose first line is the interesting one."""
    found = captured(name)[0]
    named = stage_named_by(found, words)

    assert expected == (",".join(found.flags), details_key(found.details).base, named.stage, named.hop)


@pytest.mark.parametrize("name", HEALTHY)
def test_a_request_that_arrived_names_no_stage(words: Words, name: str) -> None:
    """Nothing died, so nothing is named, whatever flags there are."""
    assert {NamedStage()} == {stage_named_by(found, words) for found in captured(name)}


@pytest.mark.parametrize(
    ("name", "also"),
    [
        ("uc-upstream-rst", (S.APPLICATION, S.TRANSPORT)),
        ("mtls-server-rejects-client-ca", (S.APPLICATION, S.TRANSPORT)),
        ("uf-tls-handshake-timeout", (S.TRANSPORT,)),
        ("uf-tls-peer-closes", (S.TRANSPORT, S.APPLICATION)),
        ("tcp-refused", (S.ENDPOINT,)),
        ("mtls-unknown-ca", ()),
    ],
)
def test_what_a_line_leaves_open_is_said(words: Words, name: str, also: tuple[Stage, ...]) -> None:
    """Where one line may come from several stages, all are listed."""
    assert also == stage_named_by(captured(name)[-1], words).also


NO_CHAIN = "filter_chain_not_found"
PLAINTEXT = tcp_line(details=NO_CHAIN, host="-", cluster="-", local="10.244.0.7:8080")
MESH_TLS = tcp_line(details=NO_CHAIN, host="-", cluster="-", local="10.244.0.7:8080", sni=MESH_SNI)
OTHER_NAME = tcp_line(details=NO_CHAIN, host="-", cluster="-", local="10.244.0.9:8443", sni="other.example.com")
EAST_WEST = tcp_line(details=NO_CHAIN, host="-", cluster="-", local="10.244.0.9:15443", sni=MESH_SNI)


STRICT = NamedStage(stage=S.TRANSPORT, hop=SENDER, by=NO_CHAIN)
AT_GATEWAY = NamedStage(stage=S.LISTENER, hop=GATEWAY, by=NO_CHAIN)
EITHER = replace(STRICT, also=(S.LISTENER,))


@pytest.mark.parametrize(
    ("line", "proxy", "expected"),
    [
        pytest.param(PLAINTEXT, TARGET, STRICT, id="plaintext-to-strict"),
        pytest.param(PLAINTEXT, GATEWAY, AT_GATEWAY, id="http-to-https"),
        pytest.param(PLAINTEXT, None, EITHER, id="plaintext-to-something"),
        pytest.param(MESH_TLS, TARGET, STRICT, id="mutual-tls-to-disable"),
        pytest.param(MESH_TLS, GATEWAY, AT_GATEWAY, id="mutual-tls-to-gateway"),
        pytest.param(MESH_TLS, None, EITHER, id="mutual-tls-to-something"),
        pytest.param(OTHER_NAME, None, replace(AT_GATEWAY, hop=None), id="other-name"),
        pytest.param(OTHER_NAME, GATEWAY, AT_GATEWAY, id="other-name-to-gateway"),
        pytest.param(EAST_WEST, None, AT_GATEWAY, id="east-west"),
        pytest.param(tcp_line(host="-", cluster="-"), TARGET, replace(STRICT, by="NR"), id="before-details"),
    ],
)
def test_a_missing_filter_chain_is_transport_at_a_target_and_listener_at_a_gateway(
    words: Words, line: str, proxy: HopKind | None, expected: NamedStage
) -> None:
    """Plaintext to STRICT is the sender's transport; a server name that no Gateway has is the gateway's listener; where
    the line does not say which proxy wrote it, the other is left open."""
    assert expected == stage_named_by(entry(line), words, proxy=proxy)


INBOUND = "inbound|8080||"


@pytest.mark.parametrize(
    ("line", "stage", "hop"),
    [
        (log_line(status="503 NR", cluster="-", host="-"), S.CLUSTER, SENDER),
        (log_line(status="404 NR", cluster="-", host="-"), S.ROUTE, SENDER),
        (log_line(status="502 -", details="direct_response", cluster="-", route="block_all"), S.ROUTE, SENDER),
        (log_line(status="503 UO", details=f"{RESET}{{overflow}}"), S.CLUSTER, SENDER),
        (log_line(status="503 UO", details=f"{RESET}{{overflow}}", cluster=INBOUND), S.APPLICATION, TARGET),
        (
            log_line(status="503 UC", details=f"{RESET}{{connection_termination}}", cluster=INBOUND),
            S.APPLICATION,
            TARGET,
        ),
        (log_line(status="503 UF", details=f"{RESET}{{connection_timeout}}", cluster=INBOUND), S.APPLICATION, TARGET),
        (
            log_line(status="503 UF", details=f"{RESET}{{connection_failure,delayed_connect_error:_113}}"),
            S.ENDPOINT,
            SENDER,
        ),
        (
            log_line(status="503 UF", details=f"{RESET}{{remote_connection_failure,delayed_connect_error:_111}}"),
            S.APPLICATION,
            TARGET,
        ),
        (
            log_line(
                status="503 UF,URX",
                transport_failure="TLS error: 268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER",
            ),
            S.TRANSPORT,
            SENDER,
        ),
        (log_line(status="200 -", transport_failure="TLS_error:_x"), None, None),
        (log_line(status="403 -", details=f"{RBAC}[none]"), S.AUTHORIZATION, GATEWAY),
        (log_line(status="401 -", details=f"{JWT}{{Jwt_is_expired}}"), S.AUTHENTICATION, GATEWAY),
        (log_line(status="403 -", details=f"{RBAC}[none]", cluster="-"), S.AUTHORIZATION, None),
        (log_line(status="403 -", details=f"{RBAC}[none]", cluster="-", sni=MESH_SNI), S.AUTHORIZATION, TARGET),
        (tcp_line(status="0 -", termination=f"{RBAC}[none]", cluster="inbound|3306||"), S.AUTHORIZATION, TARGET),
        (log_line(status="555 FI", details="fault_filter_abort"), S.ROUTE, SENDER),
        (log_line(status="500 DI,FI", details="fault_filter_abort"), S.ROUTE, SENDER),
        (log_line(status="408 SI", details="stream_idle_timeout"), S.LISTENER, SENDER),
        (log_line(status="504 URX,UT", details="upstream_per_try_timeout"), S.APPLICATION, TARGET),
        (log_line(status="500 NFCF", details="", cluster=INBOUND), S.LISTENER, TARGET),
        (log_line(status="0 DC", details="downstream_remote_disconnect", local="-"), S.APPLICATION, TARGET),
        (log_line(status="0 DR", details="http2.remote_reset", local="-"), S.APPLICATION, TARGET),
        (log_line(status="0 DC", details="downstream_remote_disconnect"), None, None),
        (log_line(status="0 DC", details="downstream_local_disconnect(x)"), None, None),
        (log_line(status="0 DC", details="downstream_remote_disconnect", host="-"), None, None),
        (log_line(status="503 NEW", details="never_seen"), S.LISTENER, SENDER),
        (tcp_line(status="0 UO"), S.CLUSTER, SENDER),
    ],
)
def test_a_line_names_its_stage(words: Words, line: str, stage: Stage | None, hop: HopKind | None) -> None:
    """What other versions, other sides and other words name."""
    named = stage_named_by(entry(line), words)

    assert (stage, hop) == (named.stage, named.hop)


@pytest.mark.parametrize(
    ("status", "cluster", "also"),
    [
        ("403 -", "outbound|80||a.b", (S.AUTHORIZATION,)),
        ("401 -", "outbound|80||a.b", (S.AUTHENTICATION,)),
        ("403 -", INBOUND, ()),
    ],
)
def test_a_sender_cannot_tell_the_application_from_the_proxy_before_it(
    words: Words, status: str, cluster: str, also: tuple[Stage, ...]
) -> None:
    """`via_upstream` with 401 or 403 may come from the target's proxy, except in that proxy's own log."""
    named = stage_named_by(entry(log_line(status=status, details="via_upstream", cluster=cluster)), words)

    assert NamedStage(stage=S.APPLICATION, hop=TARGET, by="via_upstream", also=also) == named


@pytest.mark.parametrize("proxy", [GATEWAY, SENDER])
def test_the_caller_may_know_which_proxy_wrote_the_line(words: Words, proxy: HopKind) -> None:
    """What died at the proxy that wrote the line died at that kind of hop."""
    assert proxy == stage_named_by(captured("nr-gateway-no-virtualservice")[0], words, proxy=proxy).hop


def test_the_proxy_of_a_target_is_also_a_sender(words: Words) -> None:
    """A target has no stage `route`: a pod whose proxy found none was the caller in this request."""
    named = stage_named_by(captured("nr-rds-empty")[0], words, proxy=TARGET)

    assert (S.ROUTE, SENDER) == (named.stage, named.hop)


def test_the_word_that_named_the_stage_is_said(words: Words) -> None:
    """The most particular known name is the one that decided."""
    lines = (f"{RBAC}[none]", f"{RBAC}[ns[a]-policy[b]-rule[0]]")

    assert [f"{RBAC}[none]", RBAC] == [
        stage_named_by(entry(log_line(status="403 -", details=details)), words).by for details in lines
    ]


def test_without_a_table_only_the_form_of_the_line_speaks() -> None:
    """Words come from the knowledge base; with an empty one the details of a filter say that it was one."""
    assert NamedStage(stage=S.LISTENER, hop=TARGET, by=RBAC) == stage_named_by(
        captured("rbac-allow-nothing-403")[0], {}
    )
