"""What a server's proxy sees of a request, and why a rule does not match it: values between a walk and the policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from troubleshooter.mesh.basis.hosts import DEFAULT_DOMAIN
from troubleshooter.model import Raw, Resource

Tri = bool | None
"""True, False, or None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A request as a server's proxy sees it.

    `principal` is the peer's identity (`cluster.local/ns/shop/sa/web`), "" on plaintext. `http` is False on a TCP
    connection, where only the peer and the port are seen. `unknown` names the source fields of a peer that has an
    identity which is not known here. `trust_domains` are the mesh's own and its aliases. `peers` are the addresses that
    the peer may have, `clients` those that the client behind all proxies may have, `addresses` those at which the
    connection came in; none: they are not known. `sni` is the name in the TLS hello, "" without one, None where it is
    not known.
    """

    principal: str = ""
    namespace: str = ""
    request_principal: str = ""
    claims: Raw = field(default_factory=dict)
    host: str = ""
    method: str = ""
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    http: bool = True
    unknown: frozenset[str] = frozenset()
    trust_domains: tuple[str, ...] = (DEFAULT_DOMAIN,)
    peers: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    sni: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Why a rule did not match: the field of the rule, what it wants and what the request has."""

    place: Resource
    attribute: str
    wanted: tuple[str, ...]
    had: str
