"""The catalogue: every role, fact and detail there is.

One row a fact: its name, its closed list of words, one sentence, who derives it. The question that asks for a fact
stands in the knowledge base, under the fact's name. A deriver that emits anything else is a bug, and is told so."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

from troubleshooter.mesh.endpoints import Absence
from troubleshooter.mesh.injection import Wish
from troubleshooter.mesh.locality import Spread
from troubleshooter.mesh.matching import Difference
from troubleshooter.mesh.mtls import Mode
from troubleshooter.mesh.policies import Decision
from troubleshooter.mesh.protocols import Protocol
from troubleshooter.mesh.tokens import Token
from troubleshooter.model import Catalogue, DetailKind, FactKind

ROLES = frozenset(
    [
        "caller",
        "target",
        "workload",
        "gateway",
        "virtual_service",
        "route",
        "service",
        "service_entry",
        "destination_rule",
        "destination",
        "endpoint",
        "peer_authentication",
        "request_authentication",
        "authorization_policy",
        "sidecar",
        "namespace",
        "mesh",
        "control_plane",
        "rival",
        "pod",
        "request",
        "connection",
        "failure",
        "evidence",
    ]
)

YES_NO = ("yes", "no")
PRESENCE = ("present", "absent")
TLS_MODES = ("none", "disable", "simple", "mutual", "istio-mutual")
FLAGS = (
    *("none", "lh", "uh", "ut", "lr", "ur", "uf", "uc", "uo", "nr", "di", "fi", "rl", "uaex", "rlse", "dc"),
    *("urx", "si", "ih", "dpe", "umsdr", "rfcf", "nfcf", "dt", "upe", "nc", "om", "df", "do", "dr", "udo", "other"),
)

MISSES = (
    *("principals", "namespaces", "service-accounts", "methods", "paths", "hosts", "ports", "service-port"),
    *("spiffe-scheme", "token", "http-fields", "excluded", "no-rules", "other", "several"),
)

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    # request and caller
    ("request.protocol", ("http", "tls", "tcp"), "What the client itself speaks.", "walk"),
    ("request.read_as", ("http", "tls", "tcp", "unreadable"), "As what the proxies read it; unreadable where a port is declared HTTP and the client speaks none.", "walk"),
    ("request.read_as", ("http", "tls", "tcp", "unreadable"), "As what the proxies read it; unreadable where a port is declared HTTP and the client speaks none.", "walk"),
    ("request.destination", ("registered", "hidden", "routed", "unregistered", "address"), "What the caller's proxy knows of the host.", "walk"),
    ("caller.proxy", PRESENCE, "Whether a proxy takes the connection where it is made.", "walk"),
    ("request.rewritten", YES_NO, "Whether a route has changed its path on the way.", "walk"),
    ("caller.capture", ("taken", "excluded", "no-proxy"), "Whether its proxy takes this connection.", "walk"),
    ("caller.outbound_policy", ("allow-any", "registry-only"), "What its proxy does with destinations that it does not know.", "walk"),
    ("caller.http_listener", PRESENCE, "Whether its proxy reads the port as HTTP, because some service has it so.", "walk"),
    ("caller.kind", ("workload", "gateway", "outside", "assumed"), "What sends the request over this connection.", "walk"),
    ("caller.excluded_ports", ("one", "several"), "How many ports its annotation leaves out, where it leaves out this one.", "walk"),
    ("caller.identity", ("known", "none"), "Whether the far end sees a mesh identity of the caller.", "walk"),
    # listener and route
    ("route.match", ("matched", "none", "implicit", "unbound", "not-used"), "Which route took the request.", "walk"),
    ("route.mismatch", (*Difference, "several"), "In what the nearest route differs from the request.", "walk"),
    ("route.default", PRESENCE, "Whether some route takes whatever the others do not.", "walk"),
    ("virtual_service.http_routes", PRESENCE, "Whether it has http routes for the host.", "mesh"),
    ("virtual_service.gateway_ref", ("found", "not-found"), "Whether every Gateway that it names exists.", "mesh"),
    ("virtual_service.gateway_namespace", ("seen", "not-seen"), "Whether the namespace of the missing Gateway was looked at.", "mesh"),
    ("virtual_service.gateway_form", ("short", "full"), "Whether the missing Gateway's name is without a namespace.", "mesh"),
    ("virtual_service.gateway_guess", ("one", "none"), "Whether exactly one Gateway could be the one meant.", "mesh"),
    ("gateway.workload", ("found", "none"), "Whether its selector matches any pods.", "mesh"),
    ("gateway.candidate", ("one", "several", "none"), "How many gateway workloads the selector could mean.", "mesh"),
    # service
    ("service.endpoints", ("some", "none"), "Whether a port of it has an endpoint that is ready.", "mesh"),
    ("service.no_endpoints_because", tuple(a for a in Absence if a not in ("none", "not-seen")), "Why it has none.", "mesh"),
    ("service.endpoints_meant", YES_NO, "Whether a request, its pods or a nearly matching workload show that it should have endpoints.", "walk"),
    ("service.selector_guess", ("one", "none"), "Whether exactly one workload could be the one meant.", "mesh"),
    ("service.target_port", ("declared", "undeclared", "name-unknown"), "What containers say of its targetPort.", "mesh"),
    ("service.target_port_guess", ("one", "none"), "Whether exactly one declared container port could be meant.", "mesh"),
    ("service.port_protocol", tuple(Protocol), "The protocol that istiod takes its port for.", "mesh"),
    ("service.declared_by", ("appProtocol", "name", "protocol", "nothing"), "What declares that protocol.", "mesh"),
    ("service.http_routes", ("used", "unused"), "Whether http routes that are for this port alone are used at it.", "mesh"),
    ("service.traffic_distribution", ("set", "none"), "Whether it asks for close endpoints.", "mesh"),
    ("service_entry.port", PRESENCE, "Whether the ServiceEntry that names the host has the port.", "walk"),
    ("service_entry.guess", ("one", "none"), "Whether exactly one ServiceEntry has nearly this host.", "walk"),
    # destination
    ("destination.service", ("found", "not-found"), "Whether the destination host is in the registry.", "walk"),
    ("destination.port", ("found", "not-found"), "Whether the destination's Service has the port.", "walk"),
    ("destination.subset", ("none", "defined", "not-defined"), "Whether the rule in force defines the subset.", "walk"),
    ("destination.subset_pods", ("labelled", "none"), "Whether pods carry the labels that the subset would be made of.", "walk"),
    ("destination.subset_guess", ("similar", "only", "none"), "Which defined subset could be the one meant.", "walk"),
    ("destination.subset_elsewhere", ("not-exported", "outranked", "other-namespace", "none"), "Why a rule that defines the subset is not in force.", "walk"),
    ("destination.wildcard_rule", PRESENCE, "Whether a DestinationRule with a wildcard host covers it, in force or not.", "walk"),
    ("destination_rule.presence", PRESENCE, "Whether a DestinationRule is in force for the destination.", "walk"),
    ("destination_rule.host", ("exact", "namespace-wildcard", "mesh-wildcard", "wildcard"), "How wide its host is.", "walk"),
    ("destination_rule.placed", ("client", "service", "root"), "In which of the namespaces that are looked at it stands.", "walk"),
    ("destination_rule.tls_mode", TLS_MODES, "The client TLS that it sets.", "walk"),
    ("destination_rule.tls_at", ("rule", "port", "subset", "elsewhere", "nowhere"), "For what it sets client TLS.", "walk"),
    ("destination_rule.overrides", ("tls", "nothing"), "Whether it hides another rule that sets mutual TLS.", "walk"),
    ("rival.tls", ("istio-mutual", "mutual"), "The client TLS of the rule that is hidden.", "walk"),
    ("rival.reach", ("namespace", "mesh", "other"), "For how many services the hidden rule is made.", "walk"),
    ("destination_rule.outlier_detection", PRESENCE, "Whether it ejects endpoints that fail.", "walk"),
    ("destination_rule.locality_lb", ("failover", "failover-priority", "distribute", "on", "off", "none"), "Its localities.", "walk"),
    ("endpoint.weighted", ("some", "none"), "Whether weights lead from the sender's locality to any ready endpoint.", "walk"),
    ("endpoint.spread", tuple(Spread), "How the proxy chooses between localities.", "walk"),
    ("endpoint.localities", ("one", "several"), "Whether ready endpoints lie in several localities.", "walk"),
    # connection
    ("connection.client", ("plaintext", "mtls", "tls"), "What the sending end speaks.", "walk"),
    (
        "connection.client_because",
        ("rule", "auto-mtls", "auto-mtls-no-proxy", "auto-mtls-off", "no-proxy", "excluded-port", "bypass", "external"),
        "Why it speaks that.",
        "walk",
    ),
    ("connection.agreement", ("agreed", "broken"), "Whether both ends agree.", "walk"),
    ("target.proxy", PRESENCE, "Whether the target has a proxy.", "walk"),
    ("target.mtls_mode", tuple(Mode), "What the target accepts, apart from port-level exceptions.", "walk"),
    (
        "peer_authentication.scope",
        ("workload", "namespace", "mesh", "default"),
        "For what the policy in force is made.",
        "walk",
    ),
    ("peer_authentication.rival", PRESENCE, "Whether a policy for the workload itself leaves the mode to a wider one.", "walk"),
    ("target.port_mtls_mode", tuple(Mode), "What a port-level exception makes this port accept.", "walk"),
    # credentials and policies
    ("request_authentication.token", tuple(Token), "What the target makes of the request's token.", "walk"),
    ("authorization_policy.decision", tuple(d for d in Decision if d != "unknown"), "What the policies decide.", "walk"),
    ("authorization_policy.miss", MISSES, "What keeps the nearest rule from matching.", "walk"),
    ("authorization_policy.scope", ("workload", "namespace", "mesh"), "For what the policy of the nearest rule is made.", "walk"),
    ("authorization_policy.callers", ("named", "anybody"), "Whether the nearest rule says who may call.", "walk"),
    ("authorization_policy.asks_caller", YES_NO, "Whether the nearest rule fails for who calls.", "walk"),
    ("authorization_policy.asks_token", YES_NO, "Whether the nearest rule fails for the request's token.", "walk"),
    ("authorization_policy.reads", ("http", "tcp"), "How the proxy that judges reads the connection.", "walk"),
    ("authorization_policy.hop", ("gateway", "target"), "Whose proxy judges.", "walk"),
    # workload
    ("workload.proxy", PRESENCE, "Whether its pods have a proxy.", "mesh"),
    ("workload.injection", tuple(w for w in Wish if w != "not-known"), "What labels and webhooks come to for a pod that it makes now.", "mesh"),
    ("workload.asked_by", ("namespace", "pod", "webhook"), "What asks for injection.", "mesh"),
    ("workload.revision_guess", ("one", "none"), "Whether exactly one revision is served.", "mesh"),
    ("namespace.injection_label", ("enabled", "disabled", "revision", "none"), "What its labels say of injection.", "mesh"),
    ("workload.namespace_asks", YES_NO, "Whether its namespace asks for injection.", "mesh"),
    ("workload.injected_neighbours", ("some", "none"), "Whether other workloads of its namespace have a proxy.", "mesh"),
    ("workload.needs_proxy", YES_NO, "Whether the request in hand fails for want of its proxy.", "walk"),
    # mesh
    ("mesh.auto_mtls", ("on", "off"), "Whether proxies use mutual TLS where no rule says otherwise.", "mesh"),
    ("mesh.clusters", ("read", "not-read"), "Whether all clusters that remote secrets name were read.", "mesh"),
    ("mesh.locality_lb", ("failover", "failover-priority", "distribute", "on", "off", "none"), "The localities that hold for the mesh.", "mesh"),
    # what was seen
    ("failure.flag", FLAGS, "The response flag of the failure in hand.", "evidence"),
    (
        "failure.reason",
        ("connection-refused", "connection-timeout", "connection-reset", "tls", "termination", "none", "other"),
        "What the proxy says broke the connection.",
        "evidence",
    ),
    ("failure.hop", ("inbound", "outbound", "unknown"), "Whether the failing connection was into or out of a pod.", "evidence"),
    ("evidence.server_filter_chain", ("not-found",), "Whether the server's proxy found no filter chain.", "evidence"),
)  # fmt: skip

DETAILS: tuple[tuple[str, str], ...] = (
    ("request.method", "The method."),
    ("request.path", "The path without query."),
    ("request.host", "The host as the client names it."),
    ("request.port", "The port that is dialled."),
    ("request.url", "The whole URL."),
    ("request.protocol_name", "HTTP, TLS or TCP in a ServiceEntry's words."),
    ("request.port_name", "A name for its port that declares the protocol."),
    ("request.entry_host", "A name for its address, for a ServiceEntry."),
    ("service_entry.ports", "The ports that it has."),
    ("service_entry.host", "Its host that is nearly the one called."),
    ("request.entry_name", "A name for a ServiceEntry of the host."),
    ("caller.ref", "How kubectl names it, for logs and exec: `deployment/web`."),
    ("target.ref", "How kubectl names it, for logs and exec."),
    ("workload.ref", "How kubectl names it, for logs and exec."),
    ("caller.pod", "A pod of it."),
    ("caller.principal", "Its identity, without the scheme."),
    ("caller.service_account", "Its service account."),
    ("caller.template_field", "Where its pods' metadata stands."),
    ("caller.excluded_field", "The annotation that leaves the port out."),
    ("caller.excluded_rest", "The other ports that it leaves out."),
    ("target.pod", "A pod of it."),
    ("target.port", "The container port that is reached."),
    ("target.labels", "Labels by which policies can select it."),
    ("target.app", "A short name for it."),
    ("route.route_field", "The route that came nearest."),
    ("route.match_field", "The match block that came nearest, up to its path match."),
    ("route.wanted", "What that match block wants."),
    ("route.had", "What the request has instead."),
    ("route.prefix", "The prefix that would take the request."),
    ("route.match_path", "That match block, for the request's path."),
    ("route.methods", "A method match that takes the request too."),
    ("route.field", "The field of the first difference."),
    ("route.destinations", "Where the nearest route sends to, whatever the version."),
    ("virtual_service.host", "Its host that covers the request's."),
    ("virtual_service.gateway_field", "The field that names the missing Gateway."),
    ("virtual_service.gateway_written", "The name written there."),
    ("virtual_service.gateway_full", "The namespace and name that it stands for."),
    ("gateway.reference", "How that VirtualService would name the Gateway."),
    ("gateway.selector", "Its selector."),
    ("gateway.selector_text", "Its selector as kubectl's -l takes it."),
    ("gateway.candidate_labels", "Labels of the only gateway workload, to select it by."),
    ("gateway.candidate_name", "The only gateway workload."),
    ("gateway.candidates", "Every gateway workload, with the label by which to select it."),
    ("service.selector_text", "Its selector as kubectl's -l takes it."),
    ("service.port", "The number of its port."),
    ("service.port_name", "The name of its port."),
    ("service.port_field", "The place of its port."),
    ("service.target", "Its targetPort as written."),
    ("service.target_guess", "The container port that is probably meant."),
    ("service.declared_ports", "The container ports that its pods declare."),
    ("service.guess_labels", "The labels by which the workload that is probably meant can be selected."),
    ("service.guess_name", "The workload that is probably meant."),
    ("service.host", "Its full name."),
    ("service.waiting", "Why its pods are not ready."),
    ("destination.host", "The full host."),
    ("destination.port", "The port."),
    ("destination.subset", "The subset's name."),
    ("destination.field", "The destination in the route."),
    ("destination.subsets", "The subsets that are defined."),
    ("destination.guess", "The defined subset that is probably meant."),
    ("destination.subset_labels", "The labels that the subset would be made of."),
    ("destination.rule_name", "A name for a DestinationRule of the host."),
    ("destination.envoy_name", "Envoy's name of the cluster."),
    ("destination_rule.host", "Its host as written."),
    ("destination_rule.tls_field", "Where its client TLS stands, or would have to."),
    ("destination_rule.tls_removal", "What to remove for its client TLS to be gone."),
    ("destination_rule.failover", "Where its locality settings stand."),
    ("destination_rule.policy_field", "The traffic policy that holds its locality settings."),
    ("rival.host", "The host of the rule that is hidden."),
    ("rival.tls_mode", "The TLS mode of the rule that is hidden."),
    ("rival.tls_section", "The client TLS of the rule that is hidden."),
    ("endpoint.localities", "The localities of ready endpoints."),
    ("endpoint.share", "The share of requests that leaves the sender's locality."),
    ("endpoint.locality", "The sender's locality."),
    ("authorization_policy.names", "All ALLOW policies that apply."),
    ("authorization_policy.wanted", "What the nearest rule wants."),
    ("authorization_policy.had", "What the request has instead."),
    ("authorization_policy.field", "The field that kept the nearest rule from matching."),
    ("authorization_policy.list_field", "The list in it that would have to be longer."),
    ("authorization_policy.addition", "What the request has for that field, if it is the only one."),
    ("authorization_policy.item_field", "The item in that list that is written wrongly."),
    ("authorization_policy.rule", "A rule for just this request."),
    ("authorization_policy.new_name", "A name for a new policy."),
    ("workload.template_field", "Where its pods' metadata stands."),
    ("workload.revision", "The revision that is asked for."),
    ("workload.revisions", "The revisions that some webhook serves."),
    ("workload.served_revision", "The only revision that some webhook serves."),
    ("workload.spec_field", "Where its pods' spec stands."),
    ("workload.label_field", "The label or annotation that decided."),
    ("failure.flag", "The flags as logged."),
    ("failure.details", "The response code details as logged."),
    ("failure.line", "The log line."),
)

CATALOGUE = Catalogue(
    roles=ROLES,
    facts={
        name: FactKind(name=name, words=tuple(str(w) for w in words), sentence=sentence, derived_by=who)
        for name, words, sentence, who in FACTS
    },
    details={name: DetailKind(name=name, sentence=sentence) for name, sentence in DETAILS},
)
