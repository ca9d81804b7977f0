"""Facts about what comes in at the pod that is called: whether its proxy takes it, and what lets it past.

Must not know who calls.
Source: https://istio.io/latest/docs/reference/config/annotations/ (traffic.sidecar.istio.io, interceptionMode).
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.workload.inbound_ports import EXCLUDE_INBOUND, INCLUDE_INBOUND, lets_in, ports_in
from troubleshooter.mesh.workload.redirection import place_of, told, untaken
from troubleshooter.mesh.workload.workloads import Pod, Workload


def about_inbound(case: CaseBuilder, workload: Workload, pod: Pod, port: int) -> None:
    """Whether the target's proxy takes what comes in on a port of the pod."""
    if not pod.proxy:
        case.fact("target.capture", "no-proxy", pod.owner.at("spec"))
    elif lets_in(pod, port):
        nothing = untaken(pod)
        names = [name for name in (EXCLUDE_INBOUND, INCLUDE_INBOUND) if told(pod, name)]
        spots = [nothing] if nothing is not None else [place_of(pod, name) for name in names]
        case.fact("target.capture", "excluded", *spots)
        case.fact("target.excluded_by", _way(case, workload, pod, port), *spots)
    else:
        case.fact("target.capture", "taken", pod.owner.at("spec"))


def _way(case: CaseBuilder, workload: Workload, pod: Pod, port: int) -> str:
    """What lets a port past the proxy: an annotation of the pod, which could say otherwise, or something else."""
    if untaken(pod) is not None:
        return "mode"
    listed = told(pod, INCLUDE_INBOUND, "*").strip() != "*"
    name = INCLUDE_INBOUND if listed else EXCLUDE_INBOUND
    held = ports_in(pod.annotations.get(name, ""))
    inside = str(port) in held
    if name not in pod.annotations or inside is listed:
        return "default"
    rest = [*held, str(port)] if listed else [p for p in held if p != str(port)]
    case.detail("target.excluded_field", f'{workload.template.path}metadata.annotations["{name}"]')
    case.detail("target.excluded_rest", ",".join(rest))
    if listed:
        return "not-included"
    return "several-ports" if len(held) > 1 else "one-port"
