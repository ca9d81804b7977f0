"""Facts about a port that the client dials and the Service does not have.

Must not know what proxies make of it.
Source: https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service (port and targetPort).
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import HopKind, Request
from troubleshooter.walk import Hop


def about_asked_port(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """Which port of the Service was probably meant by a caller who dials none of them."""
    service = hop.service
    if hop.kind is not HopKind.SENDER or service is None or hop.port is not None or (hop.routing and hop.routing.route):
        return
    if service.headless or service.entry or service.external_name or not service.ports:
        return
    place = service.object.at("spec.ports")
    behind = [p.number for p in service.ports if _target(mesh, service, p.target) == request.port]
    guess = behind or [p.number for p in service.ports]
    case.role("service", service.object.at())
    case.fact("service.asked_port", "container-port" if behind else "other", place)
    case.fact("service.asked_guess", "one" if len(guess) == 1 else "none", place)
    case.fact("service.ports_named", "yes" if all(p.name for p in service.ports) else "no", place)
    case.detail("service.asked_port_guess", guess[0] if len(guess) == 1 else None)
    case.detail("service.ports", ", ".join(str(p.number) for p in service.ports))
    case.detail("service.host", service.host)


def _target(mesh: Mesh, service: Service, target: int | str) -> int | None:
    """The number of a targetPort; a name is looked up in the first pod that the Service selects."""
    if isinstance(target, int):
        return target
    pods = mesh.workloads.selected(service.namespace, service.selector)
    return next((number for _, pod in pods if (number := pod.port_named(target)) is not None), None)
