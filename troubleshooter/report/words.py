"""Small values as people read them: an object with its place, a source, a request, an outcome, a share.

Decides: wording only. What comes out may hold anything that came in: `page` makes it safe to print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troubleshooter.model import (
    SECRET_HEADERS,
    Connection,
    LogGroup,
    Outcome,
    Request,
    Resource,
    Severity,
    Source,
    StageVerdict,
    Verdict,
)
from troubleshooter.report.page import Span, Tone

STAGE_MARKS: Mapping[StageVerdict, Span] = {
    StageVerdict.PASS: Span("√", Tone.GOOD),
    StageVerdict.FAIL: Span("×", Tone.BAD),
    StageVerdict.UNKNOWN: Span("‼", Tone.WARN),
    StageVerdict.NOT_REACHED: Span("•", Tone.FAINT),
}

VERDICT_MARKS: Mapping[Verdict, Span] = {
    Verdict.REACHABLE: Span("√", Tone.GOOD),
    Verdict.UNREACHABLE: Span("×", Tone.BAD),
    Verdict.MISROUTED: Span("×", Tone.BAD),
    Verdict.AMBIGUOUS: Span("‼", Tone.WARN),
    Verdict.UNDETERMINED: Span("‼", Tone.WARN),
}

SEVERITY_MARKS: Mapping[Severity, Span] = {
    Severity.ERROR: Span("×", Tone.BAD),
    Severity.WARNING: Span("‼", Tone.WARN),
    Severity.INFO: Span("•", Tone.FAINT),
}

CONNECTIONS: Mapping[Connection, str] = {
    Connection.OK: "",
    Connection.REFUSED: "the connection is refused",
    Connection.RESET: "the connection is reset",
    Connection.TIMEOUT: "no answer in time",
    Connection.TLS_ERROR: "the TLS handshake fails",
    Connection.DNS: "the name does not resolve",
}

PATTERNS: Mapping[str, str] = {
    "always": "every such request fails",
    "share": "a share of such requests fails, all the time",
    "bursts": "many fail at once, then none for a while",
    "after-idle": "they fail on connections that had been idle",
    "since-change": "every such request fails since {since}, and none did before",
    "outage": "every such request failed {begin}until {until}, and none at other times",
}
"""How failures are spread over time, by the pattern of their group."""


FAR_LOGS: Mapping[str, str] = {
    "silent": "the proxy to which they were sent logged none of them: they broke off between the two proxies",
    "logged": "the proxy to which they were sent logged them too",
}
"""What the log of the proxy at the other end has."""
CHECKS = (
    "likely no requests but the health check of a load balancer, which speaks no TLS to a port that takes TLS only: "
    "let it check port 15021, path /healthz/ready"
)
"""Of lines that look like it; a warning, for the load balancer may take the gateway for broken."""


def recurrence(group: LogGroup) -> list[str]:
    """What the lines of one failure have in common, one sentence each; none where the log does not tell."""
    begin = f"from {group.since} " if group.since else ""
    told = PATTERNS.get(group.pattern, "").format(since=group.since, begin=begin, until=group.until)
    callers = f"only from {listed(group.callers)}" if group.callers else ""
    endpoint = f"only at {group.endpoint}, while other endpoints answer" if group.endpoint else ""
    together = ", ".join(filter(None, (told, callers)))
    checks = CHECKS if group.checks else ""
    return [one for one in (together, endpoint, FAR_LOGS.get(group.far_log, ""), checks) if one]


def headers(request: Request) -> dict[str, str]:
    """The request's headers, with credentials blacked out."""
    return {k: "(hidden)" if k.lower() in SECRET_HEADERS else v for k, v in request.headers.items()}


def request_line(request: Request) -> str:
    """`GET http://payments.shop:8080/pay`; a method only where the scheme has one."""
    return f"{request.method} {request.to}" if request.scheme.startswith("http") else request.to


def place(file: str, line: int | None) -> str:
    """`mesh.yaml:14`; "" for a live object."""
    name = "standard input" if file == "-" else file
    return f"{name}:{line}" if name and line is not None else name


def resource(value: Resource) -> str:
    """`VirtualService shop/payments, spec.http[0].match (mesh.yaml:14)`."""
    where = place(value.file, value.line)
    return str(value) + (f", {value.field}" if value.field else "") + (f" ({where})" if where else "")


def field(value: Resource) -> str:
    """The same under a heading that names the object already: `spec.http[0].match (mesh.yaml:14)`."""
    where = place(value.file, value.line)
    return f"{value.field} ({where})" if value.field and where else value.field or where


def source(value: Source) -> str:
    """Where a fact comes from: an object and its field, a log line, or a person."""
    if value.said:
        return "you said so"
    if value.resource is not None:
        return resource(value.resource)
    return ": ".join(part for part in (place(value.file, value.line), clipped(value.text)) if part)


LONGEST_TEXT = 240
"""Letters of a log line that are shown: three lines of a terminal."""


def clipped(text: str) -> str:
    """A long line's beginning."""
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " …"


def outcome(value: Outcome) -> str:
    """What the client gets and what Envoy logs: `404, logged as NR route_not_found`."""
    seen = str(value.status) if value.status is not None else CONNECTIONS[value.connection]
    logged = " ".join((",".join(value.flags), value.details)).strip()
    return ", ".join(part for part in (seen, f"logged as {logged}" if logged else "") if part)


def share(value: float | None) -> str:
    """`10%`; "" where it is not known."""
    return "" if value is None else f"{value * 100:.3g}%"


def count(number: int, one: str, many: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
