"""`/clusters` of a proxy: every cluster with its hosts and their health, in text or JSON, and as istioctl prints it.

Decides: nothing beyond the forms. Must not know which cluster a request needs.

Sources: envoy/admin/v3/clusters.proto; the text form is that of source/server/admin/clusters_handler.cc: a line is
`cluster::address::what::value`, or `cluster::what::value`. In JSON zero values and `priority` 0 are left out, and
counters are texts. `istioctl proxy-config endpoints -o json` prints the same clusters as a bare list, with every host
of those that have one that was asked for (istioctl/pkg/writer/envoy/clusters).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from troubleshooter.evidence.cleaning import printable
from troubleshooter.evidence.envoy.fields import field, part, parts, text
from troubleshooter.evidence.envoy.nodes import level, number, place_of, socket, weight
from troubleshooter.evidence.envoy.status import Clusters, ClusterStatus, Host
from troubleshooter.evidence.kinds import Kind, json_map
from troubleshooter.evidence.page import Page
from troubleshooter.model import as_map

_LINE = re.compile(
    r"[^\n]+?::(?:default_priority|high_priority|observability_name|added_via_api|outlier|version_info"
    r"|\S+:[0-9]+::\w+)::"
)
_AT = re.compile(r"\[?([^\]\s]+)\]?:([0-9]{1,5})")
_LIMITS = ("max_connections", "max_pending_requests", "max_requests", "max_retries")
_FIELDS = ("health_flags", "weight", "region", "zone", "sub_zone", "priority")

_SAID = {
    "failed_active_health_check": "failed_active_hc",
    "failed_outlier_check": "failed_outlier_check",
    "failed_active_degraded_check": "degraded_active_hc",
    "pending_dynamic_removal": "pending_dynamic_removal",
    "pending_active_hc": "pending_active_hc",
    "excluded_via_immediate_hc_fail": "excluded_via_immediate_hc_fail",
    "active_hc_timeout": "active_hc_timeout",
}
_BY_EDS = {"UNHEALTHY": "failed_eds_health", "DEGRADED": "degraded_eds_health", "DRAINING": "eds_status_draining"}
"""What JSON says, in the words of the text form."""


def _from_text(page: Page) -> Clusters:
    found: dict[str, _Gathered] = {}
    for number_, line in page.lines():
        parts = printable(line).split("::")
        if len(parts) < len(("cluster", "what", "value")) or not parts[0]:
            continue
        name, *rest = _whole(parts)
        found.setdefault(name, _Gathered(number_)).take(rest, number_)
    return Clusters(by_name={name: one.status(name) for name, one in found.items()})


def _whole(parts: list[str]) -> list[str]:
    """The parts of a line, with addresses of IPv6 put together again, whose own colons may stand doubled."""
    at = next((n for n in range(1, len(parts)) if parts[n].startswith("[")), 0)
    end = next((n for n in range(at, len(parts)) if "]" in parts[n]), at) if at else 0
    return [*parts[:at], "::".join(parts[at : end + 1]), *parts[end + 1 :]] if at and end > at else parts


class _Gathered:
    """The lines of one cluster of the text form."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.limits: dict[str, int] = {}
        self.hosts: dict[str, dict[str, str]] = {}
        self.lines: dict[str, int] = {}

    def take(self, parts: list[str], line: int) -> None:
        """One line, without the name of its cluster."""
        whole = len(parts) > len(("whose", "what"))
        if parts[0] == "default_priority" and whole:
            self.limits[parts[1]] = number(parts[2]) or 0
        elif whole and _AT.fullmatch(parts[0]):
            self.hosts.setdefault(parts[0], {})[parts[1]] = "::".join(parts[2:])
            if parts[1] == "health_flags" or parts[0] not in self.lines:
                self.lines[parts[0]] = line

    def status(self, name: str) -> ClusterStatus:
        """The cluster of these lines."""
        hosts = tuple(_host(at, said, self.lines[at]) for at, said in self.hosts.items())
        return ClusterStatus(name=name, hosts=hosts, limits=self.limits, line=self.line)


def _host(at: str, said: Mapping[str, str], line: int) -> Host:
    match = _AT.fullmatch(at)
    flags = said.get("health_flags", "healthy")
    return Host(
        address=match[1] if match else at,
        port=int(match[2]) if match else 0,
        flags=frozenset(flag for flag in flags.split("/") if flag and flag != "healthy"),
        priority=level(said.get("priority")),
        locality=place_of(said),
        weight=weight(said.get("weight")),
        counters={
            key: found for key, text in said.items() if key not in _FIELDS and (found := number(text)) is not None
        },
        line=line,
    )


def _from_json(page: Page) -> Clusters:
    whole = page.json
    statuses = (as_map(raw) for raw in whole) if isinstance(whole, list) else parts(json_map(page), "cluster_statuses")
    found = map(_status, statuses)
    return Clusters(by_name={status.name: status for status in found if status.name})


def _status(raw: Mapping[str, Any]) -> ClusterStatus:
    thresholds = parts(part(raw, "circuit_breakers"), "thresholds")
    default = next((t for t in thresholds if t.get("priority", "DEFAULT") == "DEFAULT"), {})
    limits = {name: found for name in _LIMITS if (found := number(field(default, name))) is not None}
    hosts = tuple(_host_status(host) for host in parts(raw, "host_statuses"))
    return ClusterStatus(name=text(raw, "name"), hosts=hosts, limits=limits)


def _host_status(raw: Mapping[str, Any]) -> Host:
    address, port = socket(raw.get("address"))
    health = part(raw, "health_status")
    flags = {flag for key, flag in _SAID.items() if field(health, key) is True}
    by_eds = _BY_EDS.get(text(health, "eds_health_status"))
    return Host(
        address=address,
        port=port,
        flags=frozenset(flags | ({by_eds} if by_eds else set())),
        priority=level(raw.get("priority")),
        locality=place_of(part(raw, "locality")),
        weight=weight(raw.get("weight")),
        counters={text(stat, "name"): number(stat.get("value")) or 0 for stat in parts(raw, "stats")},
    )


def _is_text(page: Page) -> bool:
    first = page.head.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    return _LINE.match(first) is not None


def _is_json(page: Page) -> bool:
    return page.looks_like_json and any(key in page.head for key in ('"cluster_statuses"', '"clusterStatuses"'))


def _is_list(page: Page) -> bool:
    if not page.looks_like_json or not isinstance(page.json, list):
        return False
    first = as_map(page.json[0]) if page.json else {}
    return bool(text(first, "name")) and field(first, "host_statuses") is not None


WORDS = "the clusters of a proxy with their endpoints (/clusters)"
KINDS = (
    Kind(words=WORDS, fits=_is_json, read=_from_json),
    Kind(words="endpoints of a proxy (istioctl proxy-config endpoints -o json)", fits=_is_list, read=_from_json),
    Kind(words=WORDS, fits=_is_text, read=_from_text),
)
