"""Which policies of security could have had a say: PeerAuthentication, RequestAuthentication, AuthorizationPolicy.

Sources: those of `mesh.policy.mtls`, `mesh.policy.tokens` and `mesh.policy.policies`.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.policy.mtls import Reason, mode_of, mode_of_port
from troubleshooter.mesh.policy.policies import Decision, action, on_trial
from troubleshooter.mesh.policy.policy_lookup import selector_of
from troubleshooter.mesh.policy.policy_rules import misses
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Considered, Object, as_list, as_map
from troubleshooter.walk.trace.moment import Moment, chosen, lost, named, not_selected


def transport(moment: Moment) -> Iterator[Considered]:
    """What decided what the sender speaks, and the PeerAuthentications that could have decided what the far end
    accepts."""
    hop = moment.hop
    if hop.offer is not None and hop.offer.reason is Reason.RULE and hop.offer.place is not None:
        yield chosen(hop.offer.place, "a rule that names a TLS mode outranks auto mTLS")
    pod = hop.endpoint.pod if hop.endpoint else None
    if pod is None or hop.accepts is None or hop.endpoint is None:
        return
    there = moment.mesh.seen_from(pod.owner.cluster)
    for policy in there.peer_authentications.held.around(pod.namespace):
        yield _peer(policy, pod, hop.endpoint.port, there.settings.root_namespace, hop.accepts.policies)


def _peer(policy: Object, pod: Pod, port: int, root: str, applied: tuple[Object, ...]) -> Considered:
    selector = selector_of(policy)
    if selector and policy.namespace == root and pod.namespace != root:
        return lost(policy.at("spec.selector"), "in the root namespace a policy with a selector has no effect")
    if selector and not selects(selector, pod.labels):
        return not_selected(policy, "spec.selector", selector, pod.owner)
    if policy not in applied:
        return lost(policy.at(), "an older policy of the same scope comes before it")
    if mode_of_port(policy, port) is not None and selector:
        return chosen(policy.at(f"spec.portLevelMtls.{port}.mode"), f"its word for port {port} outranks all others")
    if mode_of(policy) is None:
        return lost(policy.at("spec.mtls.mode"), "it names no mode for this port: the wider policy's counts")
    narrower = any(mode_of(p) is not None or mode_of_port(p, port) is not None for p in _after(policy, applied))
    if narrower:
        return lost(policy.at("spec.mtls.mode"), "a narrower policy outranks it")
    return chosen(policy.at("spec.mtls.mode"), "of the policies for this port it is the narrowest")


def _after(policy: Object, applied: tuple[Object, ...]) -> tuple[Object, ...]:
    """The narrower ones among those that apply, which stand in order from the mesh to the workload."""
    return applied[applied.index(policy) + 1 :]


def tokens(moment: Moment) -> Iterator[Considered]:
    """RequestAuthentications: the rules of all that are for the pod add up."""
    pod = moment.hop.party.pod
    if pod is None or not moment.hop.party.proxied:
        return
    held = moment.mesh.request_authentications.held
    applied = moment.hop.credentials.policies if moment.hop.credentials else ()
    for policy in held.around(pod.namespace):
        if policy in applied:
            yield chosen(policy.at("spec.jwtRules"), "it is for this pod, and its rules count")
        else:
            yield _not_for(policy, pod)


def _not_for(policy: Object, pod: Pod) -> Considered:
    """A policy whose selector, or whose targetRefs, are for something else."""
    selector = selector_of(policy)
    if selector and not selects(selector, pod.labels):
        return not_selected(policy, "spec.selector", selector, pod.owner)
    return lost(policy.at("spec.targetRefs"), f"its targetRefs do not name what {pod.owner} serves")


def policies(moment: Moment) -> Iterator[Considered]:
    """AuthorizationPolicies, with the fields that kept each from matching."""
    pod, subject, judgement = moment.hop.party.pod, moment.hop.subject, moment.hop.judgement
    if pod is None or subject is None or judgement is None:
        return
    held = moment.mesh.authorization_policies
    applying = held.applying(pod)
    for policy in held.held.around(pod.namespace):
        if policy in applying:
            decided = policy in judgement.decided_by and judgement.decision is not Decision.IMPLICIT_DENY
            yield _decided(policy, judgement.rule) if decided else _idle(policy, subject)
        elif on_trial(policy):
            place = policy.at('metadata.annotations["istio.io/dry-run"]')
            yield lost(place, "it is on trial (dry-run): what it would decide is only logged")
        else:
            yield _not_for(policy, pod)


def _decided(policy: Object, rule: str) -> Considered:
    said = f": {rule} matches" if rule else ""
    return chosen(policy.at("spec.rules"), f"{action(policy)}{said}")


def _idle(policy: Object, subject: Subject) -> Considered:
    """A policy of which no rule matches, or whose match decides nothing."""
    rules = [as_map(r) for r in as_list(policy.spec.get("rules"))]
    if action(policy) == "AUDIT":
        return lost(policy.at("spec.action"), "AUDIT decides nothing")
    if not rules:
        return lost(policy.at("spec.rules"), "it has no rule, so it matches nothing")
    missed = [miss for number, rule in enumerate(rules) for miss in misses(policy, number, rule, subject)]
    if not missed:
        return lost(policy.at("spec.rules"), f"{action(policy)}: another policy decided before it")
    first = missed[0]
    had = f", and the request has {first.had}" if first.had else ""
    return lost(first.place, f"{action(policy)}: it wants {first.attribute} {named(first.wanted)}{had}")
