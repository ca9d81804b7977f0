"""External authorizers that CUSTOM policies name: which are there to be asked.

Decides by the extension providers of the mesh config and the registry. Must not know requests, or what an authorizer
says.
Sources: https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider; istio/istio
pilot/pkg/security/authz/builder/extauthz.go, and `LookupCluster` in pilot/pkg/model (extensionproviders.go).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.basis.index import CORE, NETWORKING, Index
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.service.endpoints import Absence, Endpoints
from troubleshooter.mesh.service.registry import Registry
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import Object, Raw, as_map

KINDS = {"envoyExtAuthzHttp": "http", "envoyExtAuthzGrpc": "grpc"}
"""The kinds of extension providers that are authorizers."""
DENIED = 403
"""The status where an authorizer cannot be asked, unless the provider says another."""


class State(StrEnum):
    """Whether an authorizer can be asked."""

    THERE = "there"
    UNDEFINED = "undefined"
    """The mesh config has no authorizer of that name."""
    NO_SERVICE = "no-service"
    """Its service is in no registry; istiod then takes the provider for undefined."""
    SILENT = "silent"
    """Its service has no such port, or no endpoint that is ready."""
    NOT_KNOWN = "not-known"
    """The mesh config, or the authorizer's namespace, was not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizer:
    """`protocol` is how it is asked (`http`, `grpc`, "" if that is not known), `status` what a client gets where it
    cannot be asked, unless `fail_open` lets the request go on; `host` the service that it is."""

    name: str
    state: State
    protocol: str = ""
    fail_open: bool = False
    status: int = DENIED
    host: str = ""

    @property
    def bad(self) -> bool:
        """Whether istiod has nothing to ask, and denies in its place."""
        return self.state in {State.UNDEFINED, State.NO_SERVICE}


class Authorizers:
    """The extension providers that are authorizers."""

    def __init__(
        self,
        index: Index,
        settings: Settings,
        registry: Callable[[], Registry],
        endpoints: Callable[[Service, Port], Endpoints],
    ) -> None:
        self._index, self._settings = index, settings
        self._registry, self._endpoints = registry, endpoints

    def of(self, policy: Object) -> Authorizer:
        """The authorizer that a CUSTOM policy names."""
        name = provider_of(policy)
        if self._settings.source is None or not self._settings.readable:
            return Authorizer(name=name, state=State.NOT_KNOWN)
        found = self._settings.provider(name) or {}
        kind = next((k for k in KINDS if k in found), None)
        if kind is None:
            return Authorizer(name=name, state=State.UNDEFINED)
        raw = as_map(found[kind])
        return Authorizer(
            name=name,
            state=self._state(raw),
            protocol=KINDS[kind],
            fail_open=raw.get("failOpen") is True,
            status=_status(raw),
            host=_host(raw),
        )

    def _state(self, raw: Raw) -> State:
        host = _host(raw)
        service = self._registry().get(host)
        if service is None:
            space = _namespace(host, self._settings.domain)
            return (
                State.NO_SERVICE
                if not space or self._index.saw(space, (CORE, "Service"), (NETWORKING, "ServiceEntry"))
                else State.NOT_KNOWN
            )
        number = raw.get("port")
        port = service.port(number) if isinstance(number, int) else None
        if port is None:
            return State.SILENT
        found = self._endpoints(service, port)
        if found.ready or found.external or found.absence is Absence.NOT_SEEN:
            return State.THERE
        return State.SILENT


def provider_of(policy: Object) -> str:
    """The name of the provider of a CUSTOM policy."""
    return str(as_map(policy.spec.get("provider")).get("name") or "")


def _host(raw: Raw) -> str:
    """The host of a provider's service, without the namespace that may stand before it."""
    return str(raw.get("service") or "").rpartition("/")[2].lower()


def _status(raw: Raw) -> int:
    told = str(raw.get("statusOnError") or "")
    return int(told) if told.isdecimal() and len(told) == 3 else DENIED


def _namespace(host: str, domain: str) -> str:
    """The namespace of a Kubernetes Service's host, "" for any other."""
    name, dot, space = host.removesuffix(f".svc.{domain}").partition(".")
    return space if dot and name and host.endswith(f".svc.{domain}") else ""
