"""One line of ztunnel's access log as a value.

Decides: which line is one, in which form, and its values. Must not know: prefixes that log readers add
(`evidence.access.lines`), or what an error means.

ztunnel logs a connection when it ends (`connection complete`, at level error and with `error=` where it failed), when
it begins (`connection opened`, at level debug only), and one that is refused before anything is known of it
(`connection failed`). The source and the destination are what ztunnel knew of them: a name that is absent here was not
known to it.

Sources: src/proxy/metrics.rs in istio/ztunnel (fields, levels, messages) and src/telemetry.rs (both forms). The forms:

    plain         TIME<tab>error<tab>access<tab>connection complete<tab>src.addr=10.0.0.1:4444 ... error="..."
    first plain   TIME ERROR access: connection complete src.addr=10.0.0.1:4444 ... error="..."
    JSON          {"level":"error","time":"...","scope":"access","message":"connection complete","src.addr":"...",...}

Texts are quoted as Rust's Debug quotes them. The sentences that ztunnel wrote before it had these fields are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from troubleshooter.evidence.cleaning import MAX_FIELD, MAX_TEXT, printable


class Direction(StrEnum):
    """Where ztunnel stood: before the workload that sends (outbound), or before the one that takes."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelEntry:
    """One connection as ztunnel logged it. What it did not log is "" or None; `event` is `complete`, `opened` or
    `failed`; `destination` is the address to which it connected, `hbone_destination` the one behind the tunnel;
    `file`, `line` and `text` say where it stands; `pod` (ztunnel's own) is known only from a log reader's prefix."""

    time: str
    level: str = ""
    event: str = ""
    source: str = ""
    source_workload: str = ""
    source_namespace: str = ""
    source_identity: str = ""
    destination: str = ""
    hbone_destination: str = ""
    service: str = ""
    destination_workload: str = ""
    destination_namespace: str = ""
    destination_identity: str = ""
    direction: Direction = Direction.UNKNOWN
    bytes_sent: int | None = None
    bytes_received: int | None = None
    duration_ms: int | None = None
    error: str = ""
    file: str = ""
    line: int = 0
    text: str = ""
    pod: str = ""

    @property
    def failed(self) -> bool:
        """Whether the connection failed: ztunnel names an error, or refused it."""
        return bool(self.error) or self.event == "failed"


_LEVELS = "trace|debug|info|warn|error|TRACE|DEBUG|INFO|WARN|ERROR"
BEGINNING = re.compile(
    r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,20}Z) {1,4}"
    rf"(?P<level>{_LEVELS}) access:? connection (?P<event>complete|opened|failed)(?= |$)"
)
"""How a line begins once tabs are blanks."""

_FIELD = re.compile(r'(?<= )([a-z_.]{1,40})=(?:"((?>[^"\\]+|\\.)*)"|(\S*))')
_MESSAGE = re.compile(r"connection (complete|opened|failed)")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))")
_MEANT = {"n": " ", "r": " ", "t": " ", "0": ""}
_DURATION = re.compile(r"([0-9]{1,15})ms")
_NUMBER = re.compile(r"[0-9]{1,18}")

_TEXTS = {
    "src.addr": "source",
    "src.workload": "source_workload",
    "src.namespace": "source_namespace",
    "src.identity": "source_identity",
    "dst.addr": "destination",
    "dst.hbone_addr": "hbone_destination",
    "dst.service": "service",
    "dst.workload": "destination_workload",
    "dst.namespace": "destination_namespace",
    "dst.identity": "destination_identity",
    "error": "error",
}


def parse_ztunnel_text(line: str, *, file: str = "", number: int = 0, pod: str = "") -> ZtunnelEntry | None:
    """The connection that a line in plain form tells of, None if it is none. `line` is printable, tabs are blanks, and
    no prefix stands before its time."""
    begin = BEGINNING.match(line)
    if begin is None:
        return None
    found = {
        name: (_unquoted(quoted) if bare is None else bare)
        for name, quoted, bare in (match.groups() for match in _FIELD.finditer(line, begin.end()))
    }
    return _entry(found, begin["time"], begin["level"], begin["event"], _place(line, file, number, pod))


def parse_ztunnel_json(
    record: Mapping[str, Any], line: str, *, file: str = "", number: int = 0, pod: str = ""
) -> ZtunnelEntry | None:
    """The connection that the JSON object of `line` tells of, None if it is another object."""
    message = record.get("message")
    event = _MESSAGE.fullmatch(message) if isinstance(message, str) and record.get("scope") == "access" else None
    if event is None:
        return None
    found = {name: printable(value) if isinstance(value, str) else value for name, value in record.items()}
    return _entry(found, found.get("time"), found.get("level"), event[1], _place(line, file, number, pod))


def _entry(found: Mapping[str, Any], time: Any, level: Any, event: str, place: Mapping[str, Any]) -> ZtunnelEntry:
    direction = found.get("direction")
    texts: dict[str, Any] = {name: _text(found.get(key)) for key, name in _TEXTS.items()}
    return ZtunnelEntry(
        time=_text(time),
        level=_text(level).lower(),
        event=event,
        direction=Direction(direction) if direction in ("outbound", "inbound") else Direction.UNKNOWN,
        bytes_sent=_number(found.get("bytes_sent")),
        bytes_received=_number(found.get("bytes_recv")),
        duration_ms=_duration(found.get("duration")),
        **place,
        **texts,
    )


def _place(line: str, file: str, number: int, pod: str) -> dict[str, Any]:
    return {"file": file, "line": number, "text": line[:MAX_TEXT], "pod": pod}


def _unquoted(text: str) -> str:
    """A text without the escapes of Rust's Debug, and printable."""
    return printable(_ESCAPE.sub(_meant, text)) if "\\" in text else text


def _meant(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return _MEANT.get(escape[2], escape[2])
    number = int(escape[1], 16)
    return chr(number) if number <= 0x10FFFF else ""


def _text(value: Any) -> str:
    return value[:MAX_FIELD] if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if _NUMBER.fullmatch(value) else None
    return value if type(value) is int and abs(value) < 10**18 else None


def _duration(value: Any) -> int | None:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) if match else None
