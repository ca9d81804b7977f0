"""What `--to` and `--from` mean: a URL and a party, as values.

Decides the grammar of both. Must not know the mesh.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from troubleshooter.model import Request
from troubleshooter.model.plain import without_credentials

TCP_PORTS = frozenset(
    {21, 22, 25, 53, 110, 143, 389, 587, 636, 1433, 1521, 3306, 5432, 5672, 6379, 9042, 9092, 11211, 27017}
)
"""Ports that are no HTTP ports: a URL without scheme on one of them is `tcp`."""

DEFAULT_PORTS = {"http": 80, "https": 443}
SCHEMES = {"http": "http", "https": "https", "tcp": "tcp", "grpc": "http", "ws": "http", "wss": "https", "tls": "https"}
KINDS = {
    "pod": "Pod",
    "pods": "Pod",
    "po": "Pod",
    "deployment": "Deployment",
    "deployments": "Deployment",
    "deploy": "Deployment",
    "statefulset": "StatefulSet",
    "statefulsets": "StatefulSet",
    "sts": "StatefulSet",
    "daemonset": "DaemonSet",
    "daemonsets": "DaemonSet",
    "ds": "DaemonSet",
    "replicaset": "ReplicaSet",
    "replicasets": "ReplicaSet",
    "rs": "ReplicaSet",
    "replicationcontroller": "ReplicationController",
    "rc": "ReplicationController",
    "job": "Job",
    "jobs": "Job",
    "cronjob": "CronJob",
    "cronjobs": "CronJob",
    "cj": "CronJob",
}
"""kubectl's names and short names of the kinds that can be a caller."""


NO_HOST = "there is no host in it"
SPACED = "a URL has no spaces"


class RequestError(ValueError):
    """The request as given makes no sense; the text says what to write instead."""


class NotThereError(RequestError):
    """Who should send the request, or whom it should reach, is not among what was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`--from` taken apart. `outside` means a client outside the mesh; with `gateway` (`namespace/name`) it enters
    there."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    cluster: str = ""
    outside: bool = False
    gateway: str = ""


def parse_request(
    to: str,
    *,
    source: str = "",
    method: str = "GET",
    headers: Iterable[tuple[str, str]] = (),
    sni: str = "",
    plaintext: bool = False,
    expect: str = "",
    http10: bool = False,
) -> Request:
    """A request from its URL. Without scheme it is http, or tcp if the port is no HTTP port.

    Raises:
        RequestError: the URL has no host, or a port that is none; HTTP/1.0 is asked for where no HTTP/1.0 can be.
    """
    parts = _parts(to)
    to = without_credentials(to)
    port = _port(parts, to)
    scheme = _scheme(parts.scheme, port, to)
    if port is None and scheme == "tcp":
        raise RequestError(f"--to {to}: a tcp request needs a port; write for example tcp://{parts.hostname}:5432")
    if http10 and (scheme == "tcp" or parts.scheme == "grpc"):
        raise RequestError(f"--to {to}: only http and https requests can be in HTTP/1.0; leave out --http1.0")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Request(
        source=source,
        to=to,
        scheme=scheme,
        host=str(parts.hostname),
        port=port or DEFAULT_PORTS[scheme],
        path=path,
        method=method.upper(),
        headers={name.lower(): value for name, value in headers},
        sni=sni,
        plaintext=plaintext,
        expect=expect,
        http10=http10,
    )


def _parts(to: str) -> SplitResult:
    try:
        parts = urlsplit(to if "://" in to else f"//{to}")
        host = parts.hostname
    except ValueError as error:
        to = without_credentials(to)
        raise RequestError(f"--to {to}: the host cannot be read; write for example http://web.shop:8080/") from error
    if not host or any(letter.isspace() for letter in to):
        to = without_credentials(to)
        raise RequestError(f"--to {to}: {SPACED if host else NO_HOST}; write for example http://web.shop:8080/path")
    return parts


def _port(parts: SplitResult, to: str) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise RequestError(f"--to {to}: the port is no number from 1 to 65535; write for example http://web.shop:8080/")
    return port


def _scheme(written: str, port: int | None, to: str) -> str:
    if not written:
        return "tcp" if port in TCP_PORTS else "https" if port == 443 else "http"
    if written not in SCHEMES:
        known = ", ".join(sorted(SCHEMES))
        raise RequestError(f"--to {to}: the scheme {written} is not one of {known}")
    return SCHEMES[written]


def parse_caller(text: str, default_namespace: str, flag: str = "--from") -> Caller:
    """`[NS/][KIND/]NAME[@CLUSTER]`, `outside`, or `gateway:NS/NAME[@CLUSTER]`. KIND is a pod if left out; of two parts
    the first is a kind if it is the name of one.

    Raises:
        RequestError: it is none of these.
    """
    if text == "outside":
        return Caller(outside=True)
    if text.startswith("gateway:"):
        place, _, cluster = text.removeprefix("gateway:").partition("@")
        namespace, _, name = place.rpartition("/")
        if not name or "/" in namespace:
            raise RequestError(f"--from {text}: write gateway:NAMESPACE/NAME of a Gateway object")
        return Caller(outside=True, gateway=f"{namespace or default_namespace}/{name}", cluster=cluster)
    place, _, cluster = text.partition("@")
    parts = place.split("/")
    if not all(parts) or len(parts) > 3:
        raise RequestError(f"{flag} {text}: write [NAMESPACE/][KIND/]NAME, for example shop/deployment/web")
    namespace, kind = default_namespace, "Pod"
    if len(parts) == 3:
        namespace, kind = parts[0], _kind(parts[1], f"{flag} {text}")
    elif len(parts) == 2 and parts[0].lower() in KINDS:
        kind = KINDS[parts[0].lower()]
    elif len(parts) == 2:
        namespace = parts[0]
    return Caller(kind=kind, namespace=namespace, name=parts[-1], cluster=cluster)


def _kind(word: str, text: str) -> str:
    if word.lower() not in KINDS:
        raise RequestError(f"{text}: {word} is no kind of workload; use deployment, statefulset, daemonset, job or pod")
    return KINDS[word.lower()]
