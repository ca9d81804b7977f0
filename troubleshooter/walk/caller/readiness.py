"""Pods whose proxies are not ready: those of a caller, which do not listen yet, and those of a gateway, to which nobody
sends a client.

Decides from pods that were seen. Must not know why a proxy is not ready.
Source: https://istio.io/latest/docs/ops/common-problems/injection/ (pod or containers start with network issues);
`handleReadyProbe` in istio/istio pilot/cmd/pilot-agent/status/server.go;
https://istio.io/latest/docs/setup/additional-setup/cni/#race-condition--mitigation.
"""

from __future__ import annotations

from troubleshooter.mesh.workload.startup import Start, start_of
from troubleshooter.mesh.workload.trouble import BEFORE_PROXY, Ailment, Trouble, without_proxies
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Connection, Stage
from troubleshooter.walk.basis.decisions import Trail, dropped

AILING = {
    Trouble.PROXY: "the proxy of {workload} is not ready: it has no configuration, and does not listen yet",
    Trouble.PROXY_DOWN: "the proxy of {workload} does not run, and its connections are taken there all the same",
}


def unready(trail: Trail) -> Trail | None:
    """The trail at a caller of which no pod's proxy is ready; None at any other. An application that waits for its
    proxy, or for an init container of Istio, sends nothing."""
    party = trail.hop.party
    pods = party.workload.staying if party.workload is not None else ()
    found = without_proxies(pods)
    if found is None:
        return None
    said = _said(str(party.workload), pods[0], found)
    return trail.fails(Stage.LISTENER, said, dropped(Connection.REFUSED), resource=pods[0].owner.at("status"))


def _said(workload: str, pod: Pod, found: Ailment) -> str:
    if found.container in BEFORE_PROXY:
        return f"{found.container} of {workload} has not ended well, so nothing after it is started, or sends anything"
    waits = start_of(pod) in {Start.HELD, Start.NATIVE}
    return AILING[found.trouble].format(workload=workload) + ("; the application waits for it" if waits else "")


def nobody_ready(trail: Trail) -> Trail | None:
    """The trail of a client outside at a gateway of which no pod is ready; None at any other. Pods on the network of
    their node are reached without a Service."""
    party = trail.hop.party
    if party.workload is None or not none_ready(party.workload) or len(trail.hops) > 1:
        return None
    said = f"none of the pods of {party.workload} is ready: the Service in front of them has nobody to send to"
    place = party.workload.staying[0].owner.at("status")
    return trail.fails(Stage.LISTENER, said, dropped(Connection.REFUSED), resource=place)


def none_ready(workload: Workload) -> bool:
    """Whether pods were seen, and not one of them is ready."""
    return bool(workload.pods) and not any(p.ready or p.host_network for p in workload.pods)
