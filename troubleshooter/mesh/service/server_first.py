"""Servers that speak before their client does.

Decides by port and image whether a service is one. Must not know requests. Nothing proves that a server waits for its
client, so there is no "no".
Source: https://istio.io/latest/docs/ops/deployment/application-requirements/#server-first-protocols.
"""

from __future__ import annotations

from troubleshooter.mesh.service.endpoints import selected
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.workload.workloads import Pod, Workloads
from troubleshooter.model import Resource

PORTS = frozenset({21, 25, 110, 143, 587, 2525, 3306})
"""FTP, SMTP, POP3, IMAP, mail submission, MySQL."""

IMAGES = frozenset({"mysql", "mysql-server", "mariadb", "postfix"})
"""Names of images, without registry and tag."""


def speaks_first(workloads: Workloads, service: Service, port: Port) -> Resource | None:
    """What says that the server behind a service port speaks first; None if nothing does."""
    if {port.number, port.target} & PORTS:
        return service.object.at(port.path)
    pods = [] if service.entry else selected(workloads, service)
    return next((pod.at("spec.containers") for _, pod in pods if _is_one(pod, port)), None)


def _is_one(pod: Pod, port: Port) -> bool:
    target = pod.port_named(port.target) if isinstance(port.target, str) else None
    images = {str(c.get("image") or "").rpartition("/")[2].partition("@")[0].partition(":")[0] for c in pod.containers}
    return target in PORTS or bool(images & IMAGES)
