"""What a request could be, read off a mesh: whom it may ask, and who may send it.

Decides: which are offered, and in which order (what serves the mesh itself comes last). Must not know how they are
shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import Request, as_list, as_map
from troubleshooter.terminal.inquiry import Choice
from troubleshooter.walk import RequestError, parse_request
from troubleshooter.walk.request.parties import known_service
from troubleshooter.walk.request.requests import KINDS

SYSTEM = frozenset({"istio-system", "kube-system", "kube-public", "kube-node-lease", "gatekeeper-system"})
"""Namespaces whose services are rarely the ones that somebody misses."""

SCHEMES = {"http": "http", "tls": "https", "auto": "http"}
"""By protocol family; others are tcp."""


def destinations(mesh: Mesh) -> list[Choice]:
    """Every host and port as a URL, those of gateways first."""
    outside = dict.fromkeys(_served_by_gateways(mesh))
    services = sorted(mesh.registry.all, key=lambda s: (s.namespace in SYSTEM, s.namespace, s.host))
    inside = (_url(s, p) for s in services for p in s.ports if p.protocol.family != "udp" and "*" not in s.host)
    return [Choice(word=url, value=url) for url in dict.fromkeys((*outside, *inside)) if _can_be_asked(url)]


def _can_be_asked(url: str) -> bool:
    """Whether it is a URL: nothing keeps files from naming what no host can be called."""
    try:
        parse_request(url)
    except RequestError:
        return False
    return True


def _served_by_gateways(mesh: Mesh) -> Iterator[str]:
    for gateway in mesh.gateways.all:
        for server in mesh.gateways.servers(gateway):
            scheme = "https" if server.protocol.family == "tls" else "http"
            port = "" if server.number == {"http": 80, "https": 443}[scheme] else f":{server.number}"
            named = (host.rpartition("/")[2] for host in server.hosts)
            yield from (f"{scheme}://{host}{port}" for host in named if host and "*" not in host)


def _url(service: Service, port: Port) -> str:
    scheme = SCHEMES.get(port.protocol.family, "tcp")
    host = service.host if service.entry else f"{service.object.name}.{service.namespace}"
    return f"{scheme}://{host}:{port.number}"


def senders(mesh: Mesh, request: Request) -> list[Choice]:
    """Every workload as `--from` takes it: those of the destination's namespace first, then the others, then what is
    itself behind the destination, which rarely calls itself, and the system's; and the world outside."""
    asked = known_service(mesh, request.host, "default")
    near = asked.namespace if asked else ""
    workloads = [w for w in mesh.workloads.all if w.object.kind in KINDS.values() and not w.representative.gateway]
    called = {id(w) for w in workloads if asked and asked in mesh.registry.selecting(w)}
    workloads.sort(key=lambda w: (w.namespace in SYSTEM, id(w) in called, w.namespace != near, w.namespace, w.name))
    names = [f"{w.namespace}/{w.object.kind.lower()}/{w.name}" for w in workloads]
    outside = Choice(word="outside", meaning="a client outside the mesh, by a gateway", value="outside")
    serving = mesh.gateways.serving(request.scheme, request.port, request.sni or request.host)
    inside = [Choice(word=name, value=name) for name in dict.fromkeys(names)]
    return [outside, *inside] if serving else [*inside, outside]


def paths(mesh: Mesh, request: Request) -> list[str]:
    """The paths that routes of the request's host name; those of regular expressions are no paths."""
    service = known_service(mesh, request.host, "default")
    names = {request.host, service.host, service.object.name} if service else {request.host}
    objects = (o for o in mesh.inventory.objects if o.kind == "VirtualService")
    routes = (
        r
        for o in objects
        if names.intersection(map(str, as_list(o.spec.get("hosts"))))
        for r in as_list(o.spec.get("http"))
    )
    matches = (as_map(m) for r in routes for m in as_list(as_map(r).get("match")))
    found = (as_map(m.get("uri")).get(kind) for m in matches for kind in ("exact", "prefix"))
    return list(dict.fromkeys(path for path in found if isinstance(path, str) and path.startswith("/")))
