"""The target's hop: its inbound listener, credentials, policies, application.

Must not know how the request was routed here.
Sources: https://istio.io/latest/docs/concepts/security/; https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/.
"""

from __future__ import annotations

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.not_modelled.unmodelled import at_stage
from troubleshooter.mesh.policy.authorizers import Authorizer
from troubleshooter.mesh.policy.mtls import Mode, Sends
from troubleshooter.mesh.policy.policies import Decision, Judgement
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.mesh.policy.tokens import Credentials, Token
from troubleshooter.mesh.sidecar.inbound_listeners import Led
from troubleshooter.mesh.workload.inbound_ports import lets_in
from troubleshooter.mesh.workload.old_http import recognised
from troubleshooter.mesh.workload.redirection import TEMPLATES, proxyless
from troubleshooter.model import Connection, HopKind, Object, Outcome, Request, Stage
from troubleshooter.walk.basis.client_tls import ENDING
from troubleshooter.walk.basis.decisions import Hop, Party, Trail, dropped, http
from troubleshooter.walk.caller.old_versions import refused
from troubleshooter.walk.caller.sender import spoken
from troubleshooter.walk.target.subjects import peer_of, subject_of


def enter(trail: Trail) -> Trail:
    """The trail at the target's hop."""
    before = trail.hop
    endpoint = before.endpoint
    assert endpoint is not None and endpoint.pod is not None  # noqa: S101, PT018 - only pods are entered
    skipped = endpoint.pod.proxy and lets_in(endpoint.pod, endpoint.port)
    party = Party(namespace=endpoint.pod.namespace, workload=endpoint.workload, pod=endpoint.pod, skipped=skipped)
    cluster = before.cluster
    return trail.enters(
        Hop(
            kind=HopKind.TARGET,
            party=party,
            service=cluster.service if cluster else None,
            port=cluster.service_port if cluster else None,
            family=before.family,
            endpoint=endpoint,
        )
    )


