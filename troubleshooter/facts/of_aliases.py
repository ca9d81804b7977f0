"""Facts about a route that sends to an ExternalName Service, where the host that this stands for has no cluster.

A route follows one such name, and no second one. Must not know requests.
Source: https://istio.io/latest/news/releases/1.21.x/announcing-1.21/upgrade-notes/#externalname-support-changes;
`GetDestinationCluster` in istio/istio pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

from itertools import count

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import NETWORKING
from troubleshooter.mesh.service.services import Service
from troubleshooter.walk import Cluster
from troubleshooter.walk.destinations.destination import why_not_known

PROTOCOLS = {"http": "HTTP", "http2": "HTTP2", "grpc": "GRPC", "https": "HTTPS", "tls": "TLS", "tcp": "TCP"}
"""What a ServiceEntry calls the protocols that a Service's port may declare."""


def about_alias(case: CaseBuilder, mesh: Mesh, cluster: Cluster, alias: Service, viewer: str) -> None:
    """What an ExternalName Service stands for to which a route sends; nothing where that cannot be told. `viewer` is
    the namespace of the proxy."""
    named, place = alias.external_name.lower(), alias.object.at("spec.externalName")
    if why_not_known(mesh, named):
        return
    last = mesh.registry.behind(alias, viewer)
    found = None if last.external_name else last
    word = "another" if found else "nothing" if _inside(mesh, named) else "outside"
    case.role("service", alias.object.at())
    case.fact("destination.service", "alias", place)
    case.fact("destination.alias", word, place, *([found.object.at()] if found else []))
    case.detail("destination.alias_of", named)
    case.detail("destination.guess_host", found.host if found else "")
    case.detail("destination.entry_name", _free_name(mesh, alias))
    case.detail("destination.entry_port", _entry_port(alias, cluster.port))


def _inside(mesh: Mesh, named: str) -> bool:
    """Whether a host is the name of a Kubernetes Service, there or not."""
    return named.endswith(f".svc.{mesh.settings.domain}") or mesh.registry.get(named) is not None


def _free_name(mesh: Mesh, alias: Service) -> str:
    """A name that no ServiceEntry of the namespace has yet."""
    names = (f"{alias.object.name}-{n}" if n > 1 else alias.object.name for n in count(1))
    return next(n for n in names if mesh.index.get(NETWORKING, "ServiceEntry", alias.namespace, n) is None)


def _entry_port(alias: Service, number: int) -> dict[str, object]:
    """The port of a ServiceEntry for what the alias stands for, in the protocol that the alias declares for it."""
    declared = alias.port(number) or next(iter(alias.ports), None)
    protocol = PROTOCOLS.get(str(declared.protocol) if declared else "", "HTTP")
    return {"number": number, "name": f"{protocol.lower()}-{number}", "protocol": protocol}
