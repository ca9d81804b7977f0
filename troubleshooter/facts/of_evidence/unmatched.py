"""A connection that no filter chain of a listener took: what the client spoke, and what the chains are for.

Decides: between plaintext and a name that is not known, by the name in the hello and by what the listener's inspector
counted. Nothing is said where both fit. Must not know which cause follows.

Sources: docs, configuration/listeners/listener_filters/tls_inspector (its counters are those of all listeners of the
proxy together); Istio: a proxy's hello names the cluster that it is for (`outbound_.8080_._.host`), in
pilot/pkg/model/context.go BuildSubsetKey and BuildDNSSrvSubsetKey.
"""

from __future__ import annotations

from troubleshooter.evidence import AccessLogEntry, parse_cluster
from troubleshooter.evidence.envoy.dump import FilterChain
from troubleshooter.evidence.envoy.proxies import Proxy
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.asked import listeners_for, service_of
from troubleshooter.facts.of_evidence.ends import GATEWAY, NO_CHAIN, ends_of
from troubleshooter.facts.of_evidence.held import Held
from troubleshooter.facts.of_evidence.proxies_alone import pod_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.model import Source

SHOWN = 5


def about_unmatched(case: CaseBuilder, scene: Scene) -> None:
    """What the client of such a connection spoke, where no walk says it."""
    observation = scene.observation
    if observation is None or scene.trail is not None or observation.entry.details != NO_CHAIN:
        return
    ends = ends_of(scene)
    if ends.target is not None:
        _at_a_pod(case, ends.target, observation.entry, observation.source)
    elif ends.sender is not None and ends.sender.node.type == GATEWAY:
        _at_a_gateway(case, ends.sender, observation.entry, observation.source)


def _at_a_pod(case: CaseBuilder, proxy: Proxy, entry: AccessLogEntry, source: Source) -> None:
    """Proxies of the mesh always name a cluster in their hello."""
    named = parse_cluster(entry.sni)
    case.role("target", pod_of(proxy.node))
    case.detail("target.ref", proxy.node.pod)
    case.detail("target.port", entry.downstream_local.rpartition(":")[2])
    if named is not None:
        case.role("service", service_of(named))
        case.detail("destination.host", named.host)
        case.seen("connection.client", "mtls", source)
    elif not entry.sni and spoken(Held(proxy)) != "tls":
        case.seen("connection.client", "plaintext", source)


def _at_a_gateway(case: CaseBuilder, proxy: Proxy, entry: AccessLogEntry, source: Source) -> None:
    held = Held(proxy)
    found = listeners_for(held, entry)
    chains = [chain for one in found for chain in one.value.chains]
    names = list(dict.fromkeys(name for chain in chains for name in chain.server_names))
    if not chains or not all(map(wants_hello, chains)):
        return
    case.detail("gateway.hosts", ", ".join(names[:SHOWN]))
    case.detail("gateway.port", found[0].value.port)
    case.detail("gateway.protocol", "HTTPS or TLS")
    case.detail("request.host_named", " or ".join(names[:SHOWN]))
    case.detail("request.sni", entry.sni)
    heard = spoken(held)
    if entry.sni:
        case.seen("request.sni", "other", source)
    elif heard == "plaintext":
        case.seen("gateway.server_takes", "tls-only", source)
    elif heard == "tls":
        case.seen("request.sni", "none", source)


def wants_hello(chain: FilterChain) -> bool:
    """Whether only a hello with a name of its own gets a connection into it."""
    return bool(chain.server_names) or chain.transport == "tls"


def spoken(held: Held) -> str:
    """What all clients spoke, as the inspector counted it; "" where it saw both, or no page says."""
    tls, other = (held.counter("", "", f"tls_inspector_tls_{word}found") for word in ("", "not_"))
    if tls is None or other is None or bool(tls.value.value) == bool(other.value.value):
        return ""
    return "tls" if tls.value.value else "plaintext"
