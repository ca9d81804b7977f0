"""The tables of `istioctl proxy-config`: endpoints are read; the others leave out most of what counts.

Decides: how an endpoint in the table stands, in Envoy's words. Must not know which cluster a request needs.

Columns of endpoints (istioctl/pkg/writer/envoy/clusters/clusters.go): ENDPOINT STATUS OUTLIER CHECK CLUSTER, where
STATUS is what istiod says of it (core.HealthStatus) and OUTLIER CHECK whether outlier detection left it in (OK). As in
JSON there are only clusters that have an endpoint. The tables of clusters, listeners, routes and secrets tell names;
what was filtered out of them (--fqdn, --port) does not show.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from troubleshooter.evidence.envoy.status import Clusters, ClusterStatus, Host
from troubleshooter.evidence.kinds import Kind, Unreadable
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pods.columns import Columns, Row, headings_with, rows_below

ENDPOINTS = frozenset({"ENDPOINT", "STATUS", "CLUSTER"})
OTHERS = (
    frozenset({"SERVICE FQDN", "PORT", "DIRECTION", "TYPE"}),
    frozenset({"ADDRESS", "PORT", "MATCH", "DESTINATION"}),
    frozenset({"NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE"}),
    frozenset({"NAME", "VHOST NAME", "DOMAINS", "MATCH"}),
    frozenset({"RESOURCE NAME", "TYPE", "STATUS", "VALID CERT"}),
)
"""The headings of clusters, listeners, routes (older, newer) and secrets."""
_HEADED_WITHIN = 40
_AT = re.compile(r"(?:envoy://[\w.-]+/)?\[?([^\]\s/]+)\]?:([0-9]{1,5})")
"""An address; behind `envoy://LISTENER/` it is reached through a listener of the proxy itself."""
_BY_EDS = {"UNHEALTHY": "failed_eds_health", "DEGRADED": "degraded_eds_health", "DRAINING": "eds_status_draining"}


def _endpoints(page: Page) -> Clusters:
    lines = page.lines()
    found: dict[str, list[Host]] = defaultdict(list)
    for _, line in lines:
        columns = headings_with(ENDPOINTS, line)
        for row in rows_below(columns, lines) if columns else ():
            host = _host(row)
            if host is not None and row.get("CLUSTER"):
                found[row.get("CLUSTER")].append(host)
    return Clusters(
        by_name={
            name: ClusterStatus(name=name, hosts=tuple(hosts), line=hosts[0].line) for name, hosts in found.items()
        }
    )


def _host(row: Row) -> Host | None:
    at = _AT.fullmatch(row.get("ENDPOINT"))
    flags = {"failed_outlier_check"} if row.get("OUTLIER CHECK") == "FAILED" else set()
    said = _BY_EDS.get(row.get("STATUS"))
    flags |= {said} if said else set()
    return Host(address=at[1], port=int(at[2]), flags=frozenset(flags), line=row.line) if at else None


def _unread(_: Page) -> None:
    raise Unreadable("a table of istioctl proxy-config leaves out most of it; give it with -o json")


def _headed(*wanted: frozenset[str]) -> Callable[[Page], bool]:
    """Whether one of the first lines has these headings."""

    def columns(line: str) -> Columns:
        return next((held for names in wanted if (held := headings_with(names, line))), ())

    return lambda page: any(columns(line) for line in page.head.splitlines()[:_HEADED_WITHIN])


KINDS = (
    Kind(words="the endpoints of a proxy (istioctl proxy-config endpoints)", fits=_headed(ENDPOINTS), read=_endpoints),
    Kind(words="a table of a proxy's configuration (istioctl proxy-config)", fits=_headed(*OTHERS), read=_unread),
)
