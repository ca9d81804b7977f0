"""A log line as a request: who asked whom for what, read off the line and joined to pods and services.

Decides: the request that a line is about. Must not know why it failed.
"""

from __future__ import annotations

from troubleshooter.evidence import AccessLogEntry, Side, parse_cluster
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.workloads import Pod, Workload
from troubleshooter.model import Request
from troubleshooter.walk import parse_request


def request_of(mesh: Mesh, entry: AccessLogEntry) -> Request | None:
    """The request of an access log line; None where the line names no host at all.

    The host is the authority (else the SNI, the cluster's host, or the address dialled); the port is the one that the
    line's own listener was dialled on, if the authority has none. The sender is the workload whose pod the line names.
    """
    host = _host(entry)
    if not host:
        return None
    scheme = "http" if not entry.is_tcp else "https" if entry.sni and not parse_cluster(entry.sni) else "tcp"
    url = f"{scheme}://{host}:{_port(entry, host)}" if ":" not in host else f"{scheme}://{host}"
    return parse_request(
        url + (entry.path or "/"),
        source=_source(mesh, entry),
        method=entry.method or "GET",
        headers=(),
        sni="" if parse_cluster(entry.sni) else entry.sni,
    )


def _host(entry: AccessLogEntry) -> str:
    if entry.authority:
        return entry.authority
    inside = parse_cluster(entry.sni)
    if inside is not None:
        return inside.host
    if entry.sni:
        return entry.sni
    if entry.cluster is not None and entry.cluster.host:
        return entry.cluster.host
    return entry.downstream_local.rpartition(":")[0]


def _port(entry: AccessLogEntry, host: str) -> int:
    """The port that the client dialled: the cluster's on the way out (a gateway's own listener there), else 80."""
    cluster = entry.cluster
    local = entry.downstream_local.rpartition(":")[2]
    if (
        cluster is not None
        and cluster.direction == "outbound"
        and cluster.host.split(".")[0] == host.split(".", maxsplit=1)[0]
    ):
        return cluster.port
    if entry.side is not Side.INBOUND and local.isdigit() and entry.is_tcp:
        return int(local)
    if cluster is not None and cluster.host.startswith(host.split(".", maxsplit=1)[0]):
        return cluster.port
    return int(local) if local.isdigit() and entry.side is Side.UNKNOWN else 80


def _source(mesh: Mesh, entry: AccessLogEntry) -> str:
    """`--from` for the sender, "" where the line does not tell: a gateway that logged it stands for the client
    outside."""
    logged = _logging_pod(mesh, entry)
    if logged is not None and logged[1].gateway:
        gateways = mesh.gateways.for_workload(logged[0])
        return f"gateway:{gateways[0].namespace}/{gateways[0].name}" if gateways else ""
    sender = mesh.workloads.at_address(_address(entry.downstream_remote))
    if sender is None and logged is not None and entry.side in {Side.OUTBOUND, Side.PASSTHROUGH, Side.BLACKHOLE}:
        sender = logged
    if sender is None:
        return ""
    workload, pod = sender
    return (
        f"{workload.namespace}/pod/{pod.name}"
        if pod.name
        else f"{workload.namespace}/{workload.object.kind}/{workload.name}"
    )


def _logging_pod(mesh: Mesh, entry: AccessLogEntry) -> tuple[Workload, Pod] | None:
    """The pod whose proxy wrote the line, by the prefix of the line or by the addresses in it."""
    if entry.pod:
        for workload in mesh.workloads.all:
            for pod in workload.pods:
                if pod.name == entry.pod:
                    return workload, pod
    ends = [entry.upstream_local, entry.downstream_local]
    if entry.side is Side.INBOUND:
        ends.reverse()
    found = (mesh.workloads.at_address(_address(end)) for end in ends)
    return next((f for f in found if f is not None), None)


def _address(end: str) -> str:
    """The IP address of `10.0.0.1:80` or `[fd00::1]:80`."""
    return end.rpartition(":")[0].strip("[]")
