"""The logs of istiod and of a proxy's agent: what they tell that is out of order.

Decides: the forms of lines, and what is counted as the same. Must not know what follows from it.

Both write lines of istio.io/istio/pkg/log: `TIME<tab>LEVEL<tab>SCOPE<tab>MESSAGE` (the default scope is left out), or
with `--log_as_json` `{"level":...,"time":...,"scope":...,"msg":...}`. Envoy's own lines stand among the agent's. Lines
of the access log in between are skipped. Readers of logs may put `[pod/NAME/CONTAINER] ` before a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from troubleshooter.evidence.cleaning import MAX_FIELD, MAX_LINE, MAX_TEXT, printable
from troubleshooter.evidence.istiod import log_marks
from troubleshooter.evidence.istiod.log_marks import Mark
from troubleshooter.evidence.istiod.values import AgentLog, IstiodLog, LogEvent
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page
from troubleshooter.model import as_map

_PREFIX = r"(?:\[pod/[^\]]{1,300}\] )?"
_PLAIN = re.compile(
    rf"{_PREFIX}(?P<time>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9:.]{{5,20}}Z)[ \t]+"
    r"(?:debug|info|warn|warning|error|fatal|critical)[ \t]+(?P<message>.*)"
)
_PREFIXED_JSON = re.compile(rf"{_PREFIX}(?P<json>\{{.*)")
_SCOPE = re.compile(r"(?P<scope>[A-Za-z][\w .-]{0,40}?)(?:\t|  +)")
_JSON_SCOPE = re.compile(r'"scope": ?"([^"]{1,60})"')
_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|(?<=Bearer )\S+")
_ROLE = re.compile(r"Proxy role[^\n]{0,400}? id=(?P<pod>[a-z0-9.-]{1,253})\.(?P<namespace>[a-z0-9-]{1,63})\b")
_LOOKED_AT = 400
"""Lines from the beginning that tell whose log it is."""
_TAIL = 8_192
"""So many characters at the end have the time of the last line in them."""
_EVENTS = 2_000
"""So many different events are kept of a log."""

_OF_AGENT = frozenset(("xdsproxy", "cache", "sds", "ca", "citadelclient", "dns", "healthcheck", "wasm", "trustBundle"))
_OF_ISTIOD = frozenset(
    (
        *("ads", "delta", "model", "krt", "kube", "rootcertrotator", "validationController", "serverca", "security"),
        *("pkica", "authorization", "gateway", "ambient", "klog", "controllers", "status", "monitor", "webhook"),
    )
)
_AGENT_SAYS = re.compile(
    r"Envoy proxy is|Proxy role|Starting proxy agent|gRPC config stream|Agent draining|failed to connect to upstream"
)
_ISTIOD_SAYS = re.compile(
    r"watch error in cluster|Push Status|Istiod|leader election|remote cluster|JWKS|ACK ERROR|PUSH for node"
    r"|Push debounce|multicluster|failed to list \*|Failed to authenticate client from|TLS handshake error"
)


def _messages(page: Page) -> Iterator[tuple[int, str, str, str]]:
    """Number, time, message and whole text of every line that could matter."""
    for number, raw in page.lines():
        line = raw[:MAX_LINE]
        if log_marks.WORTH.search(line) is None:
            continue
        time, message = _message(line)
        yield number, time, message, line


def _message(line: str) -> tuple[str, str]:
    """Time and message of a line; of one in another form the whole."""
    plain = _PLAIN.match(line)
    if plain:
        return plain["time"], plain["message"]
    inner = _PREFIXED_JSON.match(line)
    if inner:
        try:
            raw = as_map(json.loads(inner["json"]))
        except (ValueError, RecursionError):
            return "", line
        message = str(raw.get("msg") or raw.get("message") or "")
        return str(raw.get("time", "")), " ".join(message[:MAX_LINE].splitlines())
    return "", line


def _scoped(line: str) -> tuple[str, str]:
    """Scope and message of a line of istio's log; both "" of any other."""
    plain = _PLAIN.match(line)
    if plain:
        scope = _SCOPE.match(plain["message"])
        return (scope["scope"] if scope else ""), plain["message"]
    in_json = _JSON_SCOPE.search(line)
    return (in_json[1], _message(line)[1]) if in_json else ("", "")


def _events(page: Page, marks: tuple[Mark, ...]) -> tuple[LogEvent, ...]:
    """Every event, once each, in the order of their first lines."""
    found: dict[tuple[str, ...], LogEvent] = {}
    for number, time, message, line in _messages(page):
        seen = _event(message, marks)
        if seen is None:
            continue
        key = (seen.event, seen.about, seen.type)
        before = found.get(key)
        stamp = printable(time)[:MAX_FIELD]
        if before is not None:
            found[key] = replace(before, count=before.count + 1, end=number, last=stamp or before.last)
        elif len(found) < _EVENTS:
            text = _kept(line, MAX_TEXT)
            found[key] = replace(seen, line=number, end=number, text=text, first=stamp, last=stamp)
    return tuple(found.values())


def _event(message: str, marks: tuple[Mark, ...]) -> LogEvent | None:
    for mark in marks:
        match = mark.form.search(message)
        if match is None or any(text in message for text in mark.never):
            continue
        told = {name: _kept(value or "", MAX_FIELD).strip() for name, value in match.groupdict().items()}
        return LogEvent(
            event=mark.event, about=told.get("about", ""), type=told.get("type", ""), why=told.get("why", "")
        )
    return None


def _pod(page: Page) -> str:
    """Whose log it is, as its agent says at the start (`Proxy role ips=[...] type=sidecar id=web-1.shop`)."""
    found = _ROLE.search(page.head)
    return f"{found['namespace']}/{found['pod']}" if found else ""


def _until(page: Page) -> str:
    """The time of the last line that has one."""
    last = (_message(line)[0] for line in reversed(page.text[-_TAIL:].splitlines()))
    return printable(next(filter(None, last), ""))[:MAX_FIELD]


def _kept(text: str, most: int) -> str:
    """What may be shown of a text: no control characters, no tokens."""
    return _TOKEN.sub("<token>", printable(text))[:most]


def _is_of(
    scopes: frozenset[str], says: re.Pattern[str], others: re.Pattern[str], marks: tuple[Mark, ...]
) -> Callable[[Page], bool]:
    """Whether lines are of somebody with these scopes, or who says such things, before they are of somebody else."""

    def fits(page: Page) -> bool:
        for line in page.head.splitlines()[:_LOOKED_AT]:
            scope, message = _scoped(line)
            if scope in scopes or says.search(message) or (message and _event(message, marks)):
                return True
            if message and others.search(message):
                return False
        return False

    return fits


KINDS = (
    Kind(
        words="the log of a proxy",
        fits=_is_of(_OF_AGENT, _AGENT_SAYS, _ISTIOD_SAYS, log_marks.AGENT),
        read=lambda page: AgentLog(events=_events(page, log_marks.AGENT), pod=_pod(page)),
    ),
    Kind(
        words="the log of istiod",
        fits=_is_of(_OF_ISTIOD, _ISTIOD_SAYS, _AGENT_SAYS, log_marks.ISTIOD),
        read=lambda page: IstiodLog(events=_events(page, log_marks.ISTIOD), until=_until(page)),
    ),
)
