"""Istio's access log in its JSON form.

Decides: which JSON object is an access log entry, and its values. Must not know: prefixes that log readers add
(`access_lines`), or what a value means.

Keys are those of `EnvoyJSONLogFormatIstio` in Istio's pilot/pkg/model/telemetry_logging.go, and, as many add it under
the name that Envoy's own API has for it, `upstream_request_attempt_count`. Absent values are null, "-"
(older Envoys), or left out; numbers are numbers or strings; other keys are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from troubleshooter.evidence.access.entry import AccessLogEntry, entry_of
from troubleshooter.evidence.cleaning import MAX_FIELD, MAX_TEXT, printable

_TELLTALES = ("response_code", "response_flags", "response_code_details")
"""One of these makes an object an access log entry: no other log in a mesh has them."""

_LONGEST_NUMBER = 18


class NotJson(ValueError):
    """The line is no JSON object."""


def record_in(line: str) -> Mapping[str, Any]:
    """The JSON object that `line` is.

    Raises NotJson for a line that is none (cut off, nested without end).
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        raise NotJson(str(wrong)) from None
    if not isinstance(record, dict):
        raise NotJson("another value")
    return record


def entry_of_json(record: Mapping[str, Any], line: str, *, file: str, number: int, pod: str) -> AccessLogEntry | None:
    """The entry that `record`, the object in `line`, holds, or None if it is another kind of object."""
    if not any(key in record for key in _TELLTALES):
        return None
    return _entry(record, file, number, line[:MAX_TEXT], pod)


KEYS = (
    *("start_time", "method", "path", "protocol", "response_code", "response_flags", "response_code_details"),
    *("connection_termination_details", "upstream_transport_failure_reason", "bytes_received", "bytes_sent"),
    *("duration", "upstream_service_time", "x_forwarded_for", "user_agent", "request_id", "authority", "upstream_host"),
    *("upstream_cluster", "upstream_local_address", "downstream_local_address", "downstream_remote_address"),
    *("requested_server_name", "route_name", "upstream_request_attempt_count"),
)
"""The keys in the order of AccessLogEntry's fields."""

_NUMBERS = frozenset({"response_code", "bytes_received", "bytes_sent", "duration", "upstream_service_time", KEYS[-1]})
_FLAGS = KEYS.index("response_flags")


def _entry(record: Mapping[str, Any], file: str, number: int, text: str, pod: str) -> AccessLogEntry:
    values: list[object] = [_number(record.get(key)) if key in _NUMBERS else _word(record.get(key)) for key in KEYS]
    flags = _word(record.get("response_flags"))
    values[_FLAGS] = tuple(flags.split(",")) if flags else ()
    values += (file, number, text, pod)
    return entry_of(values)


def _word(value: Any) -> str:
    """A text as logged; escapes that JSON had hidden are taken out."""
    if value is None or value == "-":
        return ""
    if isinstance(value, str):
        return printable(value)[:MAX_FIELD]
    return str(value)[:MAX_FIELD] if isinstance(value, int | float) else ""


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        plain = value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER
        return int(value) if plain else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**_LONGEST_NUMBER:
        return None
    return int(value)
