"""What a gateway counts of clients that it refuses before TLS stands: its access log has no line of most of them.

Decides: which listeners refuse everybody, and why, by the counters alone: where the gateway's dump is there, it tells
more of all but certificates that are not trusted (`gateways_alone`). A listener that also lets clients in is doing its
work: on the open network many knock who have no business there. Must not know Gateways or requests.

Sources: Envoy docs, configuration/listeners/stats (ssl.fail_verify_no_cert, ssl.fail_verify_error, ssl.handshake,
no_filter_chain_match) and source/common/tls/server_context_impl (downstream_context_secrets_not_ready).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troubleshooter.evidence import Evidence
from troubleshooter.evidence.envoy.dump import ConfigDump
from troubleshooter.evidence.envoy.proxies import Proxy, proxies_of
from troubleshooter.evidence.envoy.status import Counter, Stats
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.retries import about_whose
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Case, CaseKind, Resource, Source

HANDSHAKES = "ssl_handshake"
UNTOLD = "not-trusted"
REFUSALS = {
    "server_ssl_socket_factory_downstream_context_secrets_not_ready": "no-secret",
    "ssl_fail_verify_no_cert": "no-certificate",
    "ssl_fail_verify_error": UNTOLD,
    "no_filter_chain_match": "no-filter-chain",
}
"""By counter, the most telling first."""
MOST = 4
"""So many servers of a port are named."""
FEW = 5
"""So many clients are needed: one or two may have tried by mistake."""
OF_SIDECARS = ("_15001", "_15006", "_15008")
"""How the names of listeners end that every sidecar and waypoint has."""
TLS = "ssl_"


def cases_of_listeners(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each listener that refused all its clients."""
    for number, proxy in enumerate(proxies_of(evidence)):
        for stats in proxy.of(Stats):
            for owner, counters in stats.value.scopes.get("listener", {}).items():
                if not owner.endswith(OF_SIDECARS):
                    yield from _of_listener(mesh, proxy, f"{number}/{owner}", (stats.name, counters))


def _of_listener(mesh: Mesh, proxy: Proxy, name: str, told: tuple[str, Mapping[str, Counter]]) -> Iterator[Case]:
    file, counters = told
    if _value(counters, HANDSHAKES) or not any(counter.startswith((TLS, "server_ssl")) for counter in counters):
        return
    found = next((counter for counter in REFUSALS if _value(counters, counter) >= FEW), None)
    if found is None or (proxy.of(ConfigDump) and REFUSALS[found] != UNTOLD):
        return
    owner = name.partition("/")[2]
    case = CaseBuilder(f"evidence/listener/{name}", CaseKind.PIECE)
    source = Source(file=file, line=counters[found].line, text=f"listener.{owner}.{found}: {counters[found].value}")
    port = owner.rpartition("_")[2]
    case.seen("evidence.gateway_refused", REFUSALS[found], source, *list(_servers(mesh, proxy, port))[:MOST])
    case.detail("evidence.listener", port)
    case.detail("evidence.refused", counters[found].value)
    about_whose(case, proxy)
    yield case.build()


def _servers(mesh: Mesh, proxy: Proxy, port: str) -> Iterator[Resource]:
    """The servers for TLS that gateway pods open on this port of theirs; of all of them, where the proxy's pod is not
    known."""
    gateways = mesh.gateways.proxies()
    for workload in [w for w in gateways if any(_is_of(proxy, pod) for pod in w.pods)] or gateways:
        for one in mesh.gateways.opened(mesh.gateways.for_workload(workload), workload):
            if one.server.tls and str(one.port) == port:
                yield one.server.gateway.at(f"{one.server.path}.tls")


def _is_of(proxy: Proxy, pod: Pod) -> bool:
    return bool(pod.name) and (proxy.node.namespace, proxy.node.pod) == (pod.namespace, pod.name)


def _value(counters: Mapping[str, Counter], name: str) -> int:
    return counters[name].value if name in counters else 0
