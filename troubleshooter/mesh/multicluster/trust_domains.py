"""Trust domains: in which one the identities of a Kubernetes cluster are, and which ones its proxies take.

Decides whether proxies of one cluster take an identity of another by its name. Certificates are for `roots`. Must not
know connections.

A client looks for the identity that its own istiod gives the endpoints, in its own trust domain or an alias of it; a
server takes clients of its own trust domain and its aliases.
Sources: https://istio.io/latest/docs/tasks/security/authorization/authz-td-migration/; `TrustDomainsForValidation` in
istio/istio pilot/pkg/security/authn/utils; `ExpandWithTrustDomains` in pkg/spiffe/spiffe.go there.
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.mesh.basis.hosts import DEFAULT_DOMAIN
from troubleshooter.mesh.basis.index import Index
from troubleshooter.mesh.control_plane.settings import values_of
from troubleshooter.mesh.multicluster.roots import configs_of
from troubleshooter.model import Resource, as_list


class TrustDomains:
    """The trust domains of every cluster that was read. `primaries` says whose mesh config each has."""

    def __init__(self, index: Index, primaries: Mapping[str, str]) -> None:
        self._configs, self._primaries = configs_of(index), primaries

    def of(self, cluster: str) -> tuple[str, ...]:
        """The trust domain of a cluster and its aliases; nothing where its mesh config was not seen."""
        config = self._configs.get(self._primaries.get(cluster, cluster))
        values = values_of(config) if config is not None else None
        if values is None:
            return ()
        own = str(values.get("trustDomain") or DEFAULT_DOMAIN)
        return (own, *(str(alias) for alias in as_list(values.get("trustDomainAliases"))))

    def takes(self, one: str, other: str) -> bool | None:
        """Whether proxies of one cluster take identities of another; None where that is not known."""
        mine, theirs = self.of(one), self.of(other)
        return theirs[0] in mine if mine and theirs else None

    def place(self, cluster: str) -> Resource | None:
        """Where the trust domain of a cluster is set."""
        config = self._configs.get(self._primaries.get(cluster, cluster))
        return config.at("data.mesh") if config is not None else None
