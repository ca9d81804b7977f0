"""Cases that a gateway's own pages make, whatever is asked: TLS that nobody gets through, which leaves no log line.

Decides by what the gateway has and counted: a certificate that it waits for, clients of which none showed a
certificate, clients of which all spoke plaintext. Where some got in, nothing is said: strangers try the doors of every
gateway. Must not know requests.

Sources: docs, configuration/listeners/stats (`ssl.fail_verify_no_cert`), configuration/listeners/listener_filters/
tls_inspector; Istio: pilot/pkg/model/credentials/resource.go for the names of secrets.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence import Evidence
from troubleshooter.evidence.envoy.dump import ConfigDump, ConfigState, FilterChain, SecretConfig
from troubleshooter.evidence.envoy.proxies import Proxy, proxies_of
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.ends import GATEWAY
from troubleshooter.facts.of_evidence.held import USED, Held
from troubleshooter.facts.of_evidence.proxies_alone import case_of
from troubleshooter.facts.of_evidence.unmatched import spoken, wants_hello
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, Source

SCHEMES = ("kubernetes://", "kubernetes-gateway://")
AUTHORITY = "-cacert"
"""How the name of a secret ends that holds the authority for clients' certificates."""


def gateway_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each thing that keeps all clients out of a gateway."""
    for number, proxy in enumerate(proxies_of(evidence)):
        if proxy.node.type == GATEWAY:
            for derive in (_secrets, _certificates, _plaintext):
                case = case_of(mesh, proxy, f"gateway/{number}/{derive.__name__.strip('_')}")
                derive(case, proxy)
                if case.facts:
                    yield case.build()


def _secrets(case: CaseBuilder, proxy: Proxy) -> None:
    """A certificate that never came: istiod sends none where it finds no Secret that it could be."""
    for page, secret in _awaited(proxy):
        name, *namespace = reversed(secret.name.partition("://")[2].split("/"))
        case.detail("gateway.secret_name", name)
        case.detail("gateway.secret_namespace", namespace[0] if namespace else proxy.node.namespace)
        case.seen(
            "gateway.secret", "not-found", Source(file=page, text=f"{secret.name} at {secret.place} is waited for")
        )
        return


def _awaited(proxy: Proxy) -> Iterator[tuple[str, SecretConfig]]:
    for page in proxy.of(ConfigDump):
        for one in page.value.secrets or ():
            if one.state is ConfigState.WARMING and one.name.startswith(SCHEMES) and not one.name.endswith(AUTHORITY):
                yield page.name, one


def _chains(held: Held) -> list[FilterChain]:
    """Those that end TLS."""
    used = (one.value for one in held.listeners() or () if one.value.state in USED)
    return [chain for listener in used for chain in listener.chains if chain.tls]


def _certificates(case: CaseBuilder, proxy: Proxy) -> None:
    held = Held(proxy)
    demanding = [chain for chain in _chains(held) if chain.client_certificate]
    for owner, _ in held.counters("listener", "ssl_fail_verify_no_cert") if demanding else ():
        counted = held.counted("listener", owner, "ssl_fail_verify_no_cert")
        if counted is not None and held.counted("listener", owner, "ssl_handshake") is None:
            case.detail("gateway.hosts", ", ".join(demanding[0].server_names) or "*")
            case.seen("evidence.client_certificate", "missing", counted.source)
            return


def _plaintext(case: CaseBuilder, proxy: Proxy) -> None:
    """The inspector counts for all listeners together: only where all of them that look want TLS."""
    held = Held(proxy)
    used = [one.value for one in held.listeners() or () if one.value.state in USED]
    counter = held.counter("", "", "tls_inspector_tls_not_found")
    if counter is None or not used or not all(wants_hello(c) or c.tls for one in used for c in one.chains):
        return
    if spoken(held) == "plaintext":
        case.detail("gateway.port", used[0].port)
        case.detail("gateway.protocol", "HTTPS or TLS")
        case.detail("gateway.hosts", ", ".join(used[0].chains[0].server_names) or "*")
        case.seen("gateway.server_takes", "tls-only", counter.source)
