"""What comes in and goes out: a call, its target, a reply, and Kubernetes' `Status` for what went wrong.

Decides how a path is understood and how a refusal is worded. Must not know objects or sockets.

Facts: https://kubernetes.io/docs/reference/using-api/api-concepts/, `k8s.io/apiserver/pkg/endpoints/request/
requestinfo.go`, `k8s.io/apimachinery/pkg/api/errors/errors.go`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]

JSON = "application/json"

REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    410: "Expired",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


def encoded(value: Any) -> bytes:
    """JSON as the API server prints it: no blanks. Times that a YAML reader made are written as Kubernetes does."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_time).encode()


def _time(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is nothing that JSON knows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a path means. `rest` is what follows `…/proxy/`."""

    group: str
    version: str
    resource: str
    namespace: str = ""
    name: str = ""
    sub: str = ""
    rest: str = ""

    @property
    def full(self) -> str:
        """The resource with its subresource, as rules name it."""
        return f"{self.resource}/{self.sub}" if self.sub else self.resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as it came. Names of headers are in lower case. `certified`: the client has shown its certificate."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    certified: bool = False

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.url).query, keep_blank_values=True)

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    @property
    def accept(self) -> str:
        return self.headers.get("accept", "")

    @property
    def upgrades(self) -> bool:
        """Whether this wants to become a websocket."""
        return self.headers.get("upgrade", "").lower() == "websocket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A request that is answered with a `Status`. `args[0]` is its message."""

    def __init__(self, code: int, message: str, *, reason: str | None = None, **more: Any) -> None:
        super().__init__(message)
        self.code = code
        self.body = status(code, message, REASONS.get(code, "") if reason is None else reason, **more)

    @property
    def reply(self) -> Reply:
        after = self.body.get("details", {}).get("retryAfterSeconds")
        return Reply(
            status=self.code, body=encoded(self.body), headers={} if after is None else {"Retry-After": str(after)}
        )


def status(code: int, message: str, reason: str, details: Json | None = None, metadata: Json | None = None) -> Json:
    """A failure as the API server words it."""
    made: Json = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": metadata or {},
        "status": "Failure",
        "message": message,
    }
    if reason:
        made["reason"] = reason
    if details:
        made["details"] = details
    return {**made, "code": code}


def not_found(target: Target) -> Refused:
    """No object of that name."""
    full = f"{target.resource}.{target.group}" if target.group else target.resource
    details = {"name": target.name, "kind": target.resource}
    return Refused(
        404,
        f'{full} "{target.name}" not found',
        details={**details, "group": target.group} if target.group else details,
    )


def understood(call: Call) -> Target | None:
    """What a path below /api or /apis means; None for anything else."""
    parts = [unquote(p) for p in call.path.split("/")[1:]]
    if parts[0] == "api" and len(parts) > 2:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    # Namespaces have no namespace, but two subresources of their own.
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    name, sub = [*rest[1:], "", ""][:2]
    return Target(
        group=group,
        version=version,
        resource=rest[0],
        namespace=namespace,
        name=name,
        sub=sub,
        rest="/".join(rest[3:]),
    )


def verb(call: Call, target: Target) -> str:
    """The verb that rules speak of. A DELETE without a name deletes a collection."""
    if call.method in ("GET", "HEAD"):
        if target.name:
            return "get"
        return "watch" if call.first("watch") in ("1", "true") else "list"
    if call.method == "DELETE":
        return "delete" if target.name else "deletecollection"
    return _VERBS.get(call.method, call.method.lower())
