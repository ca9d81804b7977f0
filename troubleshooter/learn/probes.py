"""What a learner may look at in a scenario: commands, and what each would print.

Decides: which looks there are, from the outside in, and for which facts a table stands for objects. What cannot be
computed from the scenario is not offered. Must not know what a learner does with them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import groupby

from troubleshooter.evidence import Side
from troubleshooter.learn import istioctl_views, kubectl_views
from troubleshooter.learn.made_up import NO_FILTER_CHAIN, MadeUp
from troubleshooter.learn.revealing import (
    BY_CLUSTERS,
    BY_ENDPOINTS,
    BY_LISTENERS,
    BY_ROUTES,
    BY_SECRETS,
    LOG_NAME,
    Probe,
    resources,
    runs_in_pods,
    stands_for,
    told_by_text,
)
from troubleshooter.learn.scenario import Judged
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Fact, HopKind, StageVerdict
from troubleshooter.walk.basis.decisions import Cluster, Hop
from troubleshooter.walk.gateway.entering import opened

HIDDEN = frozenset({"Secret"})


def probes(judged: Judged) -> tuple[Probe, ...]:
    """Everything that can be looked at, from the outside in; each command once."""
    made_up = MadeUp(judged.trail, judged.scenario.entry)
    found = (*_from_the_caller(judged), *_from_logs(judged), *_from_kubernetes(judged, made_up))
    every = (*found, *_from_proxies(judged, made_up), *_objects(judged))
    return tuple({probe.command: probe for probe in every if probe.text}.values())


def _from_the_caller(judged: Judged) -> Iterator[Probe]:
    request, walk = judged.scenario.request, judged.diagnosis.walk
    if walk is None or not request.scheme.startswith("http") or len({b.outcome for b in walk.branches}) > 1:
        return
    caller = judged.trail.hops[0].party.workload if judged.trail.hops[0].kind is HopKind.SENDER else None
    text = kubectl_views.curl_text(request, walk.outcome, inside=caller is not None)
    yield Probe(command=kubectl_views.curl_command(request, caller), text=text)


def _from_logs(judged: Judged) -> Iterator[Probe]:
    """The log of the proxy that wrote the lines, where the scenario has any, and what else that proxy says."""
    workload, lines = _writer(judged), judged.scenario.log
    if workload is None or not lines:
        return
    command = f"kubectl logs -n {workload.namespace} {_named(workload)} -c istio-proxy --tail={len(lines)}"
    covers = told_by_text(judged.root.because, LOG_NAME)
    yield Probe(command=command, text=kubectl_views.log_text(lines), covers=covers)
    for page in judged.scenario.pages:
        inside = f"kubectl exec -n {workload.namespace} {_named(workload)} -c istio-proxy"
        told = told_by_text(judged.root.because, page.name)
        command = f"{inside} -- pilot-agent request GET {shlex.quote(page.name)}"
        yield Probe(command=command, text=page.text, covers=told)


def _writer(judged: Judged) -> Workload | None:
    """Whose proxy wrote the failed line: the target's, or that of the hop that sends at which the request dies."""
    entry, hops = judged.scenario.entry, judged.trail.hops
    if entry is None:
        return None
    if entry.side is Side.INBOUND or entry.details == NO_FILTER_CHAIN:
        last = hops[-1]
        behind = last.endpoint.workload if last.endpoint else None
        return last.party.workload if last.kind is HopKind.TARGET else behind
    senders = {
        number: hop.party.workload
        for number, hop in enumerate(hops)
        if hop.kind is not HopKind.TARGET and hop.party.pod and hop.party.pod.proxy
    }
    at = judged.died.hop if judged.died else 0
    return senders.get(at, next(reversed(senders.values()), None))


def _from_kubernetes(judged: Judged, made_up: MadeUp) -> Iterator[Probe]:
    yield from _pods(judged, made_up)
    yield from _secrets(judged.examined.mesh)
    mesh = judged.examined.mesh
    for service in _services(mesh):
        if service.selector and not service.external_name:
            text = kubectl_views.endpoints_text(mesh, service, made_up)
            command = f"kubectl get endpoints {service.object.name} -n {service.namespace}"
            told = [f for f in judged.root.because if f.name == "service.endpoints"] if _asked(judged, service) else []
            yield Probe(command=command, text=text, covers=stands_for(told, BY_ENDPOINTS))


def _pods(judged: Judged, made_up: MadeUp) -> Iterator[Probe]:
    """The pods of each namespace that has any."""
    workloads = judged.examined.mesh.workloads
    for namespace in sorted({w.namespace for w in workloads.all}):
        held = workloads.inside(namespace)
        if any(w.pods for w in held):
            text = kubectl_views.pods_text(held, made_up)
            covers = {f.name: frozenset(r.key for r in resources(f)) for f in _of_pods(judged, namespace)}
            yield Probe(command=f"kubectl get pods -n {namespace}", text=text, covers=covers)


def _secrets(mesh: Mesh) -> Iterator[Probe]:
    """The names of the Secrets of each namespace that has any."""
    held = sorted(mesh.index.all("", "Secret"), key=lambda secret: secret.namespace)
    for namespace, some in groupby(held, key=lambda secret: secret.namespace):
        secrets = list(some)
        text, keys = kubectl_views.secrets_text(secrets), frozenset(secret.key for secret in secrets)
        yield Probe(command=f"kubectl get secrets -n {namespace}", text=text, objects=keys)


def _asked(judged: Judged, service: Service) -> bool:
    """Whether the service is the one in question."""
    role = judged.root.roles.get("service")
    return role is not None and role.key == service.object.key


