"""What was put in evidence beside log lines, as facts: what proxies, istiod and pods said.

Decides: which derivers there are; each is a module here. Must not know causes, or how texts are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from troubleshooter.evidence import Evidence
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence import control_plane
from troubleshooter.facts.of_evidence.against_walk import about_delivery
from troubleshooter.facts.of_evidence.certificates import about_certificates
from troubleshooter.facts.of_evidence.clusters_alone import cluster_status_cases
from troubleshooter.facts.of_evidence.compared import about_comparison, comparison_cases
from troubleshooter.facts.of_evidence.connection import about_connection_seen
from troubleshooter.facts.of_evidence.described_status import route_cases
from troubleshooter.facts.of_evidence.gateway_listeners import cases_of_listeners
from troubleshooter.facts.of_evidence.gateway_secrets import about_gateway_secret_seen
from troubleshooter.facts.of_evidence.gateways_alone import gateway_cases
from troubleshooter.facts.of_evidence.handshakes import about_handshakes
from troubleshooter.facts.of_evidence.headers import about_headers
from troubleshooter.facts.of_evidence.listed import about_listed, namespace_cases
from troubleshooter.facts.of_evidence.logged_delays import cases_of_delays
from troubleshooter.facts.of_evidence.of_ambient import about_enrolment
from troubleshooter.facts.of_evidence.of_answers import about_answers
from troubleshooter.facts.of_evidence.of_clusters import about_clusters
from troubleshooter.facts.of_evidence.of_hosts import about_hosts
from troubleshooter.facts.of_evidence.of_placements import about_placement
from troubleshooter.facts.of_evidence.of_printed_pods import about_printed_pods, cases_of_pods
from troubleshooter.facts.of_evidence.of_priorities import about_priorities
from troubleshooter.facts.of_evidence.of_redirection import about_redirection, cases_of_redirection
from troubleshooter.facts.of_evidence.of_routes import about_routes, about_unseen_limit
from troubleshooter.facts.of_evidence.of_sockets import about_sockets
from troubleshooter.facts.of_evidence.peer_names import about_peer_name
from troubleshooter.facts.of_evidence.policies import about_policies_seen
from troubleshooter.facts.of_evidence.proxies_alone import proxy_cases
from troubleshooter.facts.of_evidence.renewals import about_renewal, renewal_cases
from troubleshooter.facts.of_evidence.retries import cases_of_retries
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.facts.of_evidence.turned_away import about_turned_away
from troubleshooter.facts.of_evidence.unmatched import about_unmatched
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case

ABOUT_A_REQUEST: tuple[Callable[[CaseBuilder, Scene], None], ...] = (
    about_delivery,
    about_routes,
    about_unseen_limit,
    about_clusters,
    about_hosts,
    about_priorities,
    about_placement,
    about_answers,
    about_turned_away,
    about_unmatched,
    about_connection_seen,
    about_handshakes,
    about_certificates,
    about_gateway_secret_seen,
    about_policies_seen,
    about_peer_name,
    about_headers,
    about_enrolment,
    about_printed_pods,
    about_redirection,
    about_sockets,
    about_listed,
    *control_plane.ABOUT_A_REQUEST,
    about_comparison,
    about_renewal,
)
"""What evidence tells about one request."""

ALONE: tuple[Callable[[Mesh, Evidence], Iterator[Case]], ...] = (
    proxy_cases,
    gateway_cases,
    comparison_cases,
    cases_of_pods,
    cases_of_redirection,
    cases_of_retries,
    cluster_status_cases,
    renewal_cases,
    cases_of_delays,
    cases_of_listeners,
    namespace_cases,
    route_cases,
    *control_plane.ALONE,
)
"""What evidence tells whoever asks: a proxy that refused its configuration, a certificate that has expired."""


def about_evidence(case: CaseBuilder, scene: Scene) -> None:
    """Every fact about a request that evidence tells."""
    for derive in ABOUT_A_REQUEST:
        derive(case, scene)


def evidence_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """What evidence tells by itself, a case for each proxy or pod that it is about."""
    for derive in ALONE:
        yield from derive(mesh, evidence)


__all__ = ["Scene", "about_evidence", "evidence_cases"]
