"""What pages of two proxies tell of the connection between them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts.proxy_pages import page, put_in, words_of
from troubleshooter.evidence import AccessLogEntry, Reading
from troubleshooter.evidence.envoy.dump import (
    ClusterConfig,
    ConfigDump,
    ConfigState,
    EndpointConfig,
    FilterChain,
    ListenerConfig,
    Node,
    SecretConfig,
)
from troubleshooter.evidence.envoy.status import Certificate, Certificates, Counter, Stats
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence import Scene
from troubleshooter.facts.of_evidence.certificates import about_certificates
from troubleshooter.mesh import Mesh
from troubleshooter.model import CaseKind, Inventory

API = "outbound|80||api.shop.svc.cluster.local"
ACTIVE = ConfigState.ACTIVE


def _words(*pages: Reading[Any], time: str = "", **logged: Any) -> dict[str, str]:
    """The facts of a request that was sent to the endpoint 10.0.0.9:8080 and failed as `logged`, or was closed."""
    entry = AccessLogEntry(
        start_time=time, **{"flags": ("UC",), "upstream_cluster": API, "upstream_host": "10.0.0.9:8080", **logged}
    )
    return words_of(entry, put_in(*pages))


def _client(**about: Any) -> Reading[Any]:
    """The configuration of a proxy with the cluster."""
    marked = EndpointConfig(cluster=API, address="10.0.0.9", port=8080, mtls=about.pop("marked", False))
    cluster = ClusterConfig(name=API, state=ACTIVE, **about)
    return page(ConfigDump(node=Node(id="web"), clusters=(cluster,), endpoints=(marked,)), "web")


def _server(*chains: FilterChain) -> Reading[Any]:
    """The configuration of the proxy of the pod that is called."""
    inbound = ClusterConfig(name="inbound|80||", state=ACTIVE)
    listener = ListenerConfig(name="virtualInbound", state=ACTIVE, address="10.0.0.9", port=15006, chains=chains)
    return page(ConfigDump(node=Node(id="api"), clusters=(inbound,), listeners=(listener,)), "api")


MUTUAL = FilterChain(destination_port=8080, transport="tls", tls=True, client_certificate=True)
PLAIN = FilterChain(destination_port=8080, transport="raw_buffer")

SPOKEN = {
    "nothing": ({}, "plaintext"),
    "own-certificate": ({"tls": True, "mtls": True, "certificate": True}, "mtls"),
    "no-certificate": ({"tls": True}, "tls"),
    "marked": ({"tls": True, "mtls": True, "tls_to_some": True, "marked": True}, "mtls"),
    "not-marked": ({"tls": True, "mtls": True, "tls_to_some": True}, "plaintext"),
}


@pytest.mark.parametrize("case", SPOKEN)
def test_a_cluster_tells_what_is_spoken(case: str) -> None:
    """No TLS is plaintext, the workload's certificate mutual TLS; for marked endpoints alone, the mark decides."""
    about, word = SPOKEN[case]

    assert word == _words(_client(**about))["connection.client"]


def test_a_rule_is_behind_tls_for_all_endpoints() -> None:
    """Automatic mutual TLS is for marked endpoints; TLS without a certificate for all is what a rule makes."""
    assert "simple" == _words(_client(tls=True))["destination_rule.tls_mode"]


def test_automatic_mutual_tls_tells_no_rule() -> None:
    """It needs none."""
    assert "destination_rule.tls_mode" not in _words(_client(tls=True, mtls=True, tls_to_some=True))


MODES = {"strict": (MUTUAL,), "permissive": (MUTUAL, PLAIN), "disable": (PLAIN,)}


@pytest.mark.parametrize("mode", MODES)
def test_filter_chains_tell_what_is_taken(mode: str) -> None:
    """Those for the port of the pod: mutual TLS, plaintext, or both."""
    assert mode == _words(_server(*MODES[mode]))["target.mtls_mode"]


def test_chains_for_other_ports_tell_nothing() -> None:
    """A port with chains of its own is not judged by those for any port."""
    assert "strict" == _words(_server(MUTUAL, FilterChain(name="virtualInbound")))["target.mtls_mode"]


def test_plaintext_to_mutual_tls_is_no_agreement() -> None:
    """Both ends together show it."""
    assert "broken" == _words(_client(), _server(MUTUAL))["connection.agreement"]


