"""The transport stage: do both ends of one connection agree on plaintext, mutual TLS or TLS?

Judged once, at the hop that sends, for both ends. Must not know routes or policies.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/;
https://istio.io/latest/docs/reference/config/security/peer_authentication/. What each disagreement looks like was seen
on a real Envoy: a plaintext client at a STRICT server gets 503 UC from its own proxy (a bare client a reset), mutual
TLS to a plaintext server 503 UF WRONG_VERSION_NUMBER, and so to one with mutual TLS off: nobody looks for TLS there,
and what is behind answers in plaintext. Which TLS finds a filter chain: `getFilterChainMatchOptions` and
`populateListenerFilters` in istio/istio pilot/pkg/networking/core (listener_inbound.go).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.multicluster.networks import DEFAULT_PORT
from troubleshooter.mesh.policy.mtls import Accepts, Mode, Offer, Reason, Sends, Target, offer
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.mesh.workload.inbound_ports import lets_in
from troubleshooter.model import Connection, HopKind, Outcome, Request, Resource, Stage
from troubleshooter.walk.basis.client_tls import keeps_client_tls
from troubleshooter.walk.basis.decisions import Hop, Trail, dropped
from troubleshooter.walk.basis.failures import CUT_OFF, TERMINATION, UNTRUSTED, WRONG_VERSION
from troubleshooter.walk.basis.interception import in_ambient
from troubleshooter.walk.basis.wording import agreement, mode_text
from troubleshooter.walk.caller.sender import PASSTHROUGH, bypassed
from troubleshooter.walk.destinations.candidates import keeps_address
from troubleshooter.walk.ends.gateway_ends import at_gateway
from troubleshooter.walk.ends.quarrels import Quarrel, refusal
from troubleshooter.walk.ends.server_names import misses_name, sni_of
from troubleshooter.walk.ends.trusting import distrust, trust
from troubleshooter.walk.ends.ztunnels import nobody_takes
from troubleshooter.walk.gateway.relaying import passed_on

MODES = {Sends.PLAINTEXT: "plaintext", Sends.MTLS: "mtls", Sends.TLS: "tls", Sends.CUSTOM_MTLS: "tls"}


def connect(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """transport: what is sent, what is accepted, and whether they fit."""
    hop = trail.hop
    endpoint = hop.endpoint
    assert endpoint is not None  # noqa: S101 - the endpoint stage ran
    refused = nobody_takes(mesh, trail)
    if refused is not None:
        return trail.fails(Stage.TRANSPORT, refused.said, refused.outcome, resource=refused.place)
    blind = _blind(mesh, hop)
    if blind:
        return trail.unknown(Stage.TRANSPORT, blind, resource=hop.party.resource).ends(trail.outcome)
    accepts = _accepted(mesh, endpoint)
    made = passed_on(trail)
    sent = made or _agreed(mesh, trail, _sent(mesh, request, trail), accepts)
    trail = trail.decide(offer=sent, accepts=accepts)
    auto = sent.reason in {Reason.AUTO, Reason.AUTO_NO_PROXY}
    result = {"mode": MODES[sent.sends], "sni": sni_of(request, trail, sent), "auto": auto}
    quarrel = (
        at_gateway(mesh, trail, sent) or _outside(trail, sent) or _tls_to_http(mesh, trail, sent, accepts)
        or _quarrel(trail, request, sent, accepts) or _twice(trail, request, sent, accepts)
        or _untrusted(mesh, trail, sent) or _misnamed(mesh, trail, sent)
    )  # fmt: skip
    if quarrel is not None:
        return trail.fails(Stage.TRANSPORT, quarrel.said, quarrel.outcome, resource=quarrel.place, result=result)
    return _fitting(mesh, trail, sent, accepts, result)


def _fitting(mesh: Mesh, trail: Trail, sent: Offer, accepts: Accepts | None, result: Mapping[str, Any]) -> Trail:
    """Both ends fit, as far as what is assumed of them is so."""
    endpoint = trail.hop.endpoint
    known = trust(mesh, trail.hop) == (True, True)
    assumes = ("both ends trust one root",) if sent.sends is Sends.MTLS and not known else ()
    if sent.sends in {Sends.TLS, Sends.CUSTOM_MTLS}:
        assumes = ("the far end takes this TLS",)
    spot = sent.place or (accepts.place if accepts else None)
    preface = _preface(trail)
    if (
        preface is not None
        and accepts is not None
        and endpoint is not None
        and endpoint.pod is not None
        and endpoint.pod.proxy
    ):
        said = (
            f"the PROXY protocol is spoken first, and what the proxy of {endpoint.workload} makes of it is not modelled"
        )
        return trail.unknown(Stage.TRANSPORT, said, resource=preface, result=result)
    if preface is not None:
        assumes = (*assumes, "the far end takes the PROXY protocol")
    return trail.passes(Stage.TRANSPORT, agreement(sent, accepts), resource=spot, result=result, assumes=assumes)


def _preface(trail: Trail) -> Resource | None:
    """The place that makes a proxy say, ahead of everything else, where the client is (the PROXY protocol)."""
    cluster = trail.hop.cluster
    if bypassed(trail) or cluster is None or cluster.rule is None:
        return None
    found = cluster.rule.section("proxyProtocol", cluster.port, cluster.subset)
    return found[1] if found else None


def _blind(mesh: Mesh, hop: Hop) -> str:
    """Why it is not known what either end speaks; "" where it is."""
    if hop.party.pod is None and not hop.party.gateways:
        return f"whether the sender has a proxy is not known: nothing of namespace {hop.party.namespace} was seen"
    far = hop.endpoint.pod if hop.endpoint else None
    if (hop.party.pod and in_ambient(mesh, hop.party.pod)) or (far and in_ambient(mesh, far)):
        return "ambient mode has a part in this connection, and is not modelled yet"
    return ""


def _sent(mesh: Mesh, request: Request, trail: Trail) -> Offer:
    """What the sender's end speaks, and why."""
    hop = trail.hop
    party, cluster, endpoint = hop.party, hop.cluster, hop.endpoint
    assert cluster is not None and endpoint is not None  # noqa: S101, PT018 - the endpoint stage ran
    if bypassed(trail):
        if party.pod and hop.gap:
            return Offer(sends=Sends.PLAINTEXT, reason=hop.gap.reason, place=hop.gap.place)
        return Offer(sends=Sends.PLAINTEXT, reason=Reason.NO_PROXY, place=party.resource)
    if cluster.service is None or cluster.name == PASSTHROUGH:
        return Offer(sends=Sends.PLAINTEXT, reason=Reason.EXTERNAL)
    if request.plaintext and hop.kind is HopKind.SENDER:
        return Offer(sends=Sends.PLAINTEXT, reason=Reason.TOLD)
    target = Target(
        host=cluster.host, port=cluster.port, subset=cluster.subset,
        external=cluster.service.external, from_gateway=hop.kind is HopKind.GATEWAY,
    )  # fmt: skip
    return offer(mesh.settings, cluster.rule, endpoint, target)


