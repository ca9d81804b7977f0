"""The rows of the catalogue about credentials, policies, workloads, pods and the mesh."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

from troubleshooter.facts.words import MISSES, PRESENCE, YES_NO
from troubleshooter.mesh.injection.decision import Conflict, Wish
from troubleshooter.mesh.policy.authorizers import State
from troubleshooter.mesh.policy.policies import Decision
from troubleshooter.mesh.policy.tokens import Token
from troubleshooter.mesh.workload.creation import Refusal
from troubleshooter.mesh.workload.startup import Start
from troubleshooter.mesh.workload.trouble import Trouble

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    # credentials and policies
    ("request_authentication.token", tuple(Token), "What the target makes of the request's token.", "walk"),
    ("request_authentication.issuer_guess", ("one", "none"), "Whether exactly one rule has nearly the token's issuer.", "walk"),
    ("request_authentication.keys", ("held", "outside", "service", "discovered"), "Where the keys of the issuer come from: the rule, a host outside, a Service, or what the issuer itself says.", "walk"),
    ("request_authentication.audience", ("some", "none"), "Whether the token that is refused for its audience has any.", "walk"),
    ("authorization_policy.decision", tuple(d for d in Decision if d != "unknown"), "What the policies decide.", "walk"),
    ("authorization_policy.miss", MISSES, "What keeps the nearest rule from matching.", "walk"),
    ("authorization_policy.action", ("deny", "custom"), "What sort of policy denies.", "walk"),
    ("authorization_policy.authorizer", (*State, "several", "no-answer"), "Whether the authorizer of a CUSTOM policy that denies can be asked.", "walk"),
    ("authorization_policy.provider_guess", ("one", "none"), "Whether exactly one authorizer of the mesh is called nearly so.", "walk"),
    ("authorization_policy.spares", ("callers", "tokens", "both", "nobody"), "Whom the DENY rule that matched leaves out.", "walk"),
    ("authorization_policy.only_caller", YES_NO, "Whether the DENY rule that matched is for this very caller.", "walk"),
    ("authorization_policy.only_path", YES_NO, "Whether the DENY rule that matched is for this very path.", "walk"),
    ("authorization_policy.after_preflight", ("may-pass", "denied"), "What the policies that deny a preflight make of the request that follows it, with whatever token.", "walk"),
    ("authorization_policy.only_preflight", YES_NO, "Whether the DENY rule that matched is for the method OPTIONS alone.", "walk"),
    ("authorization_policy.methods", ("of-http", "unknown"), "Whether all methods are such of HTTP which the nearest rule wants in vain.", "walk"),
    ("authorization_policy.caught_by", ("fields", "everything"), "Whether the DENY rule that matched asks for anything.", "walk"),
    ("authorization_policy.address", ("ip-blocks", "remote-ip-blocks", "none"), "By which address of the client the nearest rule goes that lets nobody else in.", "walk"),
    ("authorization_policy.scope", ("workload", "namespace", "mesh"), "For what the policy of the nearest rule is made.", "walk"),
    ("authorization_policy.callers", ("named", "anybody"), "Whether the nearest rule says who may call.", "walk"),
    ("authorization_policy.asks_caller", YES_NO, "Whether the nearest rule fails for who calls.", "walk"),
    ("authorization_policy.asks_token", YES_NO, "Whether the nearest rule fails for the request's token.", "walk"),
    ("authorization_policy.with_identity", ("allowed", "denied"), "What the policies would decide of a plaintext request if it were mutual TLS.", "walk"),
    ("authorization_policy.reads", ("http", "tcp"), "How the proxy that judges reads the connection.", "walk"),
    ("authorization_policy.at_ztunnel", ("left-out", "widened"), "What ztunnel makes of a policy that asks what only HTTP shows: a rule that allows is left out, or one that denies is for more than it says.", "evidence"),
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
    ("target.waypoint", ("missing", "not-ready", "there"), "Whether the waypoint is there that a namespace or service of ambient mode names.", "mesh"),
    ("namespace.label_conflict", ("both", "none"), "Whether it has a label for the default revision and one for another.", "mesh"),
    ("namespace.overruled_revision", ("other", "same"), "Whether the revision that has no effect is another one than its pods get.", "mesh"),
    ("namespace.injection_label", ("enabled", "disabled", "revision", "none"), "What its labels say of injection.", "mesh"),
    ("workload.namespace_asks", YES_NO, "Whether its namespace asks for injection.", "mesh"),
    ("workload.injected_neighbours", ("some", "none"), "Whether other workloads of its namespace have a proxy.", "mesh"),
    ("workload.probe", ("refused", "denied", "not-allowed", "fine"), "Whether a health probe of its application meets a port that takes mutual TLS only (refused), a policy that denies it, or ALLOW policies without a rule for it.", "mesh"),
    ("workload.probe_kept_by", ("annotation", "injector", "pod"), "What keeps that probe from being rewritten; pod where only the pod shows that it was not.", "mesh"),
    ("workload.needs_proxy", YES_NO, "Whether the request in hand fails for want of its proxy.", "walk"),
    ("workload.proxy_version", ("supported", "older", "newer"), "How the version of its proxies stands to that of their control plane: of those that Istio supports beside it, too old, or newer than it.", "mesh"),
    # pods
    ("pod.trouble", tuple(Trouble), "Why the pods that should take the request are not ready.", "mesh"),
    ("pod.image", ("to-be-injected", "other"), "Whether the image that cannot be had is the word that stands there until injection puts one in.", "mesh"),
    ("control_plane.endpoints", ("some", "none"), "Whether istiod of the pods' revision has an endpoint that is ready.", "mesh"),
    ("control_plane.ended", ("out-of-memory", "other"), "What ended an istiod that was started again or is not ready.", "mesh"),
    ("target.binds", ("loopback", "elsewhere"), "On which address the application says that it listens.", "mesh"),
    ("sidecar.imports", YES_NO, "Whether the Sidecar of the caller imports what is called, which is exported to it.", "walk"),
    ("sidecar.rival", ("whole-namespace", "same-pods", "none"), "Whether a younger Sidecar of the same namespace is for the same pods as the one in force, whose imports are too few.", "walk"),
    ("sidecar.default_endpoint", ("loopback", "pod", "none"), "To which address the Sidecar of the target hands the port.", "mesh"),
    ("target.stop_hook", PRESENCE, "Whether a container of its application waits before it ends.", "mesh"),
    ("target.readiness_probe", ("none", "other-port", "command", "asked"), "What has to answer before its pods are ready: nothing, another port, a command, or the port that is called.", "mesh"),
    ("target.restarts", ("some", "none"), "Whether the application has failed and been started again.", "mesh"),
    # mesh
    ("mesh.auto_mtls", ("on", "off"), "Whether proxies use mutual TLS where no rule says otherwise.", "mesh"),
    ("mesh.detection_timeout", ("some", "none"), "Whether proxies that detect a protocol stop waiting for the client some time.", "mesh"),
    ("mesh.kubernetes_clusters", ("one", "several"), "Whether several Kubernetes clusters share the mesh.", "mesh"),
    ("mesh.clusters", ("read", "not-read"), "Whether all clusters that remote secrets name were read.", "mesh"),
    ("mesh.locality_lb", ("failover", "failover-priority", "distribute", "on", "off", "none"), "The localities that hold for the mesh.", "mesh"),
)  # fmt: skip
