"""The command operators of Envoy's access log formats, and which of them this program reads.

Decides: how a format is cut into operators and what stands between them, and to which field of an entry an operator
belongs. Must not know lines.

Source: Envoy, docs/root/configuration/advanced/substitution_formatter.rst (formerly observability/access_log/usage);
how an operator is delimited: source/common/formatter/substitution_formatter.cc.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum

from troubleshooter.evidence.access.entry import AccessLogEntry

FIELDS: Mapping[str, int] = {field.name: place for place, field in enumerate(fields(AccessLogEntry))}
"""The places of an entry's fields."""

MAX_FORMAT = 16_384
"""Longest format that is looked at, in characters; Istio's own has under 600."""


class FormatError(ValueError):
    """A text is no access log format, or none in which a failure would show; the message says why and what to do."""


class Shape(Enum):
    """What values of an operator look like."""

    TOKEN = "without blanks and quotes"
    FREE = "anything: a client wrote it, or it is a sentence"
    NUMBER = "digits"
    TIME = "as the operator's argument says"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator of a format: the `field` of an entry that it tells (None: one that is not read), what its values
    look like, what it has in brackets, and, where several tell the same field, how little this one is trusted."""

    field: int | None = None
    shape: Shape = Shape.FREE
    argument: str = ""
    rank: int = 0


_KNOWN: Mapping[str, tuple[str, Shape, int]] = {
    "START_TIME": ("start_time", Shape.TIME, 0),
    "PROTOCOL": ("protocol", Shape.TOKEN, 0),
    "RESPONSE_CODE": ("response_code", Shape.NUMBER, 0),
    "RESPONSE_FLAGS": ("flags", Shape.TOKEN, 0),
    "RESPONSE_CODE_DETAILS": ("details", Shape.FREE, 0),
    "CONNECTION_TERMINATION_DETAILS": ("connection_termination_details", Shape.FREE, 0),
    "UPSTREAM_TRANSPORT_FAILURE_REASON": ("transport_failure", Shape.FREE, 0),
    "BYTES_RECEIVED": ("bytes_received", Shape.NUMBER, 0),
    "BYTES_SENT": ("bytes_sent", Shape.NUMBER, 0),
    "DURATION": ("duration_ms", Shape.NUMBER, 0),
    "UPSTREAM_HOST": ("upstream_host", Shape.TOKEN, 0),
    "UPSTREAM_REMOTE_ADDRESS": ("upstream_host", Shape.TOKEN, 1),
    "UPSTREAM_CLUSTER": ("upstream_cluster", Shape.TOKEN, 0),
    "UPSTREAM_CLUSTER_RAW": ("upstream_cluster", Shape.TOKEN, 0),
    "UPSTREAM_LOCAL_ADDRESS": ("upstream_local", Shape.TOKEN, 0),
    "DOWNSTREAM_LOCAL_ADDRESS": ("downstream_local", Shape.TOKEN, 0),
    "DOWNSTREAM_REMOTE_ADDRESS": ("downstream_remote", Shape.TOKEN, 0),
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS": ("downstream_remote", Shape.TOKEN, 1),
    "REQUESTED_SERVER_NAME": ("sni", Shape.TOKEN, 0),
    "ROUTE_NAME": ("route_name", Shape.FREE, 0),
    "UPSTREAM_REQUEST_ATTEMPT_COUNT": ("attempts", Shape.NUMBER, 0),
    "PATH": ("path", Shape.FREE, 0),
}

_HEADERS: Mapping[str, tuple[str, Shape]] = {
    ":method": ("method", Shape.TOKEN),
    ":path": ("path", Shape.FREE),
    "x-envoy-original-path": ("path", Shape.FREE),
    ":authority": ("authority", Shape.TOKEN),
    "host": ("authority", Shape.TOKEN),
    "user-agent": ("user_agent", Shape.FREE),
    "x-request-id": ("request_id", Shape.TOKEN),
    "x-forwarded-for": ("forwarded_for", Shape.FREE),
}
_OF_REQUEST = frozenset({"REQ", "REQ_WITHOUT_QUERY", "REQUEST_HEADER"})
_OF_RESPONSE = frozenset({"RESP", "RESPONSE_HEADER"})
"""Envoy has had the long names since 1.37."""
_SERVICE_TIME = "x-envoy-upstream-service-time"

_OPERATOR = re.compile(r"%(?:%|([A-Z0-9_]{1,100})(?:\(([^)]*)\))?(?::([0-9]{1,9}))?%)")


def pieces(text: str) -> tuple[list[str], list[Operator]]:
    """A format as literals and operators in turn: there is one literal more, and each may be "".

    Raises:
        FormatError: a % begins no operator.
    """
    literals, operators, at = [""], list[Operator](), 0
    while (percent := text.find("%", at)) >= 0:
        literals[-1] += text[at:percent]
        match = _OPERATOR.match(text, percent)
        if match is None:
            shown = text[percent : percent + 20]
            raise FormatError(f"what begins with {shown!r} is no operator: write %OPERATOR%, and %% for a percent sign")
        if match[1] is None:
            literals[-1] += "%"
        else:
            operators.append(_operator(match[1], match[2] or ""))
            literals.append("")
        at = match.end()
    literals[-1] += text[at:]
    return literals, operators


def _operator(name: str, argument: str) -> Operator:
    if name in _OF_REQUEST:
        heads = [head for head in argument.lower().split("?") if head in _HEADERS]
        if not heads:
            return Operator()
        field, shape = _HEADERS[heads[-1]]
        return Operator(field=FIELDS[field], shape=shape)
    if name in _OF_RESPONSE and argument.lower() == _SERVICE_TIME:
        return Operator(field=FIELDS["upstream_service_time_ms"], shape=Shape.NUMBER)
    if name not in _KNOWN:
        return Operator()
    field, shape, rank = _KNOWN[name]
    return Operator(field=FIELDS[field], shape=shape, argument=argument, rank=rank)
