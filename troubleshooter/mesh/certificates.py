"""Servers of one gateway port that show the same certificate and have different routes.

Clients that speak HTTP/2 use one connection for all hosts of a certificate, so that requests for the one server arrive
at the other. Decides which servers that can happen to. Must not know requests.
Sources: https://istio.io/latest/docs/reference/config/analysis/ist0138/;
https://datatracker.ietf.org/doc/html/rfc9113#section-9.1.1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from troubleshooter.mesh.gateway.credentials import named_by
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routing.virtual_hosts import VirtualHost, serving, virtual_hosts
from troubleshooter.mesh.workload.workloads import Workload

READ_AS_HTTP = frozenset({"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Shared:
    """Two servers of a port with one certificate; `host` is one that only one of them has routes for, or both have
    different ones."""

    first: Server
    second: Server
    certificate: str
    host: str


def sharing(mesh: Mesh, workload: Workload) -> Iterator[Shared]:
    """For every certificate and port of a gateway workload the first two servers that share it to the client's harm."""
    groups: dict[tuple[int, str], list[Server]] = defaultdict(list)
    for opened in mesh.gateways.opened(mesh.gateways.for_workload(workload), workload):
        shown = certificate(opened.server, workload.namespace)
        if shown and opened.listens:
            groups[opened.port, shown].append(opened.server)
    for (_, shown), servers in groups.items():
        first, mine = servers[0], _routed(mesh, servers[0], workload) if len(servers) > 1 else {}
        for second in servers[1:]:
            its = _routed(mesh, second, workload)
            host = next(_apart(mine, its), "") or next(_apart(its, mine), "")
            if host and mine and its:
                yield Shared(first=first, second=second, certificate=shown, host=host)
                break


def certificate(server: Server, namespace: str) -> str:
    """What a server that reads HTTP has its certificate from, in words; "" where that is not told."""
    settings = server.settings or {}
    if server.tls not in READ_AS_HTTP or server.protocol != "https":
        return ""
    named = next(iter(named_by(server, namespace)), None)
    if named is not None:
        return f"Secret {named.namespace}/{named.name}"
    files = settings.get("serverCertificate"), settings.get("privateKey")
    return f"file {files[0]}" if all(files) else ""


def _routed(mesh: Mesh, server: Server, workload: Workload) -> dict[str, VirtualHost]:
    held = virtual_hosts(mesh.virtual_services, [server], workload.namespace, workload.representative.labels)
    return {pattern: host for pattern, host in held.items() if host.attempts}


def _apart(here: dict[str, VirtualHost], there: dict[str, VirtualHost]) -> Iterator[str]:
    """Hosts that are routed there and here not at all, or by others."""
    for pattern, host in there.items():
        found = serving(here, pattern.replace("*", "any", 1))
        if found is None or found.owners != host.owners:
            yield pattern
