"""The rows of the catalogue about services, destinations, endpoints and the connections to them."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

from troubleshooter.facts.words import NO_EFFECT, PRESENCE, TLS_MODES, YES_NO
from troubleshooter.mesh.endpoints import Absence
from troubleshooter.mesh.locality import Spread
from troubleshooter.mesh.mtls import Mode
from troubleshooter.mesh.protocols import Protocol
from troubleshooter.walk.network import Obstacle

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    # service
    ("service.asked_port", ("container-port", "other"), "What the port is that the client dials, where the Service does not have it.", "walk"),
    ("service.asked_guess", ("one", "none"), "Whether exactly one port of the Service could be the one that is meant.", "walk"),
    ("service.ports_named", YES_NO, "Whether all ports of the Service have names.", "walk"),
    ("service.exported", YES_NO, "Whether it is exported to the namespace of the caller, from whom it is hidden.", "walk"),
    ("service.endpoints", ("some", "none"), "Whether a port of it has an endpoint that is ready.", "mesh"),
    ("service.elsewhere", ("read", "not-read"), "Whether its istiod reads the Kubernetes cluster in which pods of it are ready.", "walk"),
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
    ("service.inbound_rival", ("http", "none"), "Whether an older Service makes the target's proxy read HTTP at its container port.", "walk"),
    ("service_entry.port_rival", ("older", "none"), "Whether an older ServiceEntry takes the connections of its TCP port.", "mesh"),
    ("service_entry.far_port", ("tls", "other"), "Whether TLS is spoken at the far end of its port: it is declared so, or leads to 443.", "walk"),
    ("service_entry.lookup", ("wildcard", "name", "as-dialled", "as-asked", "listed"), "How proxies find its endpoints: by the name of its host (a wildcard is none), where the client dialled or asked for, or in a list.", "mesh"),
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
    ("gateway.between_networks", ("other-mode", "no-server"), "Why the gateway between networks does not pass a connection on: its server has another TLS mode, or it has none on the port.", "walk"),
    ("connection.trust_domain", ("unknown-to-client", "unknown-to-server"), "Which end does not know the trust domain of the other.", "walk"),
    ("connection.way", tuple(Obstacle), "Why no way leads to an endpoint of another network: its gateway is not there, does not say so, has no address, not the port, no pods, or none that is ready.", "walk"),
    ("connection.client", ("plaintext", "mtls", "tls"), "What the sending end speaks.", "walk"),
    (
        "connection.client_because",
        ("rule", "auto-mtls", "auto-mtls-no-proxy", "auto-mtls-off", "no-proxy", "excluded-port", "excluded-range", "not-taken", "run-as-proxy", "told", "external"),
        "Why it speaks that.",
        "walk",
    ),
    ("connection.client_tls", ("kept", "none"), "Whether TLS that the client makes itself still lies around what the sending end passes on.", "walk"),
    ("connection.roots", ("common", "different"), "Whether both ends trust each other's root certificate, in two clusters of one mesh.", "walk"),
    ("connection.agreement", ("agreed", "broken"), "Whether both ends agree.", "walk"),
    ("target.proxy", PRESENCE, "Whether the target has a proxy.", "walk"),
    ("target.headless", ("none", "without-port", "http-port"), "Why no headless Service makes the caller's proxy know the address of the pod that it calls.", "walk"),
    ("target.excluded_by", ("one-port", "several-ports", "not-included", "mode", "default"), "What lets a port past the target's proxy: one annotated port or several, a list without it, interception mode NONE, or what holds for all pods.", "walk"),
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
)  # fmt: skip
