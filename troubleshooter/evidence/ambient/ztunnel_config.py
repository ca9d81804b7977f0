"""What a ztunnel has, as values.

Decides: nothing; the modules beside this one read texts into these. "" stands for what was not said; a part that a text
does not hold is None, which is not the same as empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelWorkload:
    """One workload: its addresses, its node, its waypoint ("" for none), whether it is healthy, and the protocol in
    which it is spoken to, in ztunnel's words: HBONE through the tunnel, TCP where ztunnel does not carry it."""

    namespace: str
    name: str
    protocol: str
    waypoint: str = ""
    addresses: tuple[str, ...] = ()
    node: str = ""
    healthy: bool = True
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelService:
    """One service: its waypoint ("" for none), and how many endpoints it has; None where that was not said."""

    namespace: str
    name: str
    hostname: str = ""
    waypoint: str = ""
    endpoints: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelPolicy:
    """One policy that ztunnel holds for its workloads: `action` is Allow or Deny."""

    namespace: str
    name: str
    action: str
    scope: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelCertificate:
    """The certificate that ztunnel holds for an identity (SPIFFE): `state` is Available, Initializing or Unavailable.
    Times as they were written (RFC 3339)."""

    identity: str
    state: str
    valid_from: str = ""
    expires: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelConfig:
    """What a ztunnel has, as far as a text shows it."""

    workloads: tuple[ZtunnelWorkload, ...] | None = None
    services: tuple[ZtunnelService, ...] | None = None
    policies: tuple[ZtunnelPolicy, ...] | None = None
    certificates: tuple[ZtunnelCertificate, ...] | None = None

    def workload(self, namespace: str, name: str) -> ZtunnelWorkload | None:
        """The workload of that pod."""
        return next((one for one in self.workloads or () if (one.namespace, one.name) == (namespace, name)), None)

    def service(self, namespace: str, name: str) -> ZtunnelService | None:
        """The service of that name."""
        return next((one for one in self.services or () if (one.namespace, one.name) == (namespace, name)), None)


def joined(rows: Iterable[object]) -> ZtunnelConfig:
    """The rows, each in its part; a part of which there is no row is None."""
    found = tuple(rows)
    workloads = tuple(one for one in found if isinstance(one, ZtunnelWorkload))
    services = tuple(one for one in found if isinstance(one, ZtunnelService))
    policies = tuple(one for one in found if isinstance(one, ZtunnelPolicy))
    certificates = tuple(one for one in found if isinstance(one, ZtunnelCertificate))
    return ZtunnelConfig(
        workloads=workloads or None,
        services=services or None,
        policies=policies or None,
        certificates=certificates or None,
    )
