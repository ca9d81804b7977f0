"""Facts that a line of ztunnel's log tells: why it ended or refused a connection.

Must not know causes. Ambient mode is not walked yet, so these facts rest on the line alone, and on the objects that it
names.
"""

from __future__ import annotations

from troubleshooter.evidence import AccessLogEntry
from troubleshooter.evidence.ambient.errors import ZtunnelError, denying_policy, ztunnel_error
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_layer_seven import about_denial_by_name, about_missing_permission
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import SECURITY
from troubleshooter.mesh.policy.network_policies import Way, stopped_by
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Resource, Source

HBONE = 15008
"""The port at which a pod of ambient mode takes what comes through the tunnel. Source:
https://istio.io/latest/docs/ambient/architecture/hbone/."""

GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"
"""The label of the pods that a controller makes for a Gateway of the Gateway API, waypoints among them."""
DECIDED = {ZtunnelError.DENIED: "deny-matched", ZtunnelError.NOT_ALLOWED: "no-allow-matched"}


def about_ztunnel(case: CaseBuilder, entry: AccessLogEntry, source: Source) -> None:
    """Why a connection failed, in ztunnel's words."""
    text = entry.connection_termination_details
    error = ztunnel_error(text) if entry.is_tcp and not entry.flags else None
    if error is None:
        return
    case.seen("failure.ztunnel", error, source)
    case.detail("failure.ztunnel_error", text)
    case.detail("failure.address", entry.upstream_host)
    case.detail("failure.source", entry.downstream_remote)
    if error in DECIDED:
        case.seen("authorization_policy.decision", DECIDED[error], source)


def about_ends_of_ztunnel(case: CaseBuilder, mesh: Mesh, entry: AccessLogEntry, source: Source) -> None:
    """Who sent the connection and who should take it, where the mesh has pods of these addresses; and what of the mesh
    the error speaks of."""
    told = case.facts.get("failure.ztunnel")
    if told is None:
        return
    reached = mesh.workloads.at_address(_address(entry.upstream_host))
    sender = mesh.workloads.at_address(_address(entry.downstream_remote))
    case.role("target", reached[0].object.at() if reached else None)
    guilty = _guilty(mesh, entry, reached[1] if reached else None, sender[1] if sender else None)
    if guilty is not None:
        case.forget(("failure.ztunnel",))
        case.seen("failure.ztunnel", told.word, source, guilty)
        case.detail("failure.policy", str(guilty))
        case.role("authorization_policy", guilty if guilty.kind == "AuthorizationPolicy" else None)
        case.role("peer_authentication", guilty if guilty.kind == "PeerAuthentication" else None)
    port = entry.upstream_host.rpartition(":")[2]
    named = mesh.index.get(SECURITY, "AuthorizationPolicy", guilty.namespace, guilty.name) if guilty else None
    if named is not None:
        about_denial_by_name(case, named)
    elif sender and reached and told.word == ZtunnelError.NOT_ALLOWED and port.isdigit():
        about_missing_permission(case, mesh, Way(caller=sender[1], target=reached[1], port=int(port)))
    if sender is not None:
        workload, pod = sender
        case.role("caller", workload.object.at())
        at_gateway = pod.gateway or GATEWAY_NAME in pod.labels
        case.seen("failure.sent_by", "gateway" if at_gateway else "workload", source, workload.object.at())


def _guilty(mesh: Mesh, entry: AccessLogEntry, target: Pod | None, caller: Pod | None) -> Resource | None:
    """The policy that the error speaks of: by its name, or, where it gives none, what holds for the pod."""
    error = ztunnel_error(entry.connection_termination_details)
    space, _, name = denying_policy(entry.connection_termination_details).partition("/")
    named = mesh.index.get(SECURITY, "AuthorizationPolicy", space, name) if name else None
    if named is not None:
        return named.at()
    if error is ZtunnelError.HBONE_TIMEOUT and target is not None:
        stop = stopped_by(mesh.index, Way(caller=caller, target=target, port=HBONE))
        return stop.policy.at("spec") if stop is not None else None
    port = entry.upstream_host.rpartition(":")[2]
    if error is ZtunnelError.PLAINTEXT and target is not None and port.isdigit():
        return mesh.peer_authentications.accepts(target, int(port)).place
    return None


def _address(end: str) -> str:
    return end.rpartition(":")[0].strip("[]")
