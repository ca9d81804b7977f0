"""Whether a gateway was given the Secret that its server names, where nobody saw Secrets: the gateway's proxy waits for
it, and the log of istiod says why.

Decides: that both must say so, since a log tells of what may be mended meanwhile, and a proxy does not know why it
waits. Where Secrets were seen, they decide. Must not know causes.

Sources: `generate` in pilot/pkg/xds/sds.go, and pilot/pkg/credentials/kube/secrets.go in istio/istio (the messages);
`ToResourceName` in pilot/pkg/model/credentials/resource.go there (the names that a proxy asks for).
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence.envoy.dump import ConfigDump, ConfigState, SecretConfig
from troubleshooter.evidence.envoy.proxies import proxies_of
from troubleshooter.evidence.istiod.values import Event, IstiodLog, LogEvent
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.facts.of_gateway_secrets import tell_missing
from troubleshooter.mesh.gateway.credentials import OF_AUTHORITY, SCHEME, Credential, Lack, named_by
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Source

LACKS = (("keys cacert or ca.crt", Lack.AUTHORITY), ("have expected keys (", Lack.CERTIFICATE))
"""What a Secret has no keys for, by istiod's words."""
FOUND = "; found: "
"""What stands in them before the names of the keys that it has."""


def about_gateway_secret_seen(case: CaseBuilder, scene: Scene) -> None:
    """What a gateway on the way lacks."""
    for hop in scene.trail.hops if scene.trail else ():
        if hop.server is not None and hop.party.pod is not None and "gateway.secret" not in case.facts:
            _about_server(case, scene, hop.server, hop.party.pod)


def _about_server(case: CaseBuilder, scene: Scene, server: Server, pod: Pod) -> None:
    waiting = {one.name for one in _secrets(scene, pod) if one.state is ConfigState.WARMING}
    for credential in named_by(server, pod.namespace):
        name = SCHEME + credential.written.removeprefix(SCHEME)
        asked = [one for one in (name, name + OF_AUTHORITY) if one in waiting]
        told = next(((log, line) for log, line in _said(scene) if line.about in asked), None)
        if told is not None and _fits(told[1], credential):
            _tell(case, scene, server, credential, told)
            return


def _secrets(scene: Scene, pod: Pod) -> Iterator[SecretConfig]:
    """What the pages of a pod's proxy say of secrets."""
    for proxy in proxies_of(scene.evidence):
        if (proxy.node.namespace, proxy.node.pod) == (pod.namespace, pod.name):
            yield from (one for page in proxy.of(ConfigDump) for one in page.value.secrets or ())


def _said(scene: Scene) -> Iterator[tuple[str, LogEvent]]:
    for page in scene.evidence.of(IstiodLog):
        yield from ((page.name, one) for one in page.value.events if one.event is Event.SECRET)


def _fits(line: LogEvent, credential: Credential) -> bool:
    """Whether a line is about the Secret of this namespace: several may ask for one of the same name."""
    return line.type in ("", f"{credential.namespace}/{credential.name}")


def _tell(case: CaseBuilder, scene: Scene, server: Server, credential: Credential, told: tuple[str, LogEvent]) -> None:
    log, line = told
    source, place = Source(file=log, line=line.line, text=line.text), server.gateway.at(credential.field)
    lack = next((lack for words, lack in LACKS if words in line.why), None)
    if lack is None:
        if line.type:
            case.seen("gateway.secret", "not-found", source, place)
            tell_missing(case, scene.mesh, server, credential, credential.namespace)
        return
    case.role("gateway", server.gateway.at())
    case.seen("gateway.secret", lack, source, place)
    case.detail("gateway.secret_name", credential.name)
    case.detail("gateway.secret_namespace", credential.namespace)
    case.detail("gateway.secret_server", ", ".join(h.rpartition("/")[2] for h in server.hosts))
    case.detail("gateway.secret_keys", line.why.partition(FOUND)[2])
    case.detail("gateway.secret_mode", server.tls)
