"""IP addresses to others, so that whatever holds one holds the other.

Decides: which address stands for which. Two addresses that agree in their first n bits do so afterwards, and the length
of a prefix stays, so a CIDR holds the same addresses as before. What is no address of somebody (loopback, unspecified,
link-local, multicast, the addresses that Istio itself gives out) stays, and so does the first byte, by which private
networks are known. Must not know texts.

Source of the idea: Xu et al., "Prefix-Preserving IP Address Anonymization" (Crypto-PAn), 2002.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Callable
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

IN_TEXT = re.compile(
    r"(?:(?:(?<![\w.:-])|(?<=::))(?P<v4>(?:\d{1,3}\.){3}\d{1,3})(?![0-9A-Za-z.])"
    r"|(?<![\w.:-])(?P<v6>[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![\w:]))"
    r"(?:/(?P<length>\d{1,3})(?![\w./]))?"
)
_OWN = tuple(
    map(ipaddress.ip_network, ("127.0.0.0/8", "0.0.0.0/32", "169.254.0.0/16", "240.240.0.0/16", "224.0.0.0/4"))
)
_OWN_6 = tuple(map(ipaddress.ip_network, ("::1/128", "::/128", "fe80::/10", "2001:2::/48", "ff00::/8")))
_KEPT = {4: 8, 6: 16}
"""So many bits at the beginning stay as they are."""


def replaced(found: re.Match[str], key: bytes, note: Callable[[str, str], None]) -> str:
    """An address or CIDR in a text by another. `note` is told of both."""
    text, length = found["v4"] or found["v6"], found["length"]
    try:
        address = ipaddress.ip_address(text)
        bits = address.max_prefixlen if length is None else int(length)
        if any(address in network for network in (*_OWN, *_OWN_6)) or bits > address.max_prefixlen or bits == 0:
            return found[0]
    except ValueError:
        return found[0]
    other = str(_other(address, bits, key))
    note(text, other)
    return other if length is None else f"{other}/{length}"


def _other(address: Address, bits: int, key: bytes) -> Address:
    """The address that stands for one: each bit is turned or not, as all bits before it say. Bits behind the prefix of
    a CIDR stay zero where they were."""
    width, value, result = address.max_prefixlen, int(address), 0
    rest_is_zero = value & ((1 << (width - bits)) - 1) == 0
    for at in range(width):
        bit = value >> (width - 1 - at) & 1
        if at >= _KEPT[address.version] and not (at >= bits and rest_is_zero):
            before = f"{address.version}:{at}:{value >> (width - at):x}".encode()
            bit ^= hmac.digest(key, before, "sha256")[0] & 1
        result = result << 1 | bit
    return type(address)(result)