def accept(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """listener: the inbound listener and the filter chain for this port. It is made of the Services that lead to the
    port, whichever way the request came."""
    hop = trail.hop
    pod, endpoint = hop.party.pod, hop.endpoint
    assert pod is not None and endpoint is not None  # noqa: S101, PT018 - the hop was entered through a pod
    if not hop.party.proxied:
        why = "the proxy lets this port pass by" if hop.party.skipped else "no proxy"
        return trail.passes(Stage.LISTENER, f"{why}: the application is reached directly", result={"name": ""})
    if not pod.proxy_seen:
        said = f"Namespace {hop.party.namespace} was not seen, which says whether {hop.party.workload} gets a proxy"
        unlock = f"kubectl get namespace {hop.party.namespace} -o yaml"
        return trail.unknown(Stage.LISTENER, said, resource=hop.party.resource, unlock=unlock)
    if proxyless(pod):
        said = "gRPC without a proxy is not modelled yet"
        return trail.unknown(Stage.LISTENER, said, resource=pod.at(f'metadata.annotations["{TEMPLATES}"]'))
    touch = at_stage(mesh.unmodelled.of_proxy(hop.party.namespace, hop.party.labels), Stage.LISTENER, hop.context)
    if touch is not None and touch.object.kind != "Sidecar":
        return trail.unknown(Stage.LISTENER, f"{touch.object} is not modelled yet", resource=touch.resource)
    led = mesh.inbound_listeners.led_to(hop.party.workload, pod, endpoint.port)
    if led is not None and led.doubt:
        said = f"an inbound listener of {led.owner} with {led.doubt} is not modelled yet"
        return trail.unknown(Stage.LISTENER, said, resource=led.place)
    dialled = hop.service if mesh.inbound_listeners.ingress_of(pod) is None else None
    if led is None and dialled is not None and dialled.entry and hop.port is not None:
        led = Led(port=hop.port, owner=dialled.object, service=dialled)
    trail = _read(mesh, request, trail, led)
    return trail if trail.failed else refused(mesh, request, trail, led.place if led else None) or trail


def _touched(mesh: Mesh, trail: Trail, stage: Stage) -> Trail | None:
    """The trail after an object that is not modelled, if one may change this stage."""
    party = trail.hop.party
    touch = at_stage(mesh.unmodelled.of_proxy(party.namespace, party.labels), stage, trail.hop.context)
    policies = mesh.request_authentications if stage is Stage.AUTHENTICATION else mesh.authorization_policies
    thing = touch.object if touch else policies.held.naming(party.pod) if party.pod else None
    if thing is None:
        return None
    return trail.unknown(stage, f"{thing} is not modelled yet", resource=thing.at("spec"))


def _read(mesh: Mesh, request: Request, trail: Trail, led: Led | None) -> Trail:
    """How the filter chain of a port reads what comes in."""
    endpoint = trail.hop.endpoint
    assert endpoint is not None  # noqa: S101 - the hop was entered through an endpoint
    declared = led.port.protocol.family if led else "auto"
    comes = _spoken_here(request, trail, declared)
    if declared == "auto" and comes == "http":
        comes = "tcp" if request.http10 and not recognised(mesh.index) else comes
    family = "http" if comes == "http" and declared in {"http", "auto"} else "tcp"
    chain = f"inbound|{endpoint.port}||" if led else "InboundPassthroughCluster"
    result = {"name": "virtualInbound", "filter_chain": chain, "protocol": family, "tls": ""}
    trail = trail.decide(family=family, hands_to=led.hands_to if led else "")
    if led is None or declared != "http" or comes == "http":
        said = f"{chain}, read as {family.upper()}"
        return trail.passes(Stage.LISTENER, said, resource=trail.hop.party.resource, result=result)
    what = "TLS" if comes == "tls" else "a protocol that is no HTTP"
    said = f"port {led.port.number} of {led.owner} is declared {led.port.protocol}, and the client speaks {what}"
    return trail.fails(Stage.LISTENER, said, _unreadable(trail, comes), resource=led.place, result=result)


def _unreadable(trail: Trail, comes: str) -> Outcome:
    """What no HTTP brings at a port declared HTTP: TLS finds no filter chain, anything else is answered with 400. TLS
    gets as far as the HTTP codec too where mutual TLS lies around it, or is off.

    Source: `inboundPermissiveHTTPFilterChainMatchWithMxcOptions` in istio/istio pilot/pkg/networking/core (inbound).
    """
    before = trail.hops[-2] if len(trail.hops) > 1 else None
    wrapped = before is not None and before.offer is not None and before.offer.sends is Sends.MTLS
    if comes != "tls" or wrapped:
        return http(400, "DPE", details="http1.codec_error")
    if before is not None and before.accepts is not None and before.accepts.mode is Mode.DISABLE:
        return Outcome(status=400, flags=("DPE",), details="http1.codec_error", connection=Connection.TLS_ERROR)
    return dropped(Connection.RESET, "NR", details="filter_chain_not_found")


def _spoken_here(request: Request, trail: Trail, declared: str) -> str:
    """The protocol family of what arrives, after what the proxies before have taken off. Mutual TLS says by ALPN what
    the sender's proxy took it for, which counts where nothing is declared.

    Source: `inboundPermissiveFilterChainMatchWithMxcOptions` and `inboundStrictFilterChainMatchOptions` in istio/istio
    pilot/pkg/networking/core/filterchain_options.go.
    """
    before = trail.peer
    if before is None or before.family == "http" or before.passes_on:
        return "http"
    if declared == "auto" and before.offer is not None and before.offer.sends is Sends.MTLS:
        return before.family
    if before.server is not None and before.server.tls in ENDING:
        return "http" if request.scheme == "https" else "tcp"
    return spoken(request)


UNSEEN = "the gateway's pods were not seen, nor what applies to them"


def authenticate(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """authentication: what the proxy makes of the request's token."""
    party = trail.hop.party
    pod = party.pod
    none = Credentials(token=Token.NOT_ASKED)
    if pod is None:
        return trail.decide(credentials=none).unknown(Stage.AUTHENTICATION, UNSEEN, resource=party.resource)
    if not party.proxied or trail.hop.family != "http":
        why = "no HTTP: there is no token to look at" if party.proxied else "no proxy looks at credentials"
        result = {"principal": peer_of(mesh, trail).principal if party.proxied else "", "request_principal": ""}
        return trail.decide(credentials=none).passes(Stage.AUTHENTICATION, why, result=result)
    found = mesh.request_authentications.judge(pod, request)
    trail = trail.decide(credentials=found)
    result = {"principal": peer_of(mesh, trail).principal, "request_principal": found.principal}
    touched = _touched(mesh, trail, Stage.AUTHENTICATION)
    if touched is not None:
        return touched
    if found.token in REFUSALS:
        status, said = REFUSALS[found.token]
        outcome = http(status, details=f"jwt_authn_access_denied{{{found.says}}}")
        said = said.format(issuer=found.issuer)
        return trail.fails(Stage.AUTHENTICATION, said, outcome, resource=found.place, result=result)
    said = {
        Token.NOT_ASKED: "no RequestAuthentication applies",
        Token.MISSING: "no token: the request goes on without a request identity",
        Token.ASSUMED_GOOD: f"a token of {found.issuer}",
    }[found.token]
    assumes = (_believed(mesh),) if found.token is Token.ASSUMED_GOOD else ()
    return trail.passes(Stage.AUTHENTICATION, said, resource=found.place, result=result, assumes=assumes)


def _believed(mesh: Mesh) -> str:
    return f"the token's signature {'is' if mesh.inventory.observed is not None else 'and dates are'} good"


REFUSALS = {
    Token.ISSUER_UNKNOWN: (401, "the token's issuer {issuer} is in no RequestAuthentication"),
    Token.AUDIENCE_WRONG: (403, "the token of {issuer} is not meant for this audience"),
    Token.EXPIRED: (401, "the token of {issuer} has expired"),
    Token.NOT_YET_VALID: (401, "the token of {issuer} is not valid yet"),
    Token.MALFORMED: (401, "the bearer token is no JWT"),
    Token.UNSUPPORTED: (401, "the token is signed in a way that no proxy accepts"),
    Token.KEY_UNKNOWN: (401, "none of the keys in the rule has the name that the token of {issuer} gives"),
}
"""Status and sentence of each refusal, as seen on a real Envoy: a wrong audience is 403, the others 401."""


def authorize(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """authorization: what the AuthorizationPolicies decide."""
    party = trail.hop.party
    pod = party.pod
    if pod is None:
        return trail.unknown(Stage.AUTHORIZATION, UNSEEN, resource=party.resource)
    if not party.proxied:
        said = "no proxy: policies have no effect"
        return trail.passes(Stage.AUTHORIZATION, said, result={"action": "", "policies": []})
    credentials = trail.hop.credentials or Credentials(token=Token.NOT_ASKED)
    subject = subject_of(mesh, request, trail, credentials)
    judgement = mesh.authorization_policies.judge(pod, subject)
    trail = trail.decide(subject=subject, judgement=judgement)
    touched = _touched(mesh, trail, Stage.AUTHORIZATION)
    if touched is not None:
        return touched
    return _verdict(trail, judgement, subject)


def _verdict(trail: Trail, judgement: Judgement, subject: Subject) -> Trail:
    names = [f"{p.namespace}/{p.name}" for p in judgement.decided_by]
    first = judgement.decided_by[0].at() if judgement.decided_by else None
    result = {"action": ACTIONS[judgement.decision], "policies": names}
    assumes = (f"the authorizer of {judgement.asks} allows it",) if judgement.asks else ()
    if judgement.decision is Decision.UNKNOWN:
        said = f"{judgement.decided_by[0]} decides by something of the caller that is not known here"
        return trail.unknown(Stage.AUTHORIZATION, said, resource=judgement.place, result=result)
    if judgement.decision in {Decision.DENIED, Decision.IMPLICIT_DENY}:
        who = subject.principal or ("this caller" if subject.unknown else "a peer without identity")
        said = f"{judgement.decided_by[0]} denies it: a rule matches"
        matched = judgement.rule
        if judgement.decision is Decision.IMPLICIT_DENY:
            asked = f"{subject.method} {subject.path}" if subject.http else f"connect to port {subject.port}"
            said = f"no rule of {_all(judgement.decided_by)} allows {who} to {asked}"
            matched = "none"
        outcome = _denial(matched, http_seen=subject.http)
        if judgement.silent is not None:
            said = f"{judgement.decided_by[0]} asks {judgement.silent.host}, which cannot be asked"
            outcome = _unasked(judgement.silent, http_seen=subject.http)
        return trail.fails(Stage.AUTHORIZATION, said, outcome, resource=judgement.place or first, result=result)
    said = "no AuthorizationPolicy applies" if judgement.decision is Decision.NO_POLICY else "allowed"
    spot = judgement.place or first
    return trail.passes(Stage.AUTHORIZATION, said, resource=spot, result=result, assumes=assumes)


def _denial(matched: str, *, http_seen: bool) -> Outcome:
    """What a client gets where a rule (or the lack of one) denies."""
    details = f"rbac_access_denied_matched_policy[{matched}]"
    return http(403, details=details) if http_seen else dropped(Connection.RESET, details=details)


def _unasked(authorizer: Authorizer, *, http_seen: bool) -> Outcome:
    """The same where the authorizer cannot be asked, as seen on a real Envoy."""
    if http_seen:
        return http(authorizer.status, "UAEX", details="ext_authz_error")
    return dropped(Connection.RESET, "UAEX", details="ext_authz_error")


ACTIONS = {
    Decision.NO_POLICY: "ALLOW",
    Decision.ALLOWED: "ALLOW",
    Decision.DENIED: "DENY",
    Decision.IMPLICIT_DENY: "DENY",
    Decision.UNKNOWN: "",
}


def _all(policies: tuple[Object, ...]) -> str:
    return " or ".join(str(p) for p in policies)


def serve(trail: Trail) -> Trail:
    """application: what no object can tell is assumed; a port that the container does not declare is said."""
    hop = trail.hop
    pod, endpoint = hop.party.pod, hop.endpoint
    assert pod is not None and endpoint is not None  # noqa: S101, PT018 - the hop was entered through a pod
    if hop.hands_to:
        said = f"{hop.party.workload} at {hop.hands_to}, where its Sidecar hands on what comes to port {endpoint.port}"
        assumes = (f"{hop.party.workload} listens at {hop.hands_to} and answers in time",)
        return trail.passes(Stage.APPLICATION, said, resource=hop.party.resource, assumes=assumes)
    declared = [number for _, number in pod.declared_ports]
    said = f"{hop.party.workload} port {endpoint.port}"
    if declared and endpoint.port not in declared:
        said += f" (not declared: its containers declare {', '.join(str(n) for n in sorted(set(declared)))})"
    assumes = (f"{hop.party.workload} listens on port {endpoint.port} and answers in time",)
    return trail.passes(Stage.APPLICATION, said, resource=hop.party.resource, assumes=assumes)
