"""The mesh of a row, built: an Envoy for each proxy, an application behind each, and everybody's addresses.

Must not know what the walk says.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.envoy import clusters, gateway_listeners, sidecar_inbound, sidecar_outbound
from tests.envoy.apps import App, Full, Relay
from tests.envoy.clients import Dial, Place
from tests.envoy.dialling import dial
from tests.envoy.envoy_shapes import Shape
from tests.envoy.loopback import Places
from tests.envoy.proxies import Proxy, bootstrap
from tests.envoy.secrets import Authority
from tests.envoy.views import View
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.workload.inbound_ports import lets_in
from troubleshooter.mesh.workload.trouble import without_proxies
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Request
from troubleshooter.walk.caller.sender import meant


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a row says of what no object tells: how applications behave (`apps`, by workload or host; the others do what
    is `usual`), and what is wrong with the certificates of proxies (`flaws`, by workload). Workloads are named
    `namespace/name`."""

    usual: str = "well"
    apps: Mapping[str, str] = field(default_factory=dict)
    flaws: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True, eq=False)
class Scene:
    """A mesh that runs. `proxies` are by workload (`namespace/name`); `home` is the namespace of what is called by a
    short name."""

    mesh: Mesh
    authority: Authority
    binary: Path
    folder: Path
    settings: Settings
    home: str
    places: Places = field(default_factory=Places)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    _taken: set[Place] = field(default_factory=set)

    @contextlib.contextmanager
    def running(self, request: Request) -> Iterator[Scene]:
        """Everything up, and down again at the end."""
        with contextlib.ExitStack() as held:
            for app in self._apps(request):
                held.callback(app.stop)
            started = [self._started(n, w, p, request) for n, (w, p) in enumerate(self._pods()) if _runs(p)]
            for proxy in started:
                held.callback(proxy.stop)
            for proxy in started:
                proxy.wait()
            yield self

    def _started(self, number: int, workload: Workload, pod: Pod, request: Request) -> Proxy:
        ports = sorted(self._dialled(request, pod))
        proxy = Proxy(self.binary, self.folder / f"envoy{number}", _config(self._view(workload, pod), ports))
        self.proxies.setdefault(name_of(workload), proxy)
        return proxy

    def _pods(self) -> Iterator[tuple[Workload, Pod]]:
        return ((w, p) for w in self.mesh.workloads.all for p in w.pods)

    def _view(self, workload: Workload, pod: Pod) -> View:
        name = f"spiffe://{self.mesh.settings.trust_domain}/ns/{pod.namespace}/sa/{pod.service_account}"
        flaw = self.settings.flaws.get(name_of(workload), "")
        if flaw == "other-account":
            name, flaw = f"{name}-other", ""
        identity = self.authority.identity(name, flaw)
        return View(
            mesh=self.mesh, places=self.places, workload=workload, pod=pod, identity=identity, authority=self.authority
        )

    def _ports(self, pod: Pod) -> set[int]:
        """The ports of a pod that somebody may call."""
        led = {
            e.port
            for s in self.mesh.registry.all
            for p in s.ports
            for e in self.mesh.endpoints(s, p).all
            if e.pod is pod
        }
        return led | {number for _, number in pod.declared_ports}

    def _dialled(self, request: Request, pod: Pod) -> set[int]:
        """The ports of a pod that somebody may call, that of a request to its very address among them."""
        _, service = meant(self.mesh, request.host, self.home)
        led = service.ports if service and service.headless else ()
        members = {id(e.pod) for s in [service] if s for p in led for e in self.mesh.endpoints(s, p).all}
        own = {request.port} if id(pod) in members or (pod.address and pod.address == request.host) else set()
        return own | self._ports(pod)

    def _apps(self, request: Request) -> Iterator[App | Full | Relay]:
        usual = "either" if request.scheme == "https" else self.settings.usual
        outside = usual if usual == "greets" else "either"
        for workload, pod in self._pods():
            if not pod.gateway:
                for port in sorted(self._dialled(request, pod)):
                    direct = pod.proxy and lets_in(pod, port)
                    place = (self.places.of_pod(pod) if direct else self.places.of_app(pod)), port
                    yield from self._app(place, name_of(workload), usual)
        for service in self.mesh.registry.all:
            yield from self._relays(service)
            if not service.external_name:
                for place, host in self._outside(service):
                    yield from self._app(place, host, outside)
        alone = meant(self.mesh, request.host, self.home)[1]
        unlisted = (
            alone is None
            or alone.external_name
            or alone.resolution == "NONE"
            or (alone.entry and (alone.host.startswith("*") or alone.port(request.port) is None))
        )
        if unlisted and not self.mesh.workloads.at_address(request.host):
            host = alone.external_name if alone and alone.external_name else request.host
            yield from self._app((self.places.of_host(host), request.port), request.host, outside)

    def _app(self, place: Place, name: str, usual: str) -> Iterator[App | Full]:
        behaviour = self.settings.apps.get(name, usual)
        if place in self._taken:
            return
        self._taken.add(place)
        if behaviour == "full":
            yield Full(place)
        elif behaviour != "down":
            identity = self.authority.identity("app.test") if behaviour in ("tls", "either") else None
            yield App(place, name, behaviour, identity)

    def _outside(self, service: Service) -> Iterable[tuple[Place, str]]:
        """Where the endpoints of a service that are no pods would be."""
        held = {
            (self.places.of_endpoint(e), e.port): e.address
            for port in service.ports
            for e in self.mesh.endpoints(service, port).all
            if e.pod is None
        }
        return held.items()

    def _relays(self, service: Service) -> Iterator[Relay]:
        if service.entry or service.headless or service.external_name:
            return
        for port in service.ports:
            ready = self.mesh.endpoints(service, port).ready
            if ready:
                target = self.places.of_endpoint(ready[0]), ready[0].port
                yield Relay((self.places.of_service(service), port.number), target)

    def dial(self, request: Request, source: str) -> Dial:
        """How the caller of a request gets to where its URL leads."""
        made = dial(self.mesh, self.places, request, source, self.home)
        shown = self.authority.identity("client.test") if made.certified else None
        return replace(made, shows=shown)


def _runs(pod: Pod) -> bool:
    """Whether a pod has a proxy, and that has its configuration."""
    return pod.proxy and without_proxies((pod,)) is None


def name_of(workload: Workload) -> str:
    """`namespace/name`, as rows and logs are looked up."""
    return f"{workload.namespace}/{workload.name}"


def _config(view: View, ports: list[int]) -> Shape:
    """The configuration of a proxy: a gateway's, or a sidecar's for both directions."""
    if view.pod.gateway:
        return bootstrap(view.address, gateway_listeners.all_of(view), clusters.all_of(view))
    listeners = [*sidecar_outbound.all_of(view), *sidecar_inbound.all_of(view, ports)]
    return bootstrap(view.address, listeners, [*clusters.all_of(view), *sidecar_inbound.clusters(view, ports)])
