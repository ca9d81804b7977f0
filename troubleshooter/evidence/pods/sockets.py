"""The sockets on which something listens in a pod, as `ss`, `netstat` and /proc/net/tcp show them.

Decides: on which addresses and ports connections are taken, and by which process where that is printed. Must not know
which of them belong to an application. A text that lists no listening socket at all says nothing: a pod with a proxy
always has some, and without rights to see them the tools print none.
Sources: man 8 ss and man 8 netstat (columns); https://docs.kernel.org/networking/proc_net_tcp.html (hexadecimal
addresses in the order of the machine's bytes, state 0A is LISTEN).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from troubleshooter.evidence.cleaning import MAX_LINE, MAX_TEXT, printable
from troubleshooter.evidence.kinds import Kind, Unreadable
from troubleshooter.evidence.page import Page

MAX_SOCKETS = 20_000

_LISTENS = re.compile(r"\bLISTEN\b")
_SS = re.compile(r"^(?:tcp +|Netid +)?(?:LISTEN|State) +(?:\d+|Recv-Q) +(?:\d+|Send-Q) ")
_NETSTAT = re.compile(r"^tcp6? +\d+ +\d+ +\S+ +\S+ +[A-Z_0-9]+")
_PROC = re.compile(r"^ *sl +local_address +(?:rem|remote)_address +st\b")
_PROC_LINE = re.compile(r"^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A ")
_PROCESS = re.compile(r'users:\(\("([^"]{1,64})"|\b\d{1,10}/([^\s/:]{1,64})')
_END = re.compile(r"(\S+):(\d{1,5})")
_ALL = {"*": "0.0.0.0", "": "0.0.0.0"}  # noqa: S104 - addresses that are read, and nothing is bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """A socket that takes connections: its address as an IP address ("" if it is written as a name), its port, the
    process ("" if none is printed), and where it stands."""

    address: str
    port: int
    process: str = ""
    line: int = 0
    text: str = ""

    @property
    def loopback(self) -> bool:
        """Whether only the pod itself can connect to it."""
        return bool(self.address) and ipaddress.ip_address(self.address).is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """All sockets of a pod that take TCP connections."""

    sockets: tuple[Socket, ...] = ()

    def at(self, port: int) -> tuple[Socket, ...]:
        """Those at a port."""
        return tuple(one for one in self.sockets if one.port == port)


def _read(page: Page) -> Listening:
    found: list[Socket] = []
    for number, raw in page.lines():
        line = printable(raw[:MAX_LINE])
        socket = _of_proc(line, number) or _of_tool(line, number)
        if socket is not None:
            found.append(socket)
        if len(found) >= MAX_SOCKETS:
            raise Unreadable(f"it lists more than {MAX_SOCKETS} sockets")
    if not found:
        raise Unreadable("no socket that takes connections is in it")
    return Listening(sockets=tuple(found))


def _of_tool(line: str, number: int) -> Socket | None:
    """A line of ss or netstat: the first end in it is the local one."""
    if not _LISTENS.search(line):
        return None
    end = next((m for word in line.split() if (m := _END.fullmatch(word))), None)
    if end is None:
        return None
    process = _PROCESS.search(line)
    name = (process[1] or process[2]) if process else ""
    return _socket(_address(end[1]), int(end[2]), name, number, line)


def _of_proc(line: str, number: int) -> Socket | None:
    match = _PROC_LINE.match(line)
    if match is None:
        return None
    words = bytes.fromhex(match[1])
    data = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
    return _socket(_shown(ipaddress.ip_address(data)), int(match[2], 16), "", number, line)


def _socket(address: str, port: int, process: str, number: int, line: str) -> Socket | None:
    if port > 65_535 or not port:
        return None
    return Socket(address=address, port=port, process=process, line=number, text=line.strip()[:MAX_TEXT])


def _address(text: str) -> str:
    """An address without brackets and zone; netstat cuts long ones, which are then no address."""
    plain = text.strip("[]").partition("%")[0].strip("[]")
    try:
        return _shown(ipaddress.ip_address(_ALL.get(plain, plain)))
    except ValueError:
        return "127.0.0.1" if plain == "localhost" else ""


def _shown(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _fits(page: Page) -> bool:
    return any(p.match(line) for line in page.head.splitlines() for p in (_SS, _NETSTAT, _PROC, _PROC_LINE))


KINDS = (Kind(words="the listening sockets of a pod (ss, netstat, /proc/net/tcp)", fits=_fits, read=_read),)
