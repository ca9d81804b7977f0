"""The egress listeners of a Sidecar, as values.

Decides what each imports, and where it listens. Must not know services beyond their namespace and host.
Sources: https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener;
`convertIstioListenerToWrapper` and `hostClassification` in istio/istio pilot/pkg/model/sidecar.go;
`buildSidecarOutboundListeners` in pilot/pkg/networking/core/listener.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.service.protocols import Protocol, of_server
from troubleshooter.model import Object, as_list, as_map

LOOPBACK = ("127.0.0.1", "::1")
PROXYING = "HTTP_PROXY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """One egress listener: for one `port`, or (0) for all that no other one is for. `bind` is the address it listens
    at, "" for those of services; `bound` says that it is a socket of its own, which connections are not redirected
    to."""

    port: int = 0
    protocol: Protocol = Protocol.AUTO
    bind: str = ""
    bound: bool = False
    hosts: tuple[tuple[str, str], ...] = (("*", "*"),)

    @property
    def apart(self) -> bool:
        """Whether what is sent to the address of a service passes it by."""
        return bool(self.bind) or self.bound

    def patterns(self, namespace: str, own: str) -> list[str]:
        """The host patterns under which it imports what lives in a namespace, for a proxy in namespace `own`."""
        spaces = {"*", namespace, "." if namespace == own else namespace}
        return [pattern for space, pattern in self.hosts if space in spaces]

    def imports(self, namespace: str, own: str, host: str) -> bool:
        """Whether it imports a service: its host has to fall under a pattern."""
        return any(hosts.covers(pattern, host) for pattern in self.patterns(namespace, own))

    def listens_at(self, address: str, number: int) -> bool:
        """Whether a connection to this address and port is for it."""
        at = (self.bind,) if self.bind else LOOPBACK if self.bound else ()
        here = address.strip("[]") in at and (self.bound or self.bind not in LOOPBACK)
        return here and self.port in (0, number)


def listeners_of(sidecar: Object | None) -> tuple[Egress, ...]:
    """The egress listeners of a Sidecar, in their order. Without any, one imports everything."""
    written = as_list(sidecar.spec.get("egress")) if sidecar is not None else []
    return tuple(map(_listener, written)) or (Egress(),)


def proxies(sidecar: Object) -> bool:
    """Whether one of its listeners is an HTTP proxy for the application."""
    ports = (as_map(as_map(e).get("port")) for e in as_list(sidecar.spec.get("egress")))
    return any(str(port.get("protocol")).upper() == PROXYING for port in ports)


def _listener(item: object) -> Egress:
    raw = as_map(item)
    port = as_map(raw.get("port"))
    number, bind = port.get("number"), str(raw.get("bind") or "")
    return Egress(
        port=number if is_number(number) else 0,
        protocol=of_server(str(port.get("protocol") or "")),
        bind=bind,
        bound=raw.get("captureMode") == "NONE" or bind.startswith("unix://"),
        hosts=tuple(_parts(as_list(raw.get("hosts")))),
    )


def _parts(written: Iterable[object]) -> Iterable[tuple[str, str]]:
    """Namespace and pattern of each host. One without a namespace imports nothing."""
    for text in (str(h).lower() for h in written):
        if text.count("/") == 1:
            space, _, pattern = text.partition("/")
            yield space, pattern
