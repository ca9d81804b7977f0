"""The other Kubernetes clusters of a mesh, as the remote secrets name them.

Decides: which of them were read, and which were not. Must not know services.
Source: https://istio.io/latest/docs/setup/install/multicluster/multi-primary/#enable-endpoint-discovery;
`MultiClusterSecretLabel` in istio/istio pkg/kube/multicluster/secretcontroller.go.
"""

from __future__ import annotations

from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.mesh.gateway.credentials import REMOTE
from troubleshooter.model import Object, Resource, as_map

ANNOTATION = "networking.istio.io/cluster"


def remote_secrets(index: Index) -> list[Object]:
    """The secrets by which istiod reads other clusters."""
    return [s for s in index.all(CORE, "Secret") if is_remote_secret(s)]


def is_remote_secret(secret: Object) -> bool:
    """Whether istiod takes a secret for one of another cluster."""
    return secret.labels.get(REMOTE) == "true"


def not_read(index: Index) -> tuple[Resource, ...]:
    """The remote secrets that name a cluster of which no object is there: it may have endpoints of any service."""
    read = {thing.cluster for thing in index.inventory.objects}
    return tuple(secret.at() for secret in remote_secrets(index) if not named_in(secret) <= read)


def named_in(secret: Object) -> set[str]:
    """The names of the clusters in a secret: its keys, else what its annotation says."""
    keys = {*as_map(secret.raw.get("data")), *as_map(secret.raw.get("stringData"))}
    return {str(key) for key in keys} or {secret.annotations.get(ANNOTATION, "?")}
