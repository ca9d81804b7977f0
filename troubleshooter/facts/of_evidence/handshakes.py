"""What counters say of TLS handshakes between two proxies.

With TLS 1.3 a client's handshake is complete before the server looks at its certificate. Where that is refused, the
client logs a connection that was closed (UC), as if the application had closed it, and the server logs nothing. The
counters of both tell it apart. Decides: which of them speak. Must not know causes.

Source: docs, configuration/upstream/cluster_manager/cluster_stats and configuration/listeners/stats, TLS statistics.
`fail_verify_error` is also counted for a certificate that has expired.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troubleshooter.evidence import TransportFailure, classify_transport_failure, details_key
from troubleshooter.evidence.envoy.proxies import Proxy
from troubleshooter.evidence.envoy.status import Counter, Stats
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.connection import inbound_addresses
from troubleshooter.facts.of_evidence.ends import cluster_of, ends_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.model import Source

REFUSALS = {
    "ssl_fail_verify_no_cert": "no-certificate",
    "ssl_fail_verify_error": "not-trusted",
    "ssl_fail_verify_san": "name",
}
"""Why a server refused a client's certificate."""
ENDED = frozenset({TransportFailure.NONE, TransportFailure.CONNECTION_RESET})
"""What a proxy says of a connection that the other end just ended."""
NO_CHAIN = "no_filter_chain_match"
ALL = "downstream_cx_total"
INBOUND = "0.0.0.0_15006"
OWN = "admin"
"""The listener of the proxy's own pages."""


def about_handshakes(case: CaseBuilder, scene: Scene) -> None:
    """What the sender's proxy counted for the cluster, and the target's for those who connect to it."""
    ends = ends_of(scene)
    if ends.sender is not None:
        _about_sender(case, ends.sender, cluster_of(scene))
    if ends.sender is not None and ends.target is None:
        _about_hello(case, scene)
    if ends.target is not None:
        _about_target(case, ends.target)


def _about_hello(case: CaseBuilder, scene: Scene) -> None:
    """A connection that could be opened, and that ended without a reason, or by a reset, before TLS stood: a refused
    one, or one that the network dropped, has another reason."""
    client, handshake = (case.facts.get(name) for name in ("connection.client", "evidence.handshake"))
    if scene.observation is None or client is None or handshake is None or "UF" not in scene.observation.entry.flags:
        return
    entry = scene.observation.entry
    key = details_key(entry.details)
    silent = classify_transport_failure(key.transport_failure or entry.transport_failure) in ENDED
    closed = silent and key.reason == "remote_connection_failure" and handshake.word == "none"
    if client.word in ("mtls", "tls"):
        case.seen("evidence.hello", "closed" if closed else "other", scene.observation.source)


def _about_sender(case: CaseBuilder, proxy: Proxy, cluster: str) -> None:
    """`refused`: the other end broke TLS off, in or after the handshake; `distrusted`: this end did not take its
    certificate; `complete`: nothing of the kind; `none`: no handshake was ever completed."""
    for stats in proxy.of(Stats):
        counters = stats.value.scopes.get("cluster", {}).get(cluster)
        if counters is None or "upstream_cx_total" not in counters:
            continue
        word, decisive = _handshake(counters)
        counter = counters.get(decisive)
        text = f"cluster.{cluster}.{decisive}: {counter.value if counter else 0}"
        case.seen(
            "evidence.handshake", word, Source(file=stats.name, line=counter.line if counter else None, text=text)
        )
        return


def _handshake(counters: Mapping[str, Counter]) -> tuple[str, str]:
    """The word, and the counter that decides it."""
    distrusted = next((name for name in REFUSALS if _positive(counters, name)), "")
    if distrusted:
        return "distrusted", distrusted
    if _positive(counters, "ssl_connection_error"):
        return "refused", "ssl_connection_error"
    return ("complete" if _positive(counters, "ssl_handshake") else "none"), "ssl_handshake"


def _positive(counters: Mapping[str, Counter], name: str) -> bool:
    return name in counters and counters[name].value > 0


def _about_target(case: CaseBuilder, proxy: Proxy) -> None:
    """Why it refused connections, where all counters agree on one reason. `nothing` only where its listener's counters
    are there: most proxies of Istio do not tell them unless asked to (proxyStatsMatcher)."""
    found = dict(_refusals(proxy))
    of_tls = {word: source for word, source in found.items() if word not in ("no-filter-chain", "nothing")}
    handshake = case.facts.get("evidence.handshake")
    told = of_tls if handshake is not None and handshake.word in ("refused", "complete") else found
    told = {word: source for word, source in told.items() if word != "nothing"} or {
        word: source for word, source in found.items() if word == "nothing" and len(found) == 1
    }
    if len(told) == 1:
        case.seen("evidence.server_refused", *next(iter(told.items())))


def _refusals(proxy: Proxy) -> Iterator[tuple[str, Source]]:
    for stats in proxy.of(Stats):
        for owner, counters in _inbound(proxy, stats.value):
            for name, word in (*REFUSALS.items(), (NO_CHAIN, "no-filter-chain"), (ALL, "nothing")):
                if _positive(counters, name):
                    text = f"listener.{owner}.{name}: {counters[name].value}"
                    yield word, Source(file=stats.name, line=counters[name].line, text=text)


def _inbound(proxy: Proxy, stats: Stats) -> list[tuple[str, Mapping[str, Counter]]]:
    """The counters of the listener for connections into the pod; of all but the proxy's own where it is not known."""
    held = [(owner, each) for owner, each in stats.scopes.get("listener", {}).items() if owner != OWN]
    known = {f"{address}_{port}" for address, port in inbound_addresses(proxy)} or {INBOUND}
    return [(owner, each) for owner, each in held if owner in known] or held
