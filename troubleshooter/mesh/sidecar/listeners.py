"""The listener of a port that all addresses share at a sidecar: whether HTTP is read there, and who takes the rest.

Decides from the services that are left to the proxy. Ports that are declared HTTP share one listener a number; so do
other ports of services without an address of their own. A service that comes later gets what is left. Must not know
requests.
Sources: `buildSidecarOutboundListeners`, `buildSidecarOutboundListener`, `mergeTCPFilterChains` and
`isConflictWithWellKnownPort` in istio/istio pilot/pkg/networking/core/listener.go;
`buildSidecarOutboundTLSFilterChainOpts` in tls.go there; `servicesExportedToNamespace` in
pilot/pkg/model/push_context.go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.service.protocols import Protocol
from troubleshooter.mesh.service.registry import Registry, age_of
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.sidecar.sidecars import Scope
from troubleshooter.model import Object, as_list

ALONE = frozenset({Protocol.MONGO, Protocol.MYSQL})
"""Protocols that share a listener with no other."""


class Claim(NamedTuple):
    """A port of a service that asks for a place in a listener."""

    service: Service
    port: Port


@dataclass(kw_only=True)
class Shared:
    """A port's listener for all addresses. `http` is whether it reads HTTP and goes by its host then; `named` takes TLS
    by SNI, `ranges` what goes to an address in a range, `rest` anything else."""

    reads: Protocol
    http: bool = False
    named: dict[str, Claim] = field(default_factory=dict)
    ranges: dict[str, Claim] = field(default_factory=dict)
    rest: Claim | None = None

    def taker(self, name: str, addresses: Sequence[str], dialled: Service | None) -> Claim | None:
        """Who takes a connection that is not read as HTTP: by the name in its TLS hello ("" without TLS), by its
        address, else whoever takes all; None if it is passed on as it is."""
        pattern = hosts.most_specific(name, self.named) if name else None
        if pattern is not None:
            return self.named[pattern]
        return next(
            (c for r, c in self.ranges.items() if c.service is dialled or any(hosts.in_range(r, a) for a in addresses)),
            self.rest,
        )

    def add(self, claim: Claim) -> None:
        """Let a service in, as far as those before it leave room."""
        protocol, family = claim.port.protocol, claim.port.protocol.family
        if protocol is not self.reads and ALONE & {protocol, self.reads}:
            return
        if family == "auto" and self.reads is Protocol.AUTO and self.http:
            return
        if family in {"http", "auto"}:
            self.http, self.reads = True, Protocol.AUTO
        if family == "tls":
            self.named.setdefault(claim.service.host, claim)
        elif family != "http":
            self._take(claim)

    def _take(self, claim: Claim) -> None:
        written = ranges_of(claim.service)
        for text in written:
            self.ranges.setdefault(text, claim)
        if not written and self.rest is None:
            self.rest = claim


class Listeners:
    """The listeners for all addresses, by port."""

    def __init__(self, registry: Registry) -> None:
        self._http: dict[int, list[Claim]] = defaultdict(list)
        self._wide: dict[int, list[Claim]] = defaultdict(list)
        self._of: dict[int, list[Claim]] = defaultdict(list)
        self._made: dict[tuple[int, str, Object | None, bool], Shared | None] = {}
        for service in sorted(registry.all, key=age_of):
            for port in service.ports if not service.external_name else ():
                self._of[port.number].append(Claim(service, port))
                if port.protocol.family == "http":
                    self._http[port.number].append(Claim(service, port))
                elif port.protocol.family != "udp" and is_wide(service):
                    self._wide[port.number].append(Claim(service, port))

    def shared(self, number: int, scope: Scope, *, allocates: bool = False) -> Shared | None:
        """The listener of a port for all addresses at a proxy, None if it has none. `scope` is all that is left to the
        proxy; `allocates` is whether it answers DNS, so that ServiceEntries have addresses of their own. All proxies of
        a namespace with the same Sidecar have the same one, which is put together once."""
        key = (number, scope.namespace, scope.sidecar, allocates)
        if key not in self._made:
            self._made[key] = self._shared(number, scope, allocates=allocates)
        return self._made[key]

    def _shared(self, number: int, scope: Scope, *, allocates: bool) -> Shared | None:
        kept = self._kept(number, scope) if scope.has_own(number) else []
        if kept:
            return _merged(kept)
        left = scope.beside()
        first = next((c for c in self._http.get(number, ()) if left.has(c.service)), None)
        wide = [c for c in self._wide.get(number, ()) if left.has(c.service)]
        held = [c for c in wide if not (allocates and allocated(c.service))]
        claims = sorted([*held, *([first] if first else [])], key=lambda c: _turn(c.service))
        return _merged(claims)

    def of_port(self, number: int) -> list[Claim]:
        """Every service with this port, in istiod's order."""
        return sorted(self._of.get(number, ()), key=lambda c: _turn(c.service))

    def _kept(self, number: int, scope: Scope) -> list[Claim]:
        """Those for which a Sidecar has a listener of this very port, in its protocol: nobody else comes in then."""
        held = [c for c in self._of.get(number, ()) if scope.kept_for(c.service, number)]
        read = [Claim(c.service, scope.read_as(c.service, c.port)) for c in held]
        return [c for c in read if c.port.protocol.family == "http" or is_wide(c.service)]


def _merged(claims: Iterable[Claim]) -> Shared | None:
    shared = None
    for claim in claims:
        shared = shared or Shared(reads=claim.port.protocol)
        shared.add(claim)
    return shared


def _turn(service: Service) -> tuple[int, tuple[str, str, str, str]]:
    """In which order istiod comes to a service: private ones first, then those exported by name, then public ones; of
    these the older first."""
    exported = 2 if not service.export_to or "*" in service.export_to else 0 if "." in service.export_to else 1
    return exported, age_of(service)


def is_wide(service: Service) -> bool:
    """Whether the ports of a service that are no HTTP listen on every address: it has none of its own, and no endpoints
    whose addresses stand for it."""
    if not service.entry or service.addresses:
        return False
    standing = service.selector or as_list(service.object.spec.get("endpoints"))
    return not (service.resolution == "NONE" and standing and not ranges_of(service))


def allocated(service: Service) -> bool:
    """Whether istiod gives a ServiceEntry an address, which proxies use that answer DNS.

    Source: https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/#address-auto-allocation
    (without a setting of its own since 1.25).
    """
    told = service.object.labels.get("networking.istio.io/enable-autoallocate-ip")
    return service.resolution != "NONE" and not service.host.startswith("*") and told != "false"


def ranges_of(service: Service) -> list[str]:
    """The ranges of addresses that a ServiceEntry is for."""
    if not service.entry:
        return []
    return [str(a) for a in as_list(service.object.spec.get("addresses")) if "/" in str(a)]
