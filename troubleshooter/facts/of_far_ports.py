"""Facts about the port at the far end of a ServiceEntry: whether TLS is spoken there.

Must not know what is sent. Sources:
https://istio.io/latest/docs/reference/config/networking/service-entry/;
https://istio.io/latest/docs/tasks/traffic-management/egress/egress-tls-origination/.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.walk import Hop

HTTPS = 443


def about_far_port(case: CaseBuilder, hop: Hop) -> None:
    """Whether the port of a ServiceEntry is declared for TLS, or leads to 443, the port of https."""
    cluster = hop.cluster
    if cluster is None or cluster.service is None or cluster.service_port is None or not cluster.service.entry:
        return
    service, port = cluster.service, cluster.service_port
    reached = hop.endpoint.port if hop.endpoint else 0
    declared = port.protocol.family == "tls"
    place = service.object.at(f"{port.path}.protocol" if declared else port.path)
    case.role("service_entry", service.object.at())
    case.fact("service_entry.far_port", "tls" if declared or reached == HTTPS else "other", place)
    case.detail("service_entry.far_port", reached or port.number)
