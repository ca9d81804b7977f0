"""Facts about one connection: what both ends speak, and what the far end makes of the caller."""

from __future__ import annotations

import re

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_inbound import about_inbound
from troubleshooter.facts.of_pod_states import about_states_of
from troubleshooter.facts.of_pods import about_restarts
from troubleshooter.facts.of_services import selection_labels
from troubleshooter.mesh.policy.mtls import Accepts, Offer, Reason, Sends
from troubleshooter.mesh.workload.inbound_ports import ports_in
from troubleshooter.mesh.workload.redirection import told
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Resource, Stage, StageVerdict, as_list, as_map
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.basis.decisions import Party
from troubleshooter.walk.basis.interception import (
    EXCLUDE_OUTBOUND,
    INCLUDE_RANGES,
    Gap,
    alone,
    without,
)

OF_CONTAINER = re.compile(r"spec\.containers\[(\d+)\](.*)")
SPEECH = {Sends.PLAINTEXT: "plaintext", Sends.MTLS: "mtls", Sends.TLS: "tls", Sends.CUSTOM_MTLS: "tls"}
BECAUSE = {
    Reason.RULE: "rule",
    Reason.AUTO: "auto-mtls",
    Reason.AUTO_NO_PROXY: "auto-mtls-no-proxy",
    Reason.NO_AUTO: "auto-mtls-off",
    Reason.NO_PROXY: "no-proxy",
    Reason.EXCLUDED_PORT: "excluded-port",
    Reason.EXCLUDED_RANGE: "excluded-range",
    Reason.NOT_TAKEN: "not-taken",
    Reason.RUN_AS_PROXY: "run-as-proxy",
    Reason.TOLD: "told",
    Reason.EXTERNAL: "external",
}


def about_connection(case: CaseBuilder, trail: Trail, hop: Hop) -> None:
    """What is sent over the connection in focus and what its target accepts."""
    endpoint = hop.endpoint
    if endpoint is not None and endpoint.pod is not None and endpoint.workload is not None:
        _target(case, hop, endpoint.pod, endpoint.port)
    sent = hop.offer
    if sent is None:
        return
    place = sent.place or (hop.party.pod.owner.at("spec") if hop.party.pod and not hop.party.assumed else None)
    case.fact("connection.client", SPEECH[sent.sends], place)
    case.fact("connection.client_because", BECAUSE[sent.reason], place)
    judged = next((s for s in reversed(trail.steps) if s.stage is Stage.TRANSPORT), None)
    if judged is not None:
        broken = judged.verdict is StageVerdict.FAIL
        case.fact("connection.agreement", "broken" if broken else "agreed", place, judged.resource)
    _identity(case, hop, sent)
    if hop.gap is not None and hop.gap.reason is Reason.RUN_AS_PROXY:
        case.detail("caller.user_field", _in_template(hop.party, hop.gap.place))
        if hop.party.workload is not None and hop.party.workload.object.kind in {"Deployment", "Pod"}:
            case.fact("caller.runs_as", "proxy-group" if hop.gap.place.field.endswith("Group") else "proxy-user", place)
    if hop.gap is not None and hop.gap.annotation and hop.cluster is not None:
        _excluded(case, hop.gap, hop.party, hop.cluster.port)


def _in_template(caller: Party, place: Resource) -> str:
    """The field of a workload's template for one of its pods: containers are known by their names there."""
    workload, pod = caller.workload, caller.pod
    found = OF_CONTAINER.fullmatch(place.field)
    if workload is None or pod is None or pod.standin or found is None:
        return f"{workload.template.path if workload and pod and not pod.standin else ''}{place.field}"
    name = as_map(as_list(pod.spec.get("containers"))[int(found[1])]).get("name")
    names = [as_map(c).get("name") for c in as_list(workload.pod_spec.get("containers"))]
    number = names.index(name) if name in names else int(found[1])
    return f"{workload.template.path}spec.containers[{number}]{found[2]}"


