"""What both ends of a connection speak, by the configuration that their proxies have.

Objects outrank it: where they are seen, the walk has said the same before. Decides nothing where a proxy's dump has
neither the cluster nor the port. Must not know what follows from it.

What istiod writes: TLS for all endpoints of a cluster comes from a DestinationRule, TLS for marked endpoints alone from
automatic mutual TLS (Istio: pilot/pkg/networking/core/cluster_tls.go); the filter chains for a port of the pod tell
its mode of mutual TLS, exceptions for single ports included (pilot/pkg/networking/core/listener_inbound.go).
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence import Side
from troubleshooter.evidence.envoy.dump import ClusterConfig, ConfigDump, ConfigState, FilterChain
from troubleshooter.evidence.envoy.proxies import Proxy
from troubleshooter.evidence.recognition import Reading
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.observe import Observation
from troubleshooter.facts.of_evidence.ends import cluster_of, ends_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.model import Source

INBOUND_LISTENER = "virtualInbound"
HTTPS = "443"
BLACKHOLE = "virtualInbound-blackhole"
"""The chain for connections to the proxy's own port."""
IN_USE = frozenset({ConfigState.ACTIVE, ConfigState.STATIC, ConfigState.DRAINING})


def about_connection_seen(case: CaseBuilder, scene: Scene) -> None:
    """What the sender's proxy begins connections with, what the target's takes, and whether the two agree."""
    ends = ends_of(scene)
    if ends.sender is not None:
        _about_sender(case, ends.sender, scene)
    if ends.target is not None:
        _about_target(case, ends.target, scene)
    _about_agreement(case)
    _about_refusal(case, scene)
    if scene.trail is None and scene.observation is not None:
        _about_far_port(case, scene.observation)


def _about_sender(case: CaseBuilder, proxy: Proxy, scene: Scene) -> None:
    wanted = cluster_of(scene)
    for dump, cluster in _clusters(proxy):
        if cluster.name == wanted and cluster.state is not ConfigState.WARMING:
            source = Source(file=dump.name, text=f"{cluster.place}: {_in_words(cluster)}")
            if cluster.tls and not cluster.tls_to_some:
                case.seen("destination_rule.tls_mode", _mode(cluster), source)
            spoken = _spoken(cluster, proxy, scene)
            if spoken:
                case.seen("connection.client", spoken, source)
            marked = _marked(cluster, proxy, scene)
            if marked is not None:
                case.seen(
                    "evidence.endpoint_mark",
                    "present" if marked else "absent",
                    Source(file=dump.name, text=_MARKS[marked]),
                )
            return


def _clusters(proxy: Proxy) -> Iterator[tuple[Reading[ConfigDump], ClusterConfig]]:
    return ((dump, cluster) for dump in proxy.of(ConfigDump) for cluster in dump.value.clusters or ())


_MARKS = {
    True: "the endpoint is marked for mutual TLS (tlsMode: istio)",
    False: "the endpoint is not marked for mutual TLS (no tlsMode: istio)",
}


def _mode(cluster: ClusterConfig) -> str:
    if cluster.mtls:
        return "istio-mutual"
    return "mutual" if cluster.certificate else "simple"


def _in_words(cluster: ClusterConfig) -> str:
    if not cluster.tls:
        return f"cluster {cluster.name} begins connections without TLS"
    whose = "the workload's own" if cluster.mtls else "another" if cluster.certificate else "no"
    to_whom = "endpoints that are marked for it" if cluster.tls_to_some else "every endpoint"
    return f"cluster {cluster.name} begins connections to {to_whom} with TLS and {whose} certificate"


def _spoken(cluster: ClusterConfig, proxy: Proxy, scene: Scene) -> str:
    """`plaintext`, `mtls` or `tls`; "" where it depends on an endpoint of which nothing is known."""
    if not cluster.tls:
        return "plaintext"
    if cluster.tls_to_some:
        marked = _marked(cluster, proxy, scene)
        return "" if marked is None else ("mtls" if cluster.mtls else "tls") if marked else "plaintext"
    return "mtls" if cluster.mtls else "tls"


def _marked(cluster: ClusterConfig, proxy: Proxy, scene: Scene) -> bool | None:
    """Whether the endpoint that was tried is marked for mutual TLS; where the line does not say which one was tried,
    whether all are."""
    tried = scene.observation.entry.upstream_host if scene.observation else ""
    held = [
        endpoint
        for dump in proxy.of(ConfigDump)
        for endpoint in dump.value.endpoints or ()
        if endpoint.cluster == cluster.name and tried in ("", f"{endpoint.address}:{endpoint.port}")
    ]
    marks = {endpoint.mtls for endpoint in held}
    return marks.pop() if len(marks) == 1 else None