def _agreed(mesh: Mesh, trail: Trail, sent: Offer, accepts: Accepts | None) -> Offer:
    """What is sent by auto mTLS where policies switch it off, or some endpoint of a headless Service has no proxy.

    A policy for the whole namespace (or mesh) of the service switches it off for all of its endpoints, whatever their
    own policies say; the policies are those of the sender's own configuration. Where a cluster is one for all endpoints
    alike, they get mutual TLS if all can take it, else none.
    Sources: `BestEffortInferServiceMTLSMode` in istio/istio pilot/pkg/model/push_context.go; `checkMtlsEnabled` in
    pilot/pkg/xds/endpoints/mtls_checker.go; `applyUpstreamTLSSettings` in pilot/pkg/networking/core/cluster_tls.go.
    """
    cluster = trail.hop.cluster
    if sent.reason not in {Reason.AUTO, Reason.AUTO_NO_PROXY} or cluster is None or cluster.service is None:
        return sent
    mode, place = mesh.peer_authentications.wide(cluster.service.namespace)
    if mode is Mode.DISABLE:
        return Offer(sends=Sends.PLAINTEXT, reason=Reason.AUTO, place=place)
    if keeps_address(trail) and cluster.service_port is not None:
        each = [e.mutual for e in mesh.endpoints(cluster.service, cluster.service_port).ready]
        return sent if each and all(each) else Offer(sends=Sends.PLAINTEXT, reason=Reason.AUTO_NO_PROXY)
    endpoint = trail.hop.endpoint
    pod = endpoint.pod if endpoint else None
    if accepts is None or endpoint is None or pod is None or sent.reason is not Reason.AUTO:
        return sent
    known = mesh.peer_authentications.accepts(pod, endpoint.port)
    off = known.mode is Mode.DISABLE
    return Offer(sends=Sends.PLAINTEXT, reason=Reason.AUTO, place=known.place) if off else sent


