"""Host names: what a short one stands for, and which pattern a name falls under.

Decides: names only. Must not know services or objects.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

DEFAULT_DOMAIN = "cluster.local"


def fqdn(host: str, namespace: str, domain: str = DEFAULT_DOMAIN) -> str:
    """The full name that istiod gives a host in an object of `namespace`: only names without a dot are completed, and
    no IPv6 addresses.

    Source: `ResolveShortnameToFQDN` in istio/istio pilot/pkg/model/config.go;
    https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination-host.
    """
    host = host.lower()
    if "." in host or host.startswith("*") or ":" in host or not host:
        return host
    return f"{host}.{namespace}.svc.{domain}"


def dialled(host: str, namespace: str, services: Iterable[str], domain: str = DEFAULT_DOMAIN) -> str:
    """The full name of the service that a client in `namespace` means by `host`: the search list of its resolver and
    the names istiod puts in a virtual host (`web`, `web.shop`, `web.shop.svc`, `web.shop.svc.cluster.local`).

    Returns `host` itself where none of them is among `services`.
    Source: `GenerateAltVirtualHosts` in istio/istio pilot/pkg/networking/core/httproute.go.
    """
    host = host.lower().rstrip(".")
    known = services if isinstance(services, set | frozenset | dict) else set(services)
    tails = ("", f".{namespace}.svc.{domain}", f".svc.{domain}", f".{domain}")
    return next((host + tail for tail in tails if host + tail in known), host)


def is_address(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host is an address of the machine itself, whichever that is."""
    return is_address(host) and ipaddress.ip_address(host.strip("[]")).is_loopback


def in_range(text: str, address: str) -> bool:
    """Whether an address lies in a range that is written as one (`10.0.0.0/8`) or as a single address; what is neither
    holds none."""
    try:
        return ipaddress.ip_address(address.strip("[]")) in ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False


def covers(pattern: str, host: str) -> bool:
    """Whether a host falls under a pattern: equal, `*`, or `*.suffix` with something before the suffix.

    A pattern never covers a wider pattern. Source: `host.Name.SubsetOf` in istio/istio pkg/config/host/name.go.
    """
    pattern, host = pattern.lower(), host.lower()
    if not pattern.startswith("*"):
        return pattern == host
    tail = pattern[1:]
    if host.startswith("*"):
        return host[1:].endswith(tail) and len(host) >= len(pattern)
    return host.endswith(tail) and len(host) > len(tail)


def meet(one: str, other: str) -> bool:
    """Whether some name falls under both patterns. Source: `host.Name.Matches`, same file."""
    return covers(one, other) or covers(other, one)


def most_specific(host: str, patterns: Iterable[str]) -> str | None:
    """The pattern that decides for a host: the equal one, else the longest that covers it.

    Source: `MostSpecificHostMatch` in istio/istio pilot/pkg/model/push_context.go.
    """
    candidates = [p for p in patterns if covers(p, host)]
    return max(candidates, key=lambda p: (not p.startswith("*"), len(p)), default=None)


def is_short(host: str) -> bool:
    """Whether a host would be completed with the namespace of its object."""
    return "." not in host and not host.startswith("*")