def _about_target(case: CaseBuilder, proxy: Proxy, scene: Scene) -> None:
    port = _port(scene)
    for dump in proxy.of(ConfigDump):
        chains = inbound_chains(dump.value, port)
        mode = _accepted(chains)
        if mode:
            text = f"{INBOUND_LISTENER}: its filter chains for port {port or 'of the connection'} take {_TAKES[mode]}"
            source = Source(file=dump.name, text=text)
            case.seen("target.mtls_mode", mode, source)
            case.seen("target.port_mtls_mode", "none", source)
            return


def _port(scene: Scene) -> int | None:
    """The port of the pod that was dialled, as far as a log line or the walk says."""
    entry = scene.observation.entry if scene.observation else None
    if entry is not None:
        address = entry.downstream_local if entry.side is Side.INBOUND else entry.upstream_host
        port = address.rpartition(":")[2]
        if port.isascii() and port.isdigit():
            return int(port)
    return scene.hop.endpoint.port if scene.hop and scene.hop.endpoint else None


def inbound_chains(dump: ConfigDump, port: int | None) -> tuple[FilterChain, ...]:
    """The filter chains of a pod's proxy for connections to one of its ports: those for just this port, else those for
    any."""
    listeners = [one for one in dump.listeners or () if one.name == INBOUND_LISTENER and one.state in IN_USE]
    chains = [chain for listener in listeners for chain in listener.chains if chain.name != BLACKHOLE]
    own = [chain for chain in chains if chain.destination_port is not None and chain.destination_port == port]
    return tuple(own or (chain for chain in chains if chain.destination_port is None))


def inbound_addresses(proxy: Proxy) -> frozenset[tuple[str, int]]:
    """The address and port of the listener through which connections into the pod come."""
    listeners = (one for dump in proxy.of(ConfigDump) for one in dump.value.listeners or ())
    return frozenset((one.address, one.port) for one in listeners if one.name == INBOUND_LISTENER)


_TAKES = {"strict": "mutual TLS alone", "permissive": "mutual TLS and plaintext", "disable": "plaintext alone"}


def _accepted(chains: tuple[FilterChain, ...]) -> str:
    mutual = any(chain.tls and chain.client_certificate for chain in chains)
    plain = any(not chain.tls and chain.transport != "tls" for chain in chains)
    if mutual:
        return "permissive" if plain else "strict"
    return "disable" if plain and not any(chain.tls for chain in chains) else ""


def _about_far_port(case: CaseBuilder, observation: Observation) -> None:
    """Plain HTTP that left the mesh for the port of HTTPS."""
    entry, spoken = observation.entry, case.facts.get("connection.client")
    named, port = entry.cluster, entry.upstream_host.rpartition(":")[2]
    outside = named is not None and named.direction == "outbound" and ".svc." not in f"{named.host}."
    if named is None or not outside or not entry.method or port != HTTPS or not spoken or spoken.word != "plaintext":
        return
    case.seen("service_entry.far_port", "tls", observation.source)
    case.seen("request.read_as", "http", observation.source)
    case.detail("service_entry.far_port", HTTPS)
    case.detail("destination.host", named.host)


def _about_refusal(case: CaseBuilder, scene: Scene) -> None:
    """Who refuses what was sent in plaintext to an endpoint of a service, beside which istiod sees no proxy: nothing
    but the pod itself is there."""
    spoken, mark, reason = (
        fact.word if (fact := case.facts.get(name)) else ""
        for name in ("connection.client", "evidence.endpoint_mark", "failure.reason")
    )
    alone = scene.trail is None and scene.observation is not None and cluster_of(scene).startswith("outbound|")
    if alone and (spoken, mark, reason) == ("plaintext", "absent", "connection-refused"):
        assert scene.observation is not None  # noqa: S101 - looked at above
        case.seen("evidence.refused", "by-endpoint", scene.observation.source)


def _about_agreement(case: CaseBuilder) -> None:
    """Where both ends are known and cannot speak with each other."""
    client, mode = case.facts.get("connection.client"), case.facts.get("target.mtls_mode")
    if "connection.agreement" in case.facts:
        return
    tls = case.facts.get("failure.tls")
    if client is not None and tls is not None and (client.word, tls.word) == ("tls", "no-tls"):
        case.seen("connection.agreement", "broken", tls.sources[0])
        return
    refused = {"strict": {"plaintext", "tls"}, "disable": {"mtls"}}
    if client is None or mode is None:
        return
    if client.word in refused.get(mode.word, ()):
        for source in (*client.sources, *mode.sources)[:1]:
            case.seen("connection.agreement", "broken", source)
