"""A log line as a request: who asked whom for what, read off the line and joined to pods and services.

Decides: the request that a line is about. Must not know why it failed.
"""

from __future__ import annotations

from troubleshooter.evidence import AccessLogEntry, Side, parse_cluster
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Request
from troubleshooter.walk import parse_request
from troubleshooter.walk.caller.old_versions import LOW

HTTPS = 443


def request_of(mesh: Mesh, entry: AccessLogEntry) -> Request | None:
    """The request of an access log line; None where the line names no host at all.

    The host is the authority (else the SNI, the cluster's host, or the address dialled); the port is the one that the
    line's own listener was dialled on, if the authority has none. The sender is the workload whose pod the line names.
    At a gateway the client is outside: what it dialled is the port of the Service in front, in TLS if the line has the
    name of its hello. A proxy that read HTTP behind such a hello ended TLS itself, so it is a gateway, known or not;
    clients leave the port out of the authority if it is the scheme's own (RFC 9110, 7.2).
    """
    host = _host(entry)
    if not host:
        return None
    logged = _logging_pod(mesh, entry) or _gateway_pod(mesh, entry, host.partition(":")[0])
    gateway = logged[0] if logged is not None and logged[1].gateway else None
    hello = bool(entry.sni) and not parse_cluster(entry.sni)
    ended = hello and not entry.is_tcp and entry.side is not Side.INBOUND
    scheme = "https" if hello and (entry.is_tcp or gateway or ended) else "tcp" if entry.is_tcp else "http"
    port = _port_of_gateway(mesh, entry, gateway) if gateway else HTTPS if ended else _port(entry, host)
    url = f"{scheme}://{host}:{port}" if ":" not in host else f"{scheme}://{host}"
    return parse_request(
        url + (entry.path or "/"),
        source=_source(mesh, entry, logged),
        method=entry.method or "GET",
        headers=(),
        sni="" if parse_cluster(entry.sni) else entry.sni,
        http10=not entry.is_tcp and LOW in entry.details,
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


def _port_of_gateway(mesh: Mesh, entry: AccessLogEntry, workload: Workload) -> int:
    """The port in front of a gateway that leads to the container port of the line; that port itself if none does."""
    local = entry.downstream_local.rpartition(":")[2]
    number = int(local) if local.isdigit() else 80
    entrances = (e for e in mesh.gateways.entrances(workload, number) if e.target == number)
    return next((e.port.number for e in entrances), number)


def _port(entry: AccessLogEntry, host: str) -> int:
    """The port that the client dialled: the cluster's on the way out, on the way in the one in the name that a proxy
    sent in its hello; else 80."""
    cluster = (parse_cluster(entry.sni) if entry.side is Side.INBOUND else None) or entry.cluster
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


def _source(mesh: Mesh, entry: AccessLogEntry, logged: tuple[Workload, Pod] | None) -> str:
    """`--from` for the sender, "" where the line does not tell: a gateway that logged it stands for the client
    outside."""
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


def _gateway_pod(mesh: Mesh, entry: AccessLogEntry, host: str) -> tuple[Workload, Pod] | None:
    """Where no address tells: the pod of the one gateway that serves the host on the line's own port. Hosts that
    proxies in the mesh know too tell nothing."""
    local = entry.downstream_local.rpartition(":")[2]
    if entry.side is Side.INBOUND or mesh.registry.get(hosts.dialled(host, "", mesh.registry.hosts)) is not None:
        return None
    serving = {
        id(workload): workload
        for gateway in mesh.gateways.all
        for workload in mesh.gateways.workloads(gateway)
        for opened in mesh.gateways.opened([gateway], workload)
        if str(opened.port) == local and opened.server.serves(host)
    }
    found = list(serving.values())
    return (found[0], found[0].representative) if len(found) == 1 and found[0].representative.gateway else None


def _address(end: str) -> str:
    """The IP address of `10.0.0.1:80` or `[fd00::1]:80`."""
    return end.rpartition(":")[0].strip("[]")
