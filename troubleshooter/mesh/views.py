"""What istiod of one Kubernetes cluster has of a mesh of several.

Decides: which objects of the other clusters count for the proxies of one. Must not know what any of them says.

Each istiod reads Istio's own objects from its own cluster, and Services, pods and endpoints also from those for which
it has a remote secret. A cluster without any of Istio's objects is taken for one that another cluster's istiod serves.
Sources: https://istio.io/latest/docs/ops/deployment/deployment-models/#control-plane-models;
https://istio.io/latest/docs/setup/install/multicluster/verify/.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from troubleshooter.mesh.clusters import is_remote_secret, named_in
from troubleshooter.mesh.settings import ISTIO_NAMESPACE
from troubleshooter.model import Inventory, Object, as_map

CONFIGURATION = (".istio.io", "gateway.networking.k8s.io")
"""How groups end of which istiod reads the objects of its own cluster alone."""


def seen_from(inventory: Inventory, cluster: str) -> Inventory:
    """The inventory as the proxies of a cluster have it: its own objects first, then what istiod reads of others."""
    own = [thing for thing in inventory.objects if thing.cluster == cluster]
    others = [thing for thing in inventory.objects if thing.cluster != cluster]
    if any(map(_is_configuration, own)):
        others = [thing for thing in others if not _is_configuration(thing)]
        known = _known(own)
        others = [thing for thing in others if known is None or thing.cluster in known]
    return replace(inventory, objects=(*own, *others))


def _known(own: Iterable[Object]) -> set[str] | None:
    """The clusters for which there are remote secrets; None where the Secrets beside istiod were not seen."""
    secrets = [thing for thing in own if thing.kind == "Secret"]
    remote = [secret for secret in secrets if is_remote_secret(secret)]
    seen = remote or any(secret.namespace == ISTIO_NAMESPACE for secret in secrets)
    return {name for secret in remote for name in named_in(secret)} if seen else None


def _is_configuration(thing: Object) -> bool:
    mesh_config = thing.kind == "ConfigMap" and "mesh" in as_map(thing.raw.get("data"))
    return mesh_config or f".{thing.group}".endswith(CONFIGURATION)