def test_mutual_tls_to_mutual_tls_says_nothing_of_agreement() -> None:
    """Certificates may still be refused."""
    assert "connection.agreement" not in _words(_client(tls=True, mtls=True, certificate=True), _server(MUTUAL))


def _stats(origin: str, scope: str, owner: str, **counters: int) -> Reading[Any]:
    held = {name: Counter(value=value, line=1) for name, value in counters.items()}
    return page(Stats(scopes={scope: {owner: held}}), origin)


HANDSHAKES = {
    "refused": {"upstream_cx_total": 3, "ssl_handshake": 3, "ssl_connection_error": 3},
    "distrusted": {"upstream_cx_total": 3, "ssl_fail_verify_san": 3},
    "complete": {"upstream_cx_total": 3, "ssl_handshake": 3},
    "none": {"upstream_cx_total": 3},
}


@pytest.mark.parametrize("word", HANDSHAKES)
def test_counters_of_the_client_tell_of_handshakes(word: str) -> None:
    """Who broke them off, if anybody did."""
    assert word == _words(_client(), _stats("web", "cluster", API, **HANDSHAKES[word]))["evidence.handshake"]


def test_counters_that_are_not_kept_tell_nothing() -> None:
    """Most proxies keep few counters of clusters."""
    assert "evidence.handshake" not in _words(_client(), _stats("web", "cluster", API, ssl_handshake=1))


REFUSALS = {
    "no-certificate": "ssl_fail_verify_no_cert",
    "not-trusted": "ssl_fail_verify_error",
    "name": "ssl_fail_verify_san",
    "no-filter-chain": "no_filter_chain_match",
}


@pytest.mark.parametrize("word", REFUSALS)
def test_counters_of_the_server_tell_what_it_refused(word: str) -> None:
    """One counter each."""
    stats = _stats("api", "listener", "10.0.0.9_15006", downstream_cx_total=1, **{REFUSALS[word]: 1})

    assert word == _words(_server(MUTUAL), stats)["evidence.server_refused"]


def test_two_reasons_tell_none() -> None:
    """Which of them the request met is not known."""
    counters = {"downstream_cx_total": 2, "ssl_fail_verify_san": 1, "ssl_fail_verify_error": 1}

    assert "evidence.server_refused" not in _words(
        _server(MUTUAL), _stats("api", "listener", "10.0.0.9_15006", **counters)
    )


def test_a_listener_without_refusals_refused_nothing() -> None:
    """Where its counters are kept."""
    stats = _stats("api", "listener", "10.0.0.9_15006", downstream_cx_total=1)

    assert "nothing" == _words(_server(MUTUAL), stats)["evidence.server_refused"]


def _certificates(origin: str, expires: str, days: int | None = None) -> Reading[Any]:
    own = Certificate(
        path="",
        serial="1",
        names=("spiffe://cluster.local/ns/shop/sa/web",),
        valid_from="2026-11-20T00:00:00Z",
        expires=expires,
        days_left=days,
    )
    return page(Certificates(chain=(own,)), origin)


NEXT_YEAR = 1_800_000_000
"""2027-01-15."""
DATES = {"expired": "2026-11-20T12:00:00Z", "valid": "2026-11-22T12:00:00Z"}


@pytest.mark.parametrize("word", DATES)
def test_a_certificate_is_held_against_the_time_of_the_line(word: str) -> None:
    """It has expired, or not, when the request failed."""
    found = _words(_client(), _certificates("web", DATES[word]), time="2026-11-21T00:00:00.000Z")

    assert word == found["evidence.certificate"]


@pytest.mark.parametrize(("days", "word"), [(2, "not-yet-valid"), (1, None), (None, None)])
def test_a_certificate_that_begins_after_the_line_is_a_new_one(days: int | None, word: str | None) -> None:
    """Unless the page says that more of it is left than it ever lasts: then the proxy's clock is behind."""
    held = _certificates("web", "2026-11-22T00:00:00Z", days)

    assert word == _words(_client(), held, time="2026-11-19T00:00:00.000Z").get("evidence.certificate")


