"""`knowledge/flags.yaml` knows every word that Envoy 1.40 writes, and says of each what it does and does not prove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from troubleshooter.evidence import KNOWN_FLAGS
from troubleshooter.model import Stage

FILE = Path(__file__).resolve().parents[2] / "knowledge" / "flags.yaml"
BOOK: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
ENTRIES = {f"{part}: {name}": about for part, named in BOOK.items() for name, about in named.items()}

# The flags that the binary of Envoy 1.40.0 accepts in a filter on response flags.
FLAGS = """
LH UH UT LR UR UF UC UO NR DI FI RL UAEX RLSE DC URX SI IH DPE UMSDR RFCF NFCF DT UPE NC OM DF DO DR UDO
"""

# envoy/stream_info/stream_info.h, ResponseCodeDetailValues
CORE = """
via_upstream request_payload_too_large response_payload_too_large request_payload_exceeded_retry_buffer_limit
stream_idle_timeout max_duration_timeout request_overall_timeout request_header_timeout overload low_version
missing_host_header request_headers_failed_strict_check missing_path_rejected invalid_path absolute_path_rejected
path_normalization_failed upgrade_failed websocket_handshake_unsuccessful route_configuration_not_found route_not_found
direct_response cluster_not_found maintenance_mode drop_overload unconditional_drop_overload no_healthy_upstream
response_timeout upstream_per_try_timeout upstream_per_try_idle_timeout upstream_max_stream_duration_reached
upstream_reset_before_response_started upstream_reset_after_response_started filter_chain_not_found
downstream_remote_disconnect downstream_local_disconnect duration_timeout downstream_header_timeout
admin_filter_response internal_redirect filter_removed_required_request_headers
filter_removed_required_response_headers rejecting_because_detection_failed filter_added_invalid_request_data
filter_added_invalid_response_data early_connect_data
"""

RESETS = """
remote_connection_failure local_connection_failure connection_timeout connection_termination overflow protocol_error
remote_reset remote_refused_stream_reset local_reset local_refused_stream_reset overload_manager_reset
connection_failure
"""

FILTERS = """
rbac_access_denied_matched_policy rbac_access_denied_matched_policy[none] jwt_authn_access_denied ext_authz_denied
ext_authz_error ext_authz_invalid local_rate_limited request_rate_limited rate_limiter_error fault_filter_abort
health_check_ok health_check_failed health_check_ok_cluster_healthy health_check_failed_cluster_empty
health_check_failed_cluster_unhealthy health_check_failed_no_cluster_found cors_response csrf_origin_mismatch
lua_response ext_proc_error dns_resolution_failure
"""

CODECS = """
http1.body_disallowed http1.codec_error http1.connection_header_rejected http1.content_length_and_chunked_not_allowed
http1.content_length_not_allowed http1.headers_too_large http1.https_url_on_plaintext_connection
http1.invalid_characters http1.invalid_scheme http1.invalid_transfer_encoding http1.invalid_url http1.too_many_headers
http1.transfer_encoding_not_allowed http1.unexpected_underscore http2.inbound_empty_frames_flood
http2.invalid.header.field http2.outbound_frames_flood http2.remote_refuse http2.remote_reset http2.too_many_headers
http2.unexpected_underscore http2.unknown.nghttp2.error http2.unknown.oghttp2.error http2.violation.of.messaging.rule
http2.header_list_size_too_large http2.cookies_total_bytes_too_large http3.headers_too_large
http3.inconsistent_content_length http3.invalid_header_field http3.too_many_headers http3.too_many_trailers
http3.unexpected_underscore
"""

# envoy/stream_info/stream_info.h, LocalCloseReasonValues
CLOSE_REASONS = """
deferred_close_on_drained_connection on_idle_timeout close_for_connect_request_or_tcp_tunneling http2_ping_timeout
http2_connection_protocol_violation transport_socket_timeout triggered_delayed_close_timeout tcp_initializion_failure
tcp_session_idle_timeout max_connection_duration_reached
closing_upstream_tcp_connection_due_to_downstream_remote_close
closing_upstream_tcp_connection_due_to_downstream_local_close
closing_upstream_tcp_connection_due_to_downstream_reset_close non_pooled_tcp_connection_host_health_failure
"""


def test_every_flag_is_known() -> None:
    """Each flag of Envoy is there, and nothing else."""
    assert set(FLAGS.split()) == set(BOOK["flags"])


def test_the_reader_of_logs_knows_the_same_flags() -> None:
    """What counts as an unknown flag is what this page does not explain."""
    assert set(BOOK["flags"]) == KNOWN_FLAGS


@pytest.mark.parametrize("names", [CORE, FILTERS, CODECS, CLOSE_REASONS], ids=["core", "filters", "codecs", "closes"])
def test_every_detail_is_known(names: str) -> None:
    """Each response-code detail and local close reason is there."""
    assert set() == set(names.split()) - set(BOOK["details"])


def test_every_reset_reason_is_known() -> None:
    """Each reason, old and new, has an entry of its own in the braces of the reset."""
    expected = {f"upstream_reset_before_response_started{{{reason}}}" for reason in RESETS.split()}

    assert set() == expected - set(BOOK["details"])


@pytest.mark.parametrize("about", ENTRIES.values(), ids=ENTRIES)
def test_an_entry_says_what_it_proves_and_what_not(about: dict[str, Any]) -> None:
    """Each entry has a meaning, what it proves and does not prove, in sentences, and a reference."""
    sentences = [about["meaning"], about["proves"], about["does_not_prove"]]

    assert [] == [said for said in sentences if not said.endswith(".")]
    assert all(url.startswith("https://") for url in about["references"])
    assert about["references"]


@pytest.mark.parametrize("about", ENTRIES.values(), ids=ENTRIES)
def test_an_entry_has_a_stage_or_none(about: dict[str, Any]) -> None:
    """A stage is one of the walk's; a word that does not say leaves it out."""
    assert about.get("stage", "dns") in set(Stage)


@pytest.mark.parametrize("about", BOOK["flags"].values(), ids=BOOK["flags"])
def test_a_flag_has_its_long_name(about: dict[str, Any]) -> None:
    """The long name is what %RESPONSE_FLAGS_LONG% prints."""
    assert about["long_name"].isalpha()


@pytest.mark.parametrize("name", ["UF", "UC", "URX", "LR", "DC", "DR", "DI", "RFCF"])
def test_an_ambiguous_flag_names_no_stage(name: str) -> None:
    """These flags have causes in several stages, or are no failures."""
    assert "stage" not in BOOK["flags"][name]


def test_nothing_stands_twice() -> None:
    """No name is written twice: the later would hide the earlier."""
    keys = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith("  ") and line[2] != " "]

    assert len(keys) == len(set(keys)) == len(ENTRIES)
