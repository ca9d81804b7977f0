"""Certificates that istiod did not give to a gateway, as its log tells, whatever is asked.

Decides: which lines may hold still: those at the end of the log, about a Secret that was not seen, and that no page of
a proxy lists, which would tell it better. Must not know causes.

Sources: `generate` and `filterAuthorizedResources` in pilot/pkg/xds/sds.go, and pilot/pkg/credentials/kube/secrets.go
in istio/istio (the messages); pilot/pkg/model/credentials/resource.go there (the names that a proxy asks for).
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence import Evidence, Reading
from troubleshooter.evidence.envoy.dump import ConfigDump
from troubleshooter.evidence.istiod.sync_table import pod_of
from troubleshooter.evidence.istiod.values import Event, IstiodLog, LogEvent
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.refusals import holds
from troubleshooter.facts.of_evidence.sync import pod_place
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE, NETWORKING
from troubleshooter.model import Case, CaseKind, Resource, Source, as_list, as_map

GATEWAY_API = "gateway.networking.k8s.io"
NO_KEYS = "have expected keys"


def secret_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each Secret that istiod did not give not long before its log ends."""
    listed = {one.name for page in evidence.of(ConfigDump) for one in page.value.secrets or ()}
    for reading in evidence.of(IstiodLog):
        for one in reading.value.events:
            if not holds(one, reading.value):
                continue
            if one.event is Event.SECRET and one.about not in listed and not _is_seen(mesh, one):
                word = "no-keys" if NO_KEYS in one.why else "not-found"
                yield _case(mesh, reading, one, word)
            elif one.event is Event.SECRET_DENIED and not listed:
                yield _case(mesh, reading, one, "not-allowed")


def _is_seen(mesh: Mesh, one: LogEvent) -> bool:
    """Whether the Secret that was not there is there: then the mesh tells what is wrong with it."""
    namespace, _, name = one.type.partition("/")
    return mesh.index.get(CORE, "Secret", namespace, name) is not None


def _case(mesh: Mesh, reading: Reading[IstiodLog], one: LogEvent, word: str) -> Case:
    case = CaseBuilder(f"evidence/secret/{one.event}/{one.about}/{one.type}", CaseKind.PIECE)
    source = Source(file=reading.name, line=one.line, text=one.text)
    pod, namespace = pod_of(one.about) if one.event is Event.SECRET_DENIED else ("", "")
    places = list(_naming(mesh, (one.type or one.about).rpartition("/")[2]))
    case.role("gateway", places[0] if len(places) == 1 else None)
    case.role("pod", pod_place(mesh, namespace, pod) if pod else None)
    case.seen("evidence.secret", word, source, *places, *([case.roles["pod"]] if pod else []))
    case.detail("evidence.secret", one.type or one.about.partition("://")[2])
    case.detail("evidence.secret_error", one.why)
    return case.build()


def _naming(mesh: Mesh, secret: str) -> Iterator[Resource]:
    """The fields of Gateways, of either kind, that name such a Secret."""
    for thing in mesh.index.all(NETWORKING, "Gateway"):
        for number, raw in enumerate(as_list(thing.spec.get("servers"))):
            written = str(as_map(as_map(raw).get("tls")).get("credentialName") or "")
            if written.rpartition("/")[2] == secret:
                yield thing.at(f"spec.servers[{number}].tls.credentialName")
    for thing in mesh.index.all(GATEWAY_API, "Gateway"):
        for number, raw in enumerate(as_list(thing.spec.get("listeners"))):
            named = as_list(as_map(as_map(raw).get("tls")).get("certificateRefs"))
            if any(as_map(one).get("name") == secret for one in named):
                yield thing.at(f"spec.listeners[{number}].tls.certificateRefs")
