"""The small pages of a proxy: `/certs`, `/listeners`, `/server_info`, `/ready`.

Sources: envoy/admin/v3/{certs,listeners,server_info}.proto; docs, operations/admin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from troubleshooter.evidence.cleaning import printable
from troubleshooter.evidence.envoy.nodes import node_of, number, socket, word
from troubleshooter.evidence.envoy.status import (
    BoundListener,
    BoundListeners,
    Certificate,
    Certificates,
    Ready,
    ServerInfo,
)
from troubleshooter.evidence.kinds import Kind, json_map
from troubleshooter.evidence.page import Page
from troubleshooter.model import as_list, as_map

STATES = ("LIVE", "DRAINING", "PRE_INITIALIZING", "INITIALIZING")
"""Envoy's states of a server: ServerInfo.State in server_info.proto."""

_LISTENER = re.compile(r"(\S+)::(\S+):([0-9]{1,5})")
_UPTIME = re.compile(r"([0-9]{1,12})(?:\.[0-9]+)?s")


def _certificates(raw: Mapping[str, Any]) -> Certificates:
    held = [as_map(one) for one in as_list(raw.get("certificates"))]
    return Certificates(roots=tuple(_unique(held, "ca_cert")), chain=tuple(_unique(held, "cert_chain")))


def _unique(held: list[Mapping[str, Any]], part: str) -> Iterator[Certificate]:
    """Each certificate once: every TLS context of a proxy lists its own."""
    seen: set[Certificate] = set()
    for certificate in (_certificate(as_map(raw)) for one in held for raw in as_list(one.get(part))):
        if certificate not in seen:
            seen.add(certificate)
            yield certificate


def _certificate(raw: Mapping[str, Any]) -> Certificate:
    names = (as_map(name) for name in as_list(raw.get("subject_alt_names")))
    return Certificate(
        path=word(raw.get("path")),
        serial=word(raw.get("serial_number")),
        names=tuple(found for name in names if (found := next((word(v) for v in name.values()), ""))),
        valid_from=word(raw.get("valid_from")),
        expires=word(raw.get("expiration_time")),
        days_left=number(raw.get("days_until_expiration")),
    )


def _listeners(raw: Mapping[str, Any]) -> BoundListeners:
    found = (as_map(one) for one in as_list(raw.get("listener_statuses")))
    return BoundListeners(all=tuple(_listener(one) for one in found))


def _listener(raw: Mapping[str, Any]) -> BoundListener:
    address, port = socket(raw.get("local_address"))
    return BoundListener(name=word(raw.get("name")), address=address, port=port)


def _listener_lines(page: Page) -> BoundListeners:
    matches = (_LISTENER.fullmatch(printable(line).strip()) for _, line in page.lines())
    found = (BoundListener(name=m[1], address=m[2].strip("[]"), port=int(m[3])) for m in matches if m)
    return BoundListeners(all=tuple(found))


def _server_info(raw: Mapping[str, Any]) -> ServerInfo:
    uptime = _UPTIME.fullmatch(word(raw.get("uptime_current_epoch")))
    return ServerInfo(
        version=word(raw.get("version")),
        state=word(raw.get("state")) or STATES[0],  # LIVE is the zero value, which JSON may leave out
        uptime=int(uptime[1]) if uptime else None,
        node=node_of(raw.get("node")),
    )


def _says(*keys: str) -> Callable[[Page], bool]:
    """Whether JSON begins with one of these keys near its top."""
    return lambda page: page.looks_like_json and any(f'"{key}"' in page.head for key in keys)


def _is_server_info(page: Page) -> bool:
    return page.looks_like_json and '"hot_restart_version"' in page.text and '"command_line_options"' in page.text


def _lists_listeners(page: Page) -> bool:
    first = page.head.strip().split("\n", 1)[0].strip()
    return _LISTENER.fullmatch(first) is not None


KINDS = (
    Kind(
        words="the certificates of a proxy (/certs)",
        fits=_says("certificates"),
        read=lambda page: _certificates(json_map(page)),
    ),
    Kind(
        words="the listeners of a proxy (/listeners)",
        fits=_says("listener_statuses"),
        read=lambda page: _listeners(json_map(page)),
    ),
    Kind(words="the listeners of a proxy (/listeners)", fits=_lists_listeners, read=_listener_lines),
    Kind(
        words="what a proxy says of itself (/server_info)",
        fits=_is_server_info,
        read=lambda page: _server_info(json_map(page)),
    ),
    Kind(
        words="whether a proxy is ready (/ready)",
        fits=lambda page: page.text.strip() in STATES,
        read=lambda page: Ready(state=page.text.strip()),
    ),
)