def _excluded(case: CaseBuilder, gap: Gap, caller: Party, port: int) -> None:
    """The annotation by which the connection goes past the caller's proxy, and what it says besides."""
    workload, pod = caller.workload, caller.pod
    assert workload is not None and pod is not None  # noqa: S101, PT018 - what has annotations is a pod
    place, held = gap.place, ports_in(told(pod, gap.annotation))
    case.detail("caller.excluded_field", f'{workload.template.path}metadata.annotations["{gap.annotation}"]')
    case.detail("caller.excluded_address", ", ".join(gap.addresses))
    if gap.annotation == INCLUDE_RANGES:
        case.fact("caller.excluded_ranges", "not-included" if held else "none-included", place)
        case.detail("caller.excluded_rest", ",".join([*held, *map(alone, gap.addresses)]))
        return
    ports = gap.annotation == EXCLUDE_OUTBOUND
    rest = [p for p in held if p != str(port)] if ports else without(held, gap.addresses)
    case.fact("caller.excluded_ports" if ports else "caller.excluded_ranges", "several" if rest else "one", place)
    case.detail("caller.excluded_rest", ",".join(rest))


def _target(case: CaseBuilder, hop: Hop, pod: Pod, port: int) -> None:
    assert hop.endpoint is not None and hop.endpoint.workload is not None  # noqa: S101, PT018 - the caller looked
    workload = hop.endpoint.workload
    case.role("target", workload.object.at())
    case.detail("target.pod", pod.name)
    case.detail("target.port", port)
    case.detail("target.labels", dict(selection_labels(workload.labels)))
    case.detail("target.app", workload.labels.get("app") or workload.name)
    about_restarts(case, workload)
    about_states_of(case, workload)
    if pod.proxy_seen:
        case.fact("target.proxy", "present" if pod.proxy else "absent", pod.owner.at("spec"))
        about_inbound(case, workload, pod, port)
    if hop.accepts is not None and pod.proxy:
        accepts = hop.accepts
        decided = accepts.place or accepts.workload_place
        case.role("peer_authentication", decided)
        case.fact("peer_authentication.scope", _scope(accepts, pod), decided)
        case.fact("target.mtls_mode", accepts.workload_mode, accepts.workload_place)
        case.fact("target.port_mtls_mode", accepts.mode if accepts.by_port else "none", accepts.place)
        _undecided(case, accepts, decided, hop.offer)


def _undecided(case: CaseBuilder, accepts: Accepts, decided: Resource | None, sent: Offer | None) -> None:
    """A policy for the workload itself that leaves the mode to a wider one: of two for one workload only the older
    counts, so an exception has to go into it. Or a wider one that makes callers send plaintext, whatever is taken."""
    by_policy = sent is not None and sent.sends is Sends.PLAINTEXT and sent.reason is Reason.AUTO
    hint = sent.place if sent and by_policy else None
    if hint is not None and (decided is None or hint.key != decided.key) and "rival" not in case.roles:
        case.role("rival", hint)
        case.fact("peer_authentication.rival", "switched-off", hint, decided)
        return
    own = next((p for p in accepts.policies if as_map(p.spec.get("selector"))), None)
    if own is None or (decided is not None and own.key == decided.key):
        case.fact("peer_authentication.rival", "absent", decided)
    elif "rival" not in case.roles:
        case.role("rival", own.at())
        case.fact("peer_authentication.rival", "present", own.at("spec"))


def _scope(accepts: Accepts, pod: Pod) -> str:
    """For what the policy in force is made: the workload, its namespace, the mesh; or there is none."""
    place = accepts.place or accepts.workload_place
    policy = next((p for p in accepts.policies if place is not None and p.key == place.key), None)
    if policy is None:
        return "default"
    if as_map(policy.spec.get("selector")):
        return "workload"
    return "namespace" if policy.namespace == pod.namespace else "mesh"


def _identity(case: CaseBuilder, hop: Hop, sent: Offer) -> None:
    known = sent.sends is Sends.MTLS
    place = hop.party.pod.owner.at("spec.serviceAccountName") if hop.party.pod and not hop.party.assumed else None
    case.fact("caller.identity", "known" if known else "none", sent.place or place)
