"""In which Kubernetes cluster a new object belongs.

Decides from its kind: what the proxy of the server goes by is read by the istiod of the server, all else by that of
the client; an istiod that serves several clusters reads Istio's objects from its own. Must not know causes.
Source: https://istio.io/latest/docs/ops/deployment/deployment-models/#control-plane-models.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.mesh.multicluster.views import primaries
from troubleshooter.model import Object, Raw, Roles

CLIENTS, SERVERS = ("caller", "gateway"), ("target", "workload")
OF_SERVERS = frozenset({"security.istio.io", ""})
"""The groups of policies, and of Services (those select pods of their own cluster)."""


def home_of(raw: Raw, roles: Roles, objects: Iterable[Object]) -> str:
    """The name of the cluster for a new object, by the objects that the case is about; "" where they have none."""
    made = Object(raw=raw)
    wanted = SERVERS if made.group in OF_SERVERS else CLIENTS
    held = [roles[role] for role in wanted if role in roles] or list(roles.values())
    cluster = next((resource.cluster for resource in held), "")
    if not cluster or not made.group.endswith(".istio.io"):
        return cluster
    return primaries(objects).get(cluster, cluster)
