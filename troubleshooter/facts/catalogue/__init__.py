"""The catalogue: every role, fact and detail there is.

One row a fact: its name, its closed list of words, one sentence, who derives it. The question that asks for a fact
stands in the knowledge base, under the fact's name. A deriver that emits anything else is a bug, and is told so. The
rows stand by topic in the modules beside this one."""

from __future__ import annotations

from troubleshooter.facts.catalogue import (
    control_plane_details,
    counted,
    gateways,
    printed,
    request_details,
    requests,
    seen,
    seen_tls,
    service_details,
    services,
    workloads,
)
from troubleshooter.model import Catalogue, DetailKind, FactKind

ROLES = frozenset(
    [
        "caller",
        "target",
        "workload",
        "gateway",
        "virtual_service",
        "route",
        "service",
        "subset",
        "service_entry",
        "destination_rule",
        "destination",
        "endpoint",
        "peer_authentication",
        "exception",
        "request_authentication",
        "authorization_policy",
        "sidecar",
        "network_policy",
        "namespace",
        "mesh",
        "control_plane",
        "rival",
        "pod",
        "request",
        "connection",
        "failure",
        "evidence",
    ]
)

FACTS = (
    *requests.FACTS,
    *gateways.FACTS,
    *services.FACTS,
    *workloads.FACTS,
    *seen.FACTS,
    *seen_tls.FACTS,
    *counted.FACTS,
    *printed.FACTS,
)
DETAILS = (
    *request_details.DETAILS,
    *service_details.DETAILS,
    *printed.DETAILS,
    *control_plane_details.DETAILS,
    *counted.DETAILS,
)

CATALOGUE = Catalogue(
    roles=ROLES,
    facts={
        name: FactKind(name=name, words=tuple(str(w) for w in words), sentence=sentence, derived_by=who)
        for name, words, sentence, who in FACTS
    },
    details={name: DetailKind(name=name, sentence=sentence) for name, sentence in DETAILS},
)
