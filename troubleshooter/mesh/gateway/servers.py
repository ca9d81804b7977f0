"""The servers of Gateways: what each is for, and which of them the pods of one gateway open side by side.

Decides: TLS mode, hosts, and who gives way where two want one port. Must not know selectors, Services or routes.
Sources: https://istio.io/latest/docs/reference/config/networking/gateway/#Server; `mergeGateways`,
`canMergeProtocols` and `CheckDuplicates` in istio/istio pilot/pkg/model/gateway.go; `buildGatewayListeners` in
pilot/pkg/networking/core/gateway.go there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.service.protocols import Protocol, of_server
from troubleshooter.model import Object, Raw, as_list, as_map

PRIVILEGED = 1024
"""Below this number only processes with a special right may listen."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Server:
    """One server of a Gateway. `hosts` are as written but with `./` resolved; `tls` its TLS mode in upper case, "" for
    plaintext."""

    gateway: Object
    index: int
    number: int
    protocol: Protocol
    hosts: tuple[str, ...]
    raw: Raw

    @property
    def path(self) -> str:
        return f"spec.servers[{self.index}]"

    @property
    def settings(self) -> Raw | None:
        """Its TLS settings, None where it has none."""
        return as_map(self.raw["tls"]) if self.raw.get("tls") is not None else None

    @property
    def tls(self) -> str:
        """Settings that name no mode mean PASSTHROUGH, the first word of Istio's enumeration. Without any settings a
        server for TLS is refused by Istio; it is taken for one that ends TLS."""
        if self.protocol.family != "tls":
            return ""
        settings = self.settings
        return "SIMPLE" if settings is None else str(settings.get("mode") or "PASSTHROUGH").upper()

    @property
    def bind(self) -> str:
        """The address or name to which its listener is bound, "" for all addresses of the pod."""
        return str(self.raw.get("bind") or "")

    @property
    def redirects(self) -> bool:
        """Whether it answers every plain request with a redirect to https."""
        return (self.settings or {}).get("httpsRedirect") is True

    def serves(self, host: str) -> bool:
        """Whether a host falls under one of its hosts, whatever namespace routes may come from."""
        return self.pattern(host) is not None

    def pattern(self, host: str) -> str | None:
        """The most specific of its hosts that a host falls under."""
        return hosts.most_specific(host, self.names)

    @property
    def names(self) -> list[str]:
        """Its hosts without the namespaces from which routes may come."""
        return [h.rpartition("/")[2] for h in self.hosts]

    @property
    def reference(self) -> str:
        """`namespace/name` of its Gateway, as VirtualServices name it."""
        return f"{self.gateway.namespace}/{self.gateway.name}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """A server as a gateway pod opens it, on container port `port`. `shadowed_by` is the server that keeps it from
    being opened at all: one of the same port with the same TLS host, or with a protocol that cannot share the port.
    `barred` is the field of the server for which these pods do not open it, or not for others."""

    server: Server
    port: int
    shadowed_by: Server | None = None
    barred: str = ""

    @property
    def listens(self) -> bool:
        """Whether the pods open it for clients outside the pod."""
        return self.shadowed_by is None and not self.barred


@dataclass(kw_only=True)
class OnPort:
    """The servers that were opened on one container port so far: the first of all, TLS hosts by bind, and the first
    after a TLS server by bind."""

    first: Server | None = None
    by_host: dict[tuple[str, str], Server] = field(default_factory=dict)
    beside: dict[str, Server] = field(default_factory=dict)

    def add(self, server: Server) -> Server | None:
        """Opens a server here; returns the one that keeps it from being opened, None if it is.

        Of TLS settings with one host the first counts, and the whole of the other server is left out. What comes after
        a plaintext server must be HTTP, as that is. After a TLS server one more in plaintext finds room, which other
        versions left out; whoever comes later in plaintext does not.
        """
        if server.settings is not None:
            taken = next((self.by_host[h, server.bind] for h in server.hosts if (h, server.bind) in self.by_host), None)
            if taken is not None:
                return taken
            self.by_host |= {(h, server.bind): server for h in server.hosts}
        if self.first is None:
            self.first = server
            return None
        if not self.first.tls:
            both = self.first.protocol.family == "http" and server.protocol.family == "http"
            return None if both or self.first.bind != server.bind else self.first
        there = self.beside.setdefault(server.bind, server)
        return there if there is not server and server.settings is None else None


def barred(server: Server, port: int, *, unprivileged: bool) -> str:
    """The field of a server for which pods do not open it on a container port: pods that say that they may not listen
    below 1024 leave such ports out, and what is bound to the loopback address answers to nobody else."""
    if unprivileged and port < PRIVILEGED:
        return "port.number"
    return "bind" if hosts.is_loopback(server.bind) else ""


def speaks(server: Server, scheme: str) -> bool:
    """Whether a server is meant for a scheme, on whatever port."""
    return server.protocol.family in {"http": {"http"}, "https": {"tls"}, "tcp": {"tcp", "tls", "auto"}}[scheme]


def servers_of(gateway: Object) -> Iterable[Server]:
    """The servers of a Gateway, those without a port number left out."""
    for n, item in enumerate(as_list(gateway.spec.get("servers"))):
        raw = as_map(item)
        port = as_map(raw.get("port"))
        number = port.get("number")
        if is_number(number):
            yield Server(
                gateway=gateway,
                index=n,
                number=number,
                protocol=of_server(str(port.get("protocol") or "")),
                hosts=tuple(_own(str(h), gateway.namespace) for h in as_list(raw.get("hosts"))),
                raw=raw,
            )


def _own(host: str, namespace: str) -> str:
    """A server's host with its namespace written out, and without one where any will do."""
    space, slash, name = host.partition("/")
    if not slash or space == "*":
        return name if slash else host
    return f"{namespace if space == '.' else space}/{name}"