def _outside(trail: Trail, sent: Offer) -> Quarrel | None:
    """Mutual TLS of the mesh to an endpoint that is no part of any mesh: istiod sends it where a rule says so, and the
    far end's certificate is none of the mesh's, whether it speaks TLS or not. An east-west gateway's port, and names of
    the mesh that the rule wants in the certificate, speak for another mesh with the same root.

    Source: `buildUpstreamTLSSettings` in istio/istio pilot/pkg/networking/core/cluster_tls.go.
    """
    cluster, endpoint = trail.hop.cluster, trail.hop.endpoint
    service = cluster.service if cluster else None
    if service is None or not service.external or endpoint is None or sent.sends is not Sends.MTLS:
        return None
    if endpoint.pod is not None or endpoint.enrolled:
        return None
    if endpoint.port == DEFAULT_PORT or any(name.startswith("spiffe://") for name in sent.names):
        return None
    said = f"mutual TLS of the mesh is sent to {service.host}, which is outside the mesh"
    return Quarrel(said=said, outcome=refusal(trail, "UF", ""), place=sent.place)


def _tls_to_http(mesh: Mesh, trail: Trail, sent: Offer, accepts: Accepts | None) -> Quarrel | None:
    """TLS that is not the mesh's, made by a proxy, at a sidecar's port that is declared HTTP. PERMISSIVE has no filter
    chain for it there. Where mutual TLS is off nobody looks for TLS, and the HTTP codec answers in plaintext. At other
    ports both pass it on to the application."""
    endpoint, cluster = trail.hop.endpoint, trail.hop.cluster
    if endpoint is None or endpoint.pod is None or not endpoint.pod.proxy or accepts is None:
        return None
    if accepts.mode is Mode.STRICT or sent.sends not in {Sends.TLS, Sends.CUSTOM_MTLS}:
        return None
    led = mesh.inbound_listeners.led_to(endpoint.workload, endpoint.pod, endpoint.port)
    port = led.port if led else cluster.service_port if cluster and cluster.service and cluster.service.entry else None
    if port is None or port.protocol.family != "http":
        return None
    why = "takes plaintext only" if accepts.mode is Mode.DISABLE else "takes plaintext and mutual TLS of the mesh only"
    said = f"{mode_text(sent)} is sent to {endpoint.workload}, which {why} on a port declared {port.protocol}"
    details = WRONG_VERSION if accepts.mode is Mode.DISABLE else CUT_OFF
    return Quarrel(said=said, outcome=refusal(trail, "UF", details), place=sent.place)


def _accepted(mesh: Mesh, endpoint: Endpoint) -> Accepts | None:
    """What the far end's proxy accepts; None where no proxy takes the connection, and at a gateway, whose servers say
    it themselves."""
    pod = endpoint.pod
    if pod is None or pod.gateway or (pod.proxy and lets_in(pod, endpoint.port)):
        return None
    return mesh.seen_from(pod.owner.cluster).peer_authentications.accepts(pod, endpoint.port)


