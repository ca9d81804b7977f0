"""The catalogue: every role, fact and detail there is.

One row a fact: its name, its closed list of words, one sentence, who derives it. The question that asks for a fact
stands in the knowledge base, under the fact's name. A deriver that emits anything else is a bug, and is told so."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

from troubleshooter.facts.details import DETAILS
from troubleshooter.mesh.creation import Refusal
from troubleshooter.mesh.endpoints import Absence
from troubleshooter.mesh.injection import Conflict, Wish
from troubleshooter.mesh.locality import Spread
from troubleshooter.mesh.matching import Difference
from troubleshooter.mesh.mtls import Mode
from troubleshooter.mesh.policies import Decision
from troubleshooter.mesh.protocols import Protocol
from troubleshooter.mesh.startup import Start
from troubleshooter.mesh.tokens import Token
from troubleshooter.mesh.trouble import Trouble
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
        "subset",
        "service_entry",
        "destination_rule",
        "destination",
        "endpoint",
        "peer_authentication",
        "exception",
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
    *("spiffe-scheme", "token", "http-fields", "excluded", "no-rules", "not-known", "other", "several"),
)

NO_EFFECT = (
    *("service-port", "no-selector", "older", "older-wide"),
    *("root-namespace", "other-namespace", "selector", "caller", "target-refs"),
)

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    # request and caller
    ("request.protocol", ("http", "tls", "tcp"), "What the client itself speaks.", "walk"),
    ("request.http_version", ("old", "later"), "Whether the client speaks HTTP/1.0 (or older), or a later version.", "evidence"),
    ("request.read_as", ("http", "http1", "tls", "tcp", "unreadable"), "As what the proxies read it; unreadable where a port is declared HTTP and the client speaks none, http1 where gRPC is sent on in HTTP/1.1.", "walk"),
    ("request.destination", ("registered", "hidden", "routed", "unregistered", "address"), "What the caller's proxy knows of the host.", "walk"),
    ("caller.proxy", PRESENCE, "Whether a proxy takes the connection where it is made.", "walk"),
    ("request.origin", ("workload", "outside"), "Who made it at first, where it goes through a gateway.", "walk"),
    ("request.rewritten", YES_NO, "Whether a route has changed its path on the way.", "walk"),
    ("caller.capture", ("taken", "excluded", "no-proxy"), "Whether its proxy takes this connection.", "walk"),
    ("caller.outbound_policy", ("allow-any", "registry-only"), "What its proxy does with destinations that it does not know.", "walk"),
    ("caller.http_listener", PRESENCE, "Whether its proxy reads the port as HTTP, because some service has it so.", "walk"),
    ("caller.kind", ("workload", "gateway", "outside", "assumed"), "What sends the request over this connection.", "walk"),
    ("caller.excluded_ports", ("one", "several"), "How many ports its annotation leaves out, where it leaves out this one.", "walk"),
    ("caller.excluded_ranges", ("one", "several", "not-included", "none-included"), "How its annotation leaves the address out: by one range or beside others, or since it lists no range for it, or none at all.", "walk"),
    ("caller.identity", ("known", "none"), "Whether the far end sees a mesh identity of the caller.", "walk"),
    # listener and route
    ("route.match", ("matched", "none", "implicit", "unbound", "not-used"), "Which route took the request.", "walk"),
    ("route.mismatch", (*Difference, "several"), "In what the nearest route differs from the request.", "walk"),
    ("route.default", PRESENCE, "Whether some route takes whatever the others do not.", "walk"),
    ("route.shadowed", ("no-match", "equal", "prefix", "wider", "none"), "How a route takes all that one behind it could take, so that it never gets a request.", "mesh"),
    ("route.shadow_mend", ("move", "remove"), "Whether the route behind can be moved in front.", "mesh"),
    ("route.timeout", ("route", "try", "both", "none"), "Which limits of time it sets: for the whole request, for each try.", "walk"),
    ("route.rewrite", ("doubled", "glued", "kept", "clean", "none"), "What becomes of the path: slashes doubled or lost at the joint, the prefix kept, or nothing of that kind.", "walk"),
    ("route.fault", ("abort", "delay", "both", "none"), "What the route that took the request does to requests on purpose.", "walk"),
    ("virtual_service.http_routes", PRESENCE, "Whether it has http routes for the host.", "mesh"),
    ("virtual_service.exported", YES_NO, "Whether the one that would take a request which finds no route, or goes astray, is exported to the proxy.", "walk"),
    ("virtual_service.for_gateways_only", YES_NO, "Whether one that is for gateways alone would send a call inside the mesh where it is expected.", "walk"),
    ("virtual_service.mesh_host", ("met", "short", "partial", "full"), "How a host for the mesh is written that means a Service and is not its full name.", "mesh"),
    ("virtual_service.rival", ("left-out", "same-match", "none"), "What another VirtualService for its host suffers from it: sidecars leave it out, or at a gateway it asks for the same.", "mesh"),
    ("virtual_service.rival_order", ("age", "export", "not-known"), "By what one of the two counts first: it is older, or exported to fewer namespaces.", "mesh"),
    ("virtual_service.rival_gateways", ("same", "other"), "Whether both name the same Gateway, or none.", "mesh"),
    ("virtual_service.rival_mend", ("merge", "by-hand"), "Whether the two can be put together.", "mesh"),
    ("virtual_service.gateway_ref", ("found", "not-found"), "Whether every Gateway that it names exists.", "mesh"),
    ("virtual_service.gateway_namespace", ("seen", "not-seen"), "Whether the namespace of the missing Gateway was looked at.", "mesh"),
    ("virtual_service.gateway_form", ("short", "full"), "Whether the missing Gateway's name is without a namespace.", "mesh"),
    ("virtual_service.gateway_guess", ("one", "none"), "Whether exactly one Gateway could be the one meant.", "mesh"),
    ("virtual_service.gateway_hosts", ("met", "apart", "not-served", "other-namespace"), "Whether its Gateway takes its hosts: all apart, not the one asked for, or from another namespace only.", "mesh"),
    ("virtual_service.host_mend", ("gateway", "here", "none"), "Which of it and its Gateway is probably to get the other's host.", "mesh"),
    ("request.host_routes", ("here", "elsewhere", "none"), "Which VirtualServices have the host that is asked for at a gateway.", "walk"),
    ("request.host_header", ("known", "unknown"), "Whether the caller's proxy knows the host in a Host header of the client's own.", "walk"),
    ("request.host_served", YES_NO, "Whether a server of the gateway takes the host.", "walk"),
    ("request.host_guess", ("one", "none"), "Whether exactly one host could be the one that the client means.", "walk"),
    ("request.host_form", ("name", "address"), "Whether the client asks for a name or an IP address.", "walk"),
    ("route.redirect", ("to-itself", "elsewhere", "none"), "Whether a proxy sends the client to the very URL that it asked for.", "walk"),
    ("route.redirect_by", ("route", "gateway"), "Whether a route or the server of a Gateway redirects.", "walk"),
    ("route.redirect_port", ("one", "none"), "Whether plain requests come in on one port of their own beside those with TLS.", "walk"),
    ("gateway.https_redirect", YES_NO, "Whether the plaintext server that gets the request redirects to https.", "walk"),
    ("gateway.trusted_proxies", ("some", "none"), "Whether it believes proxies in front what they say of the client.", "walk"),
    ("gateway.redirect_door", ("own", "shared"), "Whether that server gets only requests whose TLS ended in front.", "walk"),
    ("gateway.decrypted_port", ("free", "taken"), "Whether the Service port of such requests has no server of its number yet.", "walk"),
    ("connection.tls_ends", ("load-balancer", "gateway"), "Where the client's TLS ends, which objects seldom tell.", "evidence"),
    ("request.sni", ("fits", "none", "other", "other-server", "coalesced"), "Whether the name in the TLS hello leads to the gateway's server for the host that is asked for.", "walk"),
    ("gateway.certificate", ("shared", "own"), "Whether servers of one port show one certificate and have different routes.", "mesh"),
    ("gateway.certificate_with", ("server", "gateway", "other-selector"), "Whether the other server is of the same Gateway, or of one that its selector covers.", "mesh"),
    ("gateway.certificate_merge", ("one", "none"), "Whether the two could be made one by changing one VirtualService at most.", "mesh"),
    ("gateway.workload", ("found", "none"), "Whether its selector matches any pods.", "mesh"),
    ("gateway.server_port", ("exposed", "not-exposed"), "Whether a port of a Service leads to the server that is meant.", "mesh"),
    ("gateway.port_guess", ("one", "none"), "Whether exactly one port of the Service could be the one meant.", "mesh"),
    ("gateway.secret", ("found", "not-found"), "Whether its pods get the Secret that its server names.", "mesh"),
    ("gateway.secret_form", ("short", "qualified"), "Whether the Secret that is missing is named without another namespace.", "mesh"),
    ("gateway.secret_from", ("name", "certificate", "copy", "none"), "Where the Secret could be had from: under another name, by a Certificate of another namespace, as a copy from there.", "mesh"),
    ("gateway.candidate", ("one", "several", "none"), "How many gateway workloads the selector could mean.", "mesh"),
    # service
    ("service.exported", YES_NO, "Whether it is exported to the namespace of the caller, from whom it is hidden.", "walk"),
    ("service.endpoints", ("some", "none"), "Whether a port of it has an endpoint that is ready.", "mesh"),
    ("service.no_endpoints_because", tuple(a for a in Absence if a not in ("none", "not-seen")), "Why it has none.", "mesh"),
    ("service.endpoints_meant", YES_NO, "Whether a request, its pods or a nearly matching workload show that it should have endpoints.", "walk"),
    ("service.selector_guess", ("one", "none"), "Whether exactly one workload could be the one meant.", "mesh"),
    ("service.target_port", ("declared", "undeclared", "name-unknown"), "What containers say of its targetPort.", "mesh"),
    ("service.target_port_guess", ("one", "none"), "Whether exactly one declared container port could be meant.", "mesh"),
    ("service.port_protocol", tuple(Protocol), "The protocol that istiod takes its port for.", "mesh"),
    ("service.declared_by", ("appProtocol", "name", "protocol", "nothing"), "What declares that protocol.", "mesh"),
    ("service.http_target", YES_NO, "Whether plain HTTP is usual at its targetPort, or a port for HTTP leads there too.", "mesh"),
    ("service.speaks_first", YES_NO, "Whether the server there speaks before its client does, as MySQL and mail servers do.", "mesh"),
    ("service.port_suggests", ("tls", "nothing"), "Whether TLS is usual on its number, or its name or targetPort speaks of TLS.", "mesh"),
    ("service.http_routes", ("used", "unused"), "Whether http routes that are for this port alone are used at it.", "mesh"),
    ("service.traffic_distribution", ("set", "none"), "Whether it asks for close endpoints.", "mesh"),
    ("service_entry.port", PRESENCE, "Whether the ServiceEntry that names the host has the port.", "walk"),
    ("service_entry.http_port", PRESENCE, "Whether the ServiceEntry of the destination has another port, which is HTTP.", "mesh"),
    ("service_entry.guess", ("one", "none"), "Whether exactly one ServiceEntry has nearly this host.", "walk"),
    # destination
    ("destination.service", ("found", "hidden", "not-found"), "Whether the destination host is in the registry.", "walk"),
    ("destination.host_guess", ("short", "elsewhere", "partial", "similar", "none"), "How the one Service that could be meant differs from the host.", "walk"),
    ("destination.host_form", ("short", "partial", "full", "outside"), "How a host is written that does not exist.", "walk"),
    ("destination.port", ("found", "not-found"), "Whether the destination's Service has the port.", "walk"),
    ("destination.port_from", ("route", "request"), "What says the port that the Service does not have.", "walk"),
    ("destination.port_guess", ("target-port", "only", "none"), "Which of the Service's ports could be the one meant.", "walk"),
    ("destination.subset", ("none", "defined", "not-defined"), "Whether the rule in force defines the subset.", "walk"),
    ("destination.subset_pods", ("labelled", "none"), "Whether pods carry the labels that the subset would be made of.", "walk"),
    ("destination.subset_guess", ("similar", "only", "none"), "Which defined subset could be the one meant.", "walk"),
    ("destination.subset_elsewhere", ("not-exported", "outranked", "other-namespace", "other-clients", "none"), "Why a rule that defines the subset is not in force.", "walk"),
    ("destination.subset_endpoints", ("some", "none"), "Whether a ready endpoint of the Service is in the subset.", "walk"),
    ("destination.subset_empty_because", ("labels", "entry", "not-ready", "scaled-to-zero", "no-pods"), "Why none is.", "walk"),
    ("destination.subset_anywhere", PRESENCE, "Whether pods of any Service, or of none, have the labels of a subset without endpoints.", "walk"),
    ("destination.subset_labels_guess", ("one", "none"), "Whether exactly one set of labels that pods carry could be meant.", "walk"),
    ("destination.subset_meant", YES_NO, "Whether a request, pods or labels show that the subset should have endpoints.", "walk"),
    ("destination.canary", ("alive", "stopped", "not-deployed", "alone"), "Whether a destination with a weight runs, while others of its route do.", "walk"),
    ("destination.wildcard_rule", PRESENCE, "Whether a DestinationRule with a wildcard host covers it, in force or not.", "walk"),
    ("destination_rule.presence", PRESENCE, "Whether a DestinationRule is in force for the destination.", "walk"),
    ("destination_rule.host", ("exact", "namespace-wildcard", "mesh-wildcard", "wildcard"), "How wide its host is.", "walk"),
    ("destination_rule.placed", ("client", "service", "root"), "In which of the namespaces that are looked at it stands.", "walk"),
    ("destination_rule.tls_mode", TLS_MODES, "The client TLS that it sets.", "walk"),
    ("destination_rule.tls_at", ("rule", "port", "subset", "elsewhere", "nowhere"), "For what it sets client TLS.", "walk"),
    ("destination_rule.overrides", ("tls", "nothing"), "Whether it hides another rule that sets mutual TLS.", "walk"),
    ("rival.tls", ("istio-mutual", "mutual"), "The client TLS of the rule that is hidden.", "walk"),
    ("rival.reach", ("namespace", "mesh", "other"), "For how many services the hidden rule is made.", "walk"),
    ("rival.hidden_by", ("look-up", "age"), "Why the hidden rule does not count: where it stands, or when it was made.", "walk"),
    ("destination_rule.outlier_detection", PRESENCE, "Whether it ejects endpoints that fail.", "walk"),
    ("destination_rule.ejects", ("all", "some", "nothing", "fallback"), "How many endpoints its outlier detection may put aside at once; fallback if all are used again when too few are left.", "walk"),
    ("destination_rule.idle_timeout", ("no-rule", "none", "longer", "shorter"), "How long the proxy that failed keeps idle connections, beside how long this one had been idle.", "walk"),
    ("destination_rule.limits", ("set", "none"), "Whether it limits connections, requests or retries.", "walk"),
    ("destination_rule.locality_lb", ("failover", "failover-priority", "distribute", "on", "off", "none"), "Its localities.", "walk"),
    ("endpoint.weighted", ("some", "none"), "Whether weights lead from the sender's locality to any ready endpoint.", "walk"),
    ("endpoint.spread", tuple(Spread), "How the proxy chooses between localities.", "walk"),
    ("endpoint.localities", ("one", "several"), "Whether ready endpoints lie in several localities.", "walk"),
    # connection
    ("connection.client", ("plaintext", "mtls", "tls"), "What the sending end speaks.", "walk"),
    (
        "connection.client_because",
        ("rule", "auto-mtls", "auto-mtls-no-proxy", "auto-mtls-off", "no-proxy", "excluded-port", "excluded-range", "told", "external"),
        "Why it speaks that.",
        "walk",
    ),
    ("connection.client_tls", ("kept", "none"), "Whether TLS that the client makes itself still lies around what the sending end passes on.", "walk"),
    ("connection.roots", ("common", "different"), "Whether both ends trust each other's root certificate, in two clusters of one mesh.", "walk"),
    ("connection.agreement", ("agreed", "broken"), "Whether both ends agree.", "walk"),
    ("target.proxy", PRESENCE, "Whether the target has a proxy.", "walk"),
    ("target.headless", ("none", "without-port", "http-port"), "Why no headless Service makes the caller's proxy know the address of the pod that it calls.", "walk"),
    ("target.capture", ("taken", "excluded", "no-proxy"), "Whether the target's proxy takes what comes in on this port.", "walk"),
    ("target.mtls_mode", tuple(Mode), "What the target accepts, apart from port-level exceptions.", "walk"),
    (
        "peer_authentication.scope",
        ("workload", "namespace", "mesh", "default"),
        "For what the policy in force is made.",
        "walk",
    ),
    ("peer_authentication.rival", (*PRESENCE, "switched-off"), "Whether a policy for the workload itself leaves the mode to a wider one; switched-off where a wider one makes callers send plaintext.", "walk"),
    ("exception.no_effect_because", NO_EFFECT, "Why a policy that was to let the request in has no effect on it.", "walk"),
    ("target.port_mtls_mode", ("none", *Mode), "What a port-level exception makes this port accept.", "walk"),
    # credentials and policies
    ("request_authentication.token", tuple(Token), "What the target makes of the request's token.", "walk"),
    ("request_authentication.issuer_guess", ("one", "none"), "Whether exactly one rule has nearly the token's issuer.", "walk"),
    ("request_authentication.audience", ("some", "none"), "Whether the token that is refused for its audience has any.", "walk"),
    ("authorization_policy.decision", tuple(d for d in Decision if d != "unknown"), "What the policies decide.", "walk"),
    ("authorization_policy.miss", MISSES, "What keeps the nearest rule from matching.", "walk"),
    ("authorization_policy.action", ("deny", "custom"), "What sort of policy denies.", "walk"),
    ("authorization_policy.spares", ("callers", "tokens", "both", "nobody"), "Whom the DENY rule that matched leaves out.", "walk"),
    ("authorization_policy.only_caller", YES_NO, "Whether the DENY rule that matched is for this very caller.", "walk"),
    ("authorization_policy.only_path", YES_NO, "Whether the DENY rule that matched is for this very path.", "walk"),
    ("authorization_policy.caught_by", ("fields", "everything"), "Whether the DENY rule that matched asks for anything.", "walk"),
    ("authorization_policy.scope", ("workload", "namespace", "mesh"), "For what the policy of the nearest rule is made.", "walk"),
    ("authorization_policy.callers", ("named", "anybody"), "Whether the nearest rule says who may call.", "walk"),
    ("authorization_policy.asks_caller", YES_NO, "Whether the nearest rule fails for who calls.", "walk"),
    ("authorization_policy.asks_token", YES_NO, "Whether the nearest rule fails for the request's token.", "walk"),
    ("authorization_policy.with_identity", ("allowed", "denied"), "What the policies would decide of a plaintext request if it were mutual TLS.", "walk"),
    ("authorization_policy.reads", ("http", "tcp"), "How the proxy that judges reads the connection.", "walk"),
    ("authorization_policy.hop", ("gateway", "target"), "Whose proxy judges.", "walk"),
    # workload
    ("workload.proxy", PRESENCE, "Whether its pods have a proxy.", "mesh"),
    ("workload.injection", tuple(w for w in Wish if w != "not-known"), "What labels and webhooks come to for a pod that it makes now.", "mesh"),
    ("workload.asked_by", ("namespace", "pod", "webhook"), "What asks for injection.", "mesh"),
    ("workload.revision_guess", ("one", "none"), "Whether exactly one revision is served.", "mesh"),
    ("workload.control_plane", PRESENCE, "Whether istiod of the revision asked for was seen, where no webhooks were.", "mesh"),
    ("workload.create_failure", tuple(Refusal), "Why its pods are not made, as its controller says.", "mesh"),
    ("workload.proxy_start", tuple(Start), "Which starts first in its pods, the application or the proxy.", "mesh"),
    ("workload.early_exit", YES_NO, "Whether its application failed only while the proxy was starting.", "mesh"),
    ("workload.label_conflict", tuple(Conflict), "Which of the labels about injection have no effect.", "mesh"),
    ("workload.overruled_revision", ("other", "same"), "Whether the revision that its pods name is another one than they get.", "mesh"),
    ("namespace.label_conflict", ("both", "none"), "Whether it has a label for the default revision and one for another.", "mesh"),
    ("namespace.overruled_revision", ("other", "same"), "Whether the revision that has no effect is another one than its pods get.", "mesh"),
    ("namespace.injection_label", ("enabled", "disabled", "revision", "none"), "What its labels say of injection.", "mesh"),
    ("workload.namespace_asks", YES_NO, "Whether its namespace asks for injection.", "mesh"),
    ("workload.injected_neighbours", ("some", "none"), "Whether other workloads of its namespace have a proxy.", "mesh"),
    ("workload.probe", ("refused", "fine"), "Whether a health probe of its application meets a port that takes mutual TLS only.", "mesh"),
    ("workload.probe_kept_by", ("annotation", "injector", "pod"), "What keeps that probe from being rewritten; pod where only the pod shows that it was not.", "mesh"),
    ("workload.needs_proxy", YES_NO, "Whether the request in hand fails for want of its proxy.", "walk"),
    # pods
    ("pod.trouble", tuple(Trouble), "Why the pods that should take the request are not ready.", "mesh"),
    ("control_plane.endpoints", ("some", "none"), "Whether istiod of the pods' revision has an endpoint that is ready.", "mesh"),
    ("target.binds", ("loopback", "elsewhere"), "On which address the application says that it listens.", "mesh"),
    ("sidecar.default_endpoint", ("loopback", "pod", "none"), "To which address the Sidecar of the target hands the port.", "mesh"),
    ("target.stop_hook", PRESENCE, "Whether a container of its application waits before it ends.", "mesh"),
    ("target.restarts", ("some", "none"), "Whether the application has failed and been started again.", "mesh"),
    # mesh
    ("mesh.auto_mtls", ("on", "off"), "Whether proxies use mutual TLS where no rule says otherwise.", "mesh"),
    ("mesh.detection_timeout", ("some", "none"), "Whether proxies that detect a protocol stop waiting for the client some time.", "mesh"),
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
    ("failure.time", ("at-start", "any"), "Whether it fails only in the first moments of a pod.", "evidence"),
    ("failure.status", ("500", "5xx", "4xx", "none"), "The status of the failed request.", "evidence"),
    ("failure.unknown_path", YES_NO, "Whether whoever the request reached answered 404.", "evidence"),
    ("evidence.bare_path", ("served", "unknown"), "Whether the application knows the path without the prefix by which it was routed.", "evidence"),
    ("failure.timeout", ("route", "try", "other"), "Which limit of time the log says was over.", "evidence"),
    ("failure.lasted", ("as-set", "otherwise"), "Whether the request lasted as long as that limit of the route.", "evidence"),
    ("failure.status", ("400", "500", "5xx", "4xx", "none"), "The status of the failed request.", "evidence"),
    ("failure.body", ("https-wanted", "other"), "Whether the body of the answer says that plain HTTP came to an HTTPS port.", "evidence"),
    ("failure.answered_by", ("application", "further-on", "proxy"), "Who gave the answer, seen from the proxy that logged it.", "evidence"),
    ("failure.refused_by", ("application", "elsewhere"), "Who refused the connection.", "evidence"),
    ("failure.hop", ("inbound", "outbound", "unknown"), "Whether the failing connection was into or out of a pod.", "evidence"),
    ("failure.endpoint", ("there", "stopping", "gone", "remote"), "Whether the endpoint that failed is one of the service still, or in another cluster.", "evidence"),
    ("failure.tls", ("unknown-root", "expired", "not-accepted", "no-tls", "alert", "no-secret"), "What of the TLS handshake failed.", "evidence"),
    ("failure.pattern", ("always", "share", "bursts", "after-idle", "since-change"), "How failures are spread over time.", "evidence"),
    ("evidence.pods_replaced", YES_NO, "Whether pods of the target were being replaced when requests failed.", "evidence"),
    ("evidence.keep_alive", ("shorter", "longer"), "For how long the application keeps idle connections, beside the proxy.", "evidence"),
    ("evidence.outlier_check", ("failed", "ok"), "What the caller's proxy says of the endpoints that outlier detection watches.", "evidence"),
    ("evidence.webhook_call", ("answered", "timeout", "other"), "What comes of a call to the injector through the API server.", "evidence"),
    ("evidence.proxy_log", ("cannot-connect", "not-authenticated", "other"), "What the log of the pod's own proxy says of istiod.", "evidence"),
    ("evidence.server_filter_chain", ("not-found",), "Whether the server's proxy found no filter chain.", "evidence"),
)  # fmt: skip

CATALOGUE = Catalogue(
    roles=ROLES,
    facts={
        name: FactKind(name=name, words=tuple(str(w) for w in words), sentence=sentence, derived_by=who)
        for name, words, sentence, who in FACTS
    },
    details={name: DetailKind(name=name, sentence=sentence) for name, sentence in DETAILS},
)
