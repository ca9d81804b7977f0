"""What istiod of one Kubernetes cluster has of a mesh of several.

Decides: which cluster's istiod serves the proxies of one, and which objects of the other clusters count for them. Must
not know what any of them says.

Each istiod reads Istio's own objects from its own cluster, and Services, pods and endpoints also from those for which
it has a remote secret. A remote cluster says in an annotation of its system namespace whose istiod it takes; one
without any of Istio's objects is taken for such a cluster too.
Sources: https://istio.io/latest/docs/ops/deployment/deployment-models/#control-plane-models;
https://istio.io/latest/docs/setup/install/multicluster/primary-remote/#set-the-control-plane-cluster-for-cluster2;
https://istio.io/latest/docs/setup/install/multicluster/verify/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from troubleshooter.mesh.control_plane.istiod import is_configuration, is_istiod
from troubleshooter.mesh.control_plane.settings import ISTIO_NAMESPACE
from troubleshooter.mesh.multicluster.clusters import is_remote_secret, named_in
from troubleshooter.model import Inventory, Listing, Object, as_map

CONTROL_PLANES = "topology.istio.io/controlPlaneClusters"


def seen_from(inventory: Inventory, cluster: str) -> Inventory:
    """The inventory as the proxies of a cluster have it: its own objects first, then what istiod reads of others."""
    held = _by_cluster(inventory.objects)
    primary = primaries(inventory.objects).get(cluster, cluster)
    known = _known(held.get(primary, ()), told=primary in inventory.remotes_told)
    own = [thing for thing in held.get(cluster, ()) if primary == cluster or not _of_own_cluster(thing)]
    others = [
        thing
        for thing in inventory.objects
        if thing.cluster != cluster
        and (thing.cluster == primary or known is None or thing.cluster in known)
        and (thing.cluster == primary or not _of_own_cluster(thing))
    ]
    return replace(inventory, objects=(*own, *others), unseen=_unseen(inventory, {cluster, primary}, others))


def _unseen(inventory: Inventory, own: set[str], others: Iterable[Object]) -> frozenset[Listing]:
    """The lists that this istiod would have: of other clusters none of Istio's own kinds."""
    read = {thing.cluster for thing in others}
    return frozenset(
        one for one in inventory.unseen if one[0] in own or (one[0] in read and not one[1].endswith("istio.io"))
    )


def primaries(objects: Iterable[Object]) -> Mapping[str, str]:
    """For each cluster that one whose istiod serves its proxies: itself, or the primary of a remote cluster."""
    held = _by_cluster(objects)
    configured = [name for name, things in held.items() if any(map(_of_own_cluster, things))]
    return {name: _primary(name, things, configured, held) for name, things in held.items()}


def _primary(name: str, things: Iterable[Object], configured: list[str], held: Mapping[str, list[Object]]) -> str:
    spaces = (t for t in things if t.kind == "Namespace" and CONTROL_PLANES in t.annotations)
    told = [c.strip() for space in spaces for c in space.annotations[CONTROL_PLANES].split(",")]
    named = [c for c in told if c in held]
    if named:
        return name if name in named else named[0]
    return name if name in configured or not configured else configured[0]


def _by_cluster(objects: Iterable[Object]) -> dict[str, list[Object]]:
    held: dict[str, list[Object]] = defaultdict(list)
    for thing in objects:
        held[thing.cluster].append(thing)
    return held


def _known(own: Iterable[Object], *, told: bool) -> set[str] | None:
    """The clusters for which there are remote secrets beside istiod, which reads no others; None where the Secrets
    there were not seen, and istiod has not `told` of them."""
    held = list(own)
    homes = {thing.namespace for thing in held if _is_of_istiod(thing)} or {ISTIO_NAMESPACE}
    secrets = [thing for thing in held if thing.kind == "Secret" and thing.namespace in homes]
    if not (secrets or told):
        return None
    return {name for secret in secrets if is_remote_secret(secret) for name in named_in(secret)}


def _of_own_cluster(thing: Object) -> bool:
    """Whether it is one of Istio's own objects, the mesh config, or istiod itself."""
    return _is_of_istiod(thing) or is_configuration(thing)


def _is_of_istiod(thing: Object) -> bool:
    """Whether it is istiod or its mesh config."""
    mesh_config = thing.kind == "ConfigMap" and "mesh" in as_map(thing.raw.get("data"))
    return mesh_config or (thing.kind == "Deployment" and is_istiod(thing))
