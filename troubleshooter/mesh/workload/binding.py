"""To which address an application listens, as far as its command, arguments or environment say.

Decides from a pod's containers: on the loopback address alone, or elsewhere too. Most applications say nothing of the
kind in their pod: then it is not known. Only names that are used for the address to listen on count, and only in the
container that has the port; an address with a port counts for that port alone. Must not know services.
Sources: https://istio.io/latest/docs/reference/config/analysis/ist0143/;
https://istio.io/latest/blog/2021/upcoming-networking-changes/.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.workload.workloads import PROXY, Pod, Workload
from troubleshooter.model import Raw, as_list, as_map

FLAGS = frozenset(
    [
        *("host", "bind", "listen", "address", "addr", "ip", "hostname", "interface"),
        *("http-address", "http-addr", "http-listen", "server.address", "server-address"),
    ]
)
"""Names of arguments, without dashes and in small letters, that hold the address to listen on."""
VARIABLES = frozenset(["host", "http-addr", "server-address", "flask-run-host", "uvicorn-host", "aspnetcore-urls"])
"""Names of environment variables, in small letters and with dashes."""
ENDINGS = re.compile(r"(?:^|[-.])(?:bind|listen)(?:[-.](?:address|addr|host|ip))?$")
"""Both kinds of names may end like this, whatever stands before."""
SHORT = frozenset(["-b", "-H", "-l"])
"""Flags that count only with an address that has the port."""
ADDRESS = re.compile(
    r"(?:https?://)?(?:\[(?P<v6>[0-9a-fA-F:]+)\]|(?P<host>[^\s:/\[\]]*))(?::(?P<port>\d{1,5}))?/?", re.ASCII
)
LOOPBACK = re.compile(r"127(?:\.\d{1,3}){3}|localhost|::1", re.IGNORECASE)
ALL = "0.0.0.0"  # noqa: S104 - it is read and written in texts, and nothing is bound
OPEN = frozenset({ALL, "::", "*", "+", ""})
NETCAT = frozenset({"nc", "ncat", "netcat"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The field of a pod's template that says on which address is listened, whether that is the loopback address alone,
    what is written there, and what would stand there for all addresses."""

    field: str
    loopback: bool
    written: str
    opened: str


def binding_of(workload: Workload, port: int) -> Binding | None:
    """What the containers of a workload say of the address on which `port` is listened on; None if nothing. An address
    that others can reach outranks the loopback address."""
    held = [b for n, container in _with_port(workload.pod_spec, port) for b in _said(n, container, port)]
    return next((b for b in held if not b.loopback), next(iter(held), None))


def answers_probes(pod: Pod, port: int) -> bool:
    """Whether the pod is ready by a probe of this port over the network, which is made to the pod's address."""
    if pod.standin or not pod.ready:
        return False
    probes = [as_map(c.get("readinessProbe")) for _, c in _with_port(pod.spec, port)]
    asked = [as_map(probe.get(kind)) for probe in probes for kind in ("httpGet", "tcpSocket", "grpc")]
    return any(a and not a.get("host") and _number(pod, a.get("port")) == port for a in asked)


def _number(pod: Pod, port: object) -> int | None:
    return pod.port_named(port) if isinstance(port, str) else port if is_number(port) else None


def _with_port(spec: Raw, port: int) -> list[tuple[int, Raw]]:
    """The containers that declare the port; else the only one, if that declares none at all."""
    held = [(n, as_map(c)) for n, c in enumerate(as_list(spec.get("containers")))]
    own = [(n, c) for n, c in held if c.get("name") != PROXY]
    declared = [(n, c) for n, c in own if any(as_map(p).get("containerPort") == port for p in as_list(c.get("ports")))]
    silent = len(own) == 1 and not as_list(own[0][1].get("ports"))
    return declared or (own if silent else [])


def _said(n: int, container: Raw, port: int) -> Iterator[Binding]:
    for key in ("command", "args"):
        items = [str(item) for item in as_list(container.get(key))]
        tokens = [(m, word) for m, item in enumerate(items) for word in _words(item)]
        for at, (m, word) in enumerate(tokens):
            found = _option(word, tokens[at + 1 : at + 2], m)
            if found is not None:
                yield from _address(f"spec.containers[{n}].{key}[{found.item}]", items[found.item], found, port)
        yield from _of_netcat(f"spec.containers[{n}].{key}", items, tokens, port)
    for m, variable in enumerate(map(as_map, as_list(container.get("env")))):
        name, value = str(variable.get("name") or ""), str(variable.get("value") or "")
        plain = name.lower().replace("_", "-")
        if value and (plain in VARIABLES or ENDINGS.search(plain)):
            told = _Option(item=0, name=f"{name}=", value=value)
            yield from _address(f"spec.containers[{n}].env[{m}].value", value, told, port)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """Something that may name the address to listen on: the position of the item that holds the value, what stands
    before the value, and the value."""

    item: int
    name: str
    value: str


def _option(word: str, following: Sequence[tuple[int, str]], item: int) -> _Option | None:
    """`--host=ADDRESS`, or `--host` with the address behind it."""
    name, equals, value = word.partition("=")
    plain = name.removeprefix("-D").lstrip("-").lower()
    short = name in SHORT
    if not name.startswith("-") or not (short or plain in FLAGS or ENDINGS.search(plain)):
        return None
    if equals and not short:
        return _Option(item=item, name=f"{name}=", value=value)
    held, value = following[0] if following and not equals else (item, "")
    bare = short and ":" not in value
    return None if bare or value.startswith("-") else _Option(item=held, name=f"{name} ", value=value)


def _address(place: str, text: str, option: _Option, port: int) -> Iterator[Binding]:
    """An address to listen on, in the text that stands at `place`; of another port it says nothing."""
    found = ADDRESS.fullmatch(option.value.strip())
    if found is None or not found[0] or (found["port"] and int(found["port"]) != port):
        return
    host = found["v6"] or found["host"] or ""
    loopback = bool(LOOPBACK.fullmatch(host))
    if loopback or host in OPEN:
        written = f"[{host}]" if found["v6"] else host
        opened = option.value.replace(written, "[::]" if found["v6"] else ALL, 1) if loopback else option.value
        before, name, after = text.rpartition(option.name) if option.name in text else ("", "", text)
        whole = before + name + after.replace(option.value, opened, 1)
        yield Binding(field=place, loopback=loopback, written=option.name + option.value, opened=whole)


def _of_netcat(place: str, items: Sequence[str], tokens: Sequence[tuple[int, str]], port: int) -> Iterator[Binding]:
    """`nc localhost 8080 -l`."""
    words = [word for _, word in tokens]
    listens = any(re.fullmatch(r"-[a-z]*l[a-z]*", word) for word in words)
    local = next(((m, word) for m, word in tokens if LOOPBACK.fullmatch(word)), None)
    if local and listens and str(port) in words and NETCAT.intersection(word.rpartition("/")[2] for word in words):
        opened = items[local[0]].replace(local[1], ALL, 1)
        yield Binding(field=f"{place}[{local[0]}]", loopback=True, written=" ".join(words[-4:]), opened=opened)


def _words(text: str) -> list[str]:
    """The words of an item; one that is handed to a shell has several."""
    try:
        return shlex.split(text) if " " in text or "\n" in text else [text]
    except ValueError:
        return text.split()