def _quarrel(trail: Trail, request: Request, sent: Offer, accepts: Accepts | None) -> Quarrel | None:
    endpoint = trail.hop.endpoint
    assert endpoint is not None  # noqa: S101 - the endpoint stage ran
    if endpoint.pod is None or endpoint.pod.gateway:
        return None
    if not endpoint.pod.proxy or accepts is None:
        if sent.sends in {Sends.PLAINTEXT, Sends.TLS}:
            return None
        past = f"whose proxy lets port {endpoint.port} pass by"
        why = past if endpoint.pod.proxy else "which has no proxy to take it"
        said = f"{mode_text(sent)} is sent to {endpoint.workload}, {why}"
        return Quarrel(said=said, outcome=refusal(trail, "UF", WRONG_VERSION), place=sent.place)
    if accepts.mode is Mode.STRICT and sent.sends is not Sends.MTLS:
        bare = sent.sends is Sends.PLAINTEXT and trail.hop.family != "tls"
        what = "plaintext" if bare else "TLS without the mesh's certificate"
        said = f"{what} is sent to {endpoint.workload}, which takes mutual TLS only"
        return Quarrel(said=said, outcome=_reset(trail, request), place=accepts.place)
    if accepts.mode is Mode.DISABLE and sent.sends is Sends.MTLS:
        said = f"{mode_text(sent)} is sent to {endpoint.workload}, where mutual TLS is switched off"
        return Quarrel(said=said, outcome=refusal(trail, "UF", WRONG_VERSION), place=accepts.place)
    return None


def _twice(trail: Trail, request: Request, sent: Offer, accepts: Accepts | None) -> Quarrel | None:
    """TLS that the proxy makes around TLS that the client made: the far end takes off one of them, and finds a
    handshake where it expects a request.

    Source: https://istio.io/latest/docs/ops/common-problems/network-issues/#double-tls.
    """
    made = sent.sends in {Sends.TLS, Sends.CUSTOM_MTLS}
    far = trail.hop.endpoint.pod if trail.hop.endpoint else None
    taken = accepts is not None and far is not None and far.proxy
    if not made or taken or not keeps_client_tls(request, trail.hops):
        return None
    said = f"the client makes TLS to {request.host}, and the proxy makes it again around that"
    return Quarrel(said=said, outcome=dropped(Connection.TLS_ERROR), place=sent.place)


def _reset(trail: Trail, request: Request) -> Outcome:
    """A STRICT server has no filter chain for the connection and closes it."""
    if bypassed(trail) and request.scheme == "https":
        return dropped(Connection.TLS_ERROR)
    return dropped(Connection.RESET) if bypassed(trail) else refusal(trail, "UC", TERMINATION)


def _untrusted(mesh: Mesh, trail: Trail, sent: Offer) -> Quarrel | None:
    """Mutual TLS between clusters that do not trust each other. The client looks at the server's certificate first; a
    server that refuses the client's closes the connection without a word (TLS 1.3)."""
    found = distrust(mesh, trail.hop) if sent.sends is Sends.MTLS and not trail.hop.passes_on else None
    if found is None:
        return None
    outcome = refusal(trail, "UF", UNTRUSTED) if found.by_client else refusal(trail, "UC", TERMINATION)
    return Quarrel(said=found.said, outcome=outcome, place=found.place)


def _misnamed(mesh: Mesh, trail: Trail, sent: Offer) -> Quarrel | None:
    """A certificate of the mesh that holds none of the names that the rule asks for."""
    if not misses_name(mesh, trail, sent) or trail.hop.endpoint is None:
        return None
    said = f"the certificate of {trail.hop.endpoint.workload} holds none of the names that {sent.place} asks for"
    spot = sent.place._replace(field=f"{sent.place.field}.subjectAltNames") if sent.place else None
    return Quarrel(said=said, outcome=refusal(trail, "UF", UNTRUSTED), place=spot)