@pytest.mark.parametrize(("listed", "changed", "expected"), [
    (False, "", None),
    (True, "", "expired"),
    (False, "2026-11-21T00:00:00Z", "valid"),
    (False, "2026-12-24T00:00:00Z", "expired"),
])  # fmt: skip
def test_without_a_line_a_page_is_as_old_as_its_proxy_tells(
    *, listed: bool, changed: str, expected: str | None
) -> None:
    """The clock at which files are read is not that at which they were taken."""
    inbound = ClusterConfig(name="inbound|80||", state=ACTIVE, updated=changed)
    pages = (page(ConfigDump(node=Node(id="api"), clusters=(inbound,)), "api"), _certificates("api", DATES["valid"]))
    rows = frozenset({("", "", "Pod", "shop")}) if listed else frozenset()
    seen = Mesh(Inventory(observed=NEXT_YEAR, listed=rows))
    case = CaseBuilder("walk", CaseKind.WALK)

    about_certificates(case, Scene(mesh=seen, evidence=put_in(*pages)))
    found = case.build().facts.get("evidence.certificate")

    assert expected == (found and found.word)


def test_what_a_gateway_shows_to_clients_is_no_certificate_of_the_mesh() -> None:
    """It may end, and no proxy would see it."""
    shown = Certificate(
        path="", serial="2", names=("shop.example",), valid_from="2026-01-01T00:00:00Z", expires=DATES["expired"]
    )
    own = _certificates("web", DATES["valid"]).value.chain
    found = _words(_client(), page(Certificates(chain=(*own, shown)), "web"), time="2026-11-21T00:00:00.000Z")

    assert found["evidence.certificate"] == "valid"


def test_without_a_time_nothing_is_said_of_dates() -> None:
    """What is not known is not guessed."""
    assert "evidence.certificate" not in _words(_client(), _certificates("web", DATES["expired"]))


def _roots(origin: str, body: str) -> Reading[Any]:
    pem = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    return page(ConfigDump(secrets=(SecretConfig(name="ROOTCA", state=ACTIVE, roots=pem),)), origin)


@pytest.mark.parametrize(("far", "word"), [("AAAA", "common"), ("BBBB", "different")])
def test_roots_of_both_ends_are_compared(far: str, word: str) -> None:
    """By the certificates themselves."""
    pages = (_client(), _server(MUTUAL), _roots("web", "AAAA"), _roots("api", far))

    assert word == _words(*pages)["evidence.roots"]


SANS = "TLS_error:|268435581:...:verify_cert_failed:_SAN_matcher,_certificate_SANs_are_[{}]:TLS_error_end"
NAMES = {
    "other-identity": "spiffe://cluster.local/ns/shop/sa/orders",
    "other-trust-domain": "spiffe://old.example/ns/shop/sa/api",
}


@pytest.mark.parametrize("word", NAMES)
def test_names_that_were_not_accepted_are_held_against_the_callers_own(word: str) -> None:
    """By the trust domain in the caller's certificate."""
    pages = (_client(), _certificates("web", DATES["valid"]))

    assert word == _words(*pages, transport_failure=SANS.format(NAMES[word]))["failure.peer_name"]


def test_names_tell_nothing_where_the_callers_own_is_not_known() -> None:
    """Which trust domain is the other one is then open."""
    assert "failure.peer_name" not in _words(_client(), transport_failure=SANS.format(NAMES["other-identity"]))


MTLS = {"tls": True, "mtls": True, "certificate": True}
CLOSED: dict[str, Any] = {
    "flags": ("UF",),
    "details": "upstream_reset_before_response_started{remote_connection_failure}",
}
HELLOS = {
    "closed": ("", 0),
    "other": ("delayed_connect_error:_Connection_refused", 0),
}


@pytest.mark.parametrize("word", HELLOS)
def test_a_connection_that_ends_without_a_reason_was_closed_at_the_hello(word: str) -> None:
    """A refused one has a reason."""
    reason, handshakes = HELLOS[word]
    stats = _stats("web", "cluster", API, upstream_cx_total=1, ssl_handshake=handshakes)

    assert word == _words(_client(**MTLS), stats, transport_failure=reason, **CLOSED)["evidence.hello"]


def test_handshakes_that_were_completed_speak_against_it() -> None:
    """Then a proxy stands at the other end."""
    stats = _stats("web", "cluster", API, upstream_cx_total=2, ssl_handshake=1)

    assert "other" == _words(_client(**MTLS), stats, **CLOSED)["evidence.hello"]


HEADERS = {"too-large": "http1.headers_too_large", "too-many": "http2.too_many_headers"}


@pytest.mark.parametrize("word", HEADERS)
def test_details_tell_what_is_wrong_with_headers(word: str) -> None:
    """Their size or their number."""
    assert word == _words(flags=("DPE",), details=HEADERS[word])["failure.headers"]