def _of_pods(judged: Judged, namespace: str) -> list[Fact]:
    """The deciding facts that the pods of one namespace show. Plaintext is not to be seen where there is a proxy."""
    words = judged.examined.judgement.cases[judged.root.case].words
    bare = words.get("connection.client_because", "no-proxy") == "no-proxy"
    held = [fact for fact in judged.root.because if bare or fact.name != "connection.client"]
    return [f for f in held if runs_in_pods(f) and all(r.namespace == namespace for r in resources(f))]


def _services(mesh: Mesh) -> list[Service]:
    held = (mesh.registry.get(host) for host in sorted(mesh.registry.hosts))
    return [service for service in held if service is not None and not service.entry]


def _listeners(judged: Judged) -> Iterator[Probe]:
    """What every gateway of the scenario listens on. One that lacks a certificate opens no listener for it, and which
    it lacks is not always to be seen."""
    mesh, told = judged.examined.mesh, judged.root.because
    if any(fact.name in BY_SECRETS for fact in told):
        return
    for workload in mesh.gateways.proxies():
        command = f"istioctl proxy-config listeners -n {workload.namespace} {_named(workload)}"
        text = istioctl_views.listeners_text(mesh, workload)
        yield Probe(command=command, text=text, covers=stands_for(told, BY_LISTENERS))


def _from_proxies(judged: Judged, made_up: MadeUp) -> Iterator[Probe]:
    """The tables of gateways, and of every proxy on the way that was reached."""
    yield from _listeners(judged)
    reached = {step.hop for step in judged.path if step.verdict is not StageVerdict.NOT_REACHED}
    for number, hop in enumerate(judged.trail.hops):
        workload, pod = hop.party.workload, hop.party.pod
        if number not in reached or workload is None or pod is None or not pod.proxy:
            continue
        if hop.kind is not HopKind.TARGET and not _has_pages(judged, workload):
            yield from _of_sender(judged, number, hop, workload, made_up)
        text = istioctl_views.policies_text(judged.examined.mesh, pod) if hop.kind is not HopKind.SENDER else ""
        yield Probe(command=f"istioctl experimental authz check -n {workload.namespace} {_named(workload)}", text=text)


def _has_pages(judged: Judged, workload: Workload) -> bool:
    """Whether the scenario has pages of its proxy: tables computed from the objects would say otherwise."""
    return bool(judged.scenario.pages) and _writer(judged) is workload


def _of_sender(judged: Judged, number: int, hop: Hop, workload: Workload, made_up: MadeUp) -> Iterator[Probe]:
    mesh, told = judged.examined.mesh, judged.root.because
    name = f"-n {workload.namespace} {_named(workload)}"
    routes, text = _routes(judged, number, hop)
    covers = stands_for(told, BY_ROUTES) if _plain_to_see(judged) else {}
    yield Probe(command=f"istioctl proxy-config routes {name} --name {routes}", text=text, covers=covers)
    # The command shows a name before anybody has looked: of a host that does not exist it would give the answer away.
    host = hop.cluster.host if hop.cluster and hop.cluster.service else hop.service.host if hop.service else ""
    if host:
        text = istioctl_views.clusters_text(mesh, hop, host)
        command = f"istioctl proxy-config clusters {name} --fqdn {host}"
        yield Probe(command=command, text=text, covers=stands_for(told, BY_CLUSTERS))
    cluster = hop.cluster or _of_service(hop)
    if cluster is not None and cluster.service and cluster.service_port:
        named = istioctl_views.cluster_name(cluster.service, cluster.service_port, cluster.subset)
        command = f'istioctl proxy-config endpoints {name} --cluster "{named}"'
        text = istioctl_views.endpoints_text(mesh, hop, cluster, made_up)
        yield Probe(command=command, text=text, covers=stands_for(told, BY_ENDPOINTS))


def _of_service(hop: Hop) -> Cluster | None:
    """The cluster that a service has without any rule, for a request that died before one was chosen."""
    if hop.service is None or hop.port is None:
        return None
    return Cluster(name="", host=hop.service.host, port=hop.port.number, service=hop.service, service_port=hop.port)


def _plain_to_see(judged: Judged) -> bool:
    """Whether the table of routes shows why none takes the request: it prints paths, and neither headers nor
    methods."""
    words = judged.examined.judgement.cases[judged.root.case].words
    return words.get("route.mismatch", "uri").startswith("uri")


def _routes(judged: Judged, number: int, hop: Hop) -> tuple[str, str]:
    """The name of the table of routes that a hop uses, and the table; "" where it uses none that is named so."""
    mesh = judged.examined.mesh
    if hop.kind is HopKind.GATEWAY:
        if hop.server is None or hop.server.tls or hop.family != "http":
            return "", ""
        there = opened(mesh, judged.trail) if judged.trail.hop is hop else ()
        port = next((o.port for o in there if o.server is hop.server), hop.server.number)
        return f"http.{port}", istioctl_views.gateway_routes(mesh, judged.trail, number, port)
    if hop.port is None or hop.port.protocol.family != "http" or hop.passthrough:
        return "", ""
    return str(hop.port.number), istioctl_views.sidecar_routes(mesh, hop, hop.port.number)


def _named(workload: Workload) -> str:
    return f"{workload.object.kind.lower()}/{workload.name}"


def _objects(judged: Judged) -> Iterator[Probe]:
    shown = [thing for thing in judged.scenario.inventory.objects if thing.kind not in HIDDEN]
    for thing in sorted(shown, key=lambda o: (o.kind, o.namespace, o.name)):
        text = kubectl_views.object_text(thing)
        yield Probe(command=kubectl_views.get_object(thing), text=text, objects=frozenset({thing.key}))
