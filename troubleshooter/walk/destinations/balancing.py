"""How requests are spread over endpoints: the settings in force, the kinds of endpoints, and how they are shown.

Must not know how the destination was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troubleshooter.mesh.gateway.nodes import SPREAD
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.service.locality import CLOSE_LABELS, CLUSTER, HOSTNAME, NETWORK
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.model import Raw, Resource, as_map
from troubleshooter.walk.basis.decisions import Cluster, Trail
from troubleshooter.walk.basis.pod_kinds import OF_ROLLOUTS


def section(cluster: Cluster, name: str) -> Raw | None:
    """A section of the DestinationRule's policy for the cluster's port and subset, None if it is not set."""
    found = cluster.rule.section(name, cluster.port, cluster.subset) if cluster.rule else None
    return found[0] if found else None


def locality_setting(mesh: Mesh, cluster: Cluster) -> Raw | None:
    """The localityLbSetting in force: the rule's, else the mesh's (on by default); None where it is switched off.

    Source: `GetLocalityLbSetting` in istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go.
    """
    own = _own_setting(cluster)
    setting = mesh.settings.locality_setting if own is None else own
    return None if setting.get("enabled") is False else setting


def _own_setting(cluster: Cluster) -> Raw | None:
    """The localityLbSetting of the DestinationRule, None if it has none."""
    held = (section(cluster, "loadBalancer") or {}).get("localityLbSetting")
    return None if held is None else as_map(held)


def locality_place(mesh: Mesh, cluster: Cluster) -> Resource | None:
    """The place of the localityLbSetting in force."""
    if _own_setting(cluster) is None or cluster.rule is None:
        return mesh.settings.at("localityLbSetting")
    found = cluster.rule.section("loadBalancer", cluster.port, cluster.subset)
    return found[1]._replace(field=f"{found[1].field}.localityLbSetting") if found else None


def distribution(cluster: Cluster) -> str:
    """How the Service wants its traffic spread, "" if it says nothing that Istio knows, or a DestinationRule says it.
    The field of a Service goes before the annotation, which is read in any case of letters.

    Source: `GetTrafficDistribution` in istio/istio pilot/pkg/model/service.go.
    """
    if cluster.service is None or _own_setting(cluster) is not None:
        return ""
    thing = cluster.service.object
    field = "" if cluster.service.entry else str(thing.spec.get("trafficDistribution") or "")
    if field in CLOSE_LABELS:
        return field
    noted = thing.annotations.get(SPREAD, "").lower()
    return next((word for word in CLOSE_LABELS if word.lower() == noted), "")


def own_labels(mesh: Mesh, trail: Trail) -> Mapping[str, str]:
    """The labels of the proxy's pod, with those of its place: node, Kubernetes cluster, network."""
    party = trail.hop.party
    if party.pod is None:
        return party.labels
    network = mesh.networks.of_proxy(party.pod, party.cluster)
    places = {HOSTNAME: party.pod.node, CLUSTER: party.cluster, NETWORK: network}
    return {**{key: value for key, value in places.items() if value}, **party.pod.labels}


def kinds(endpoints: Sequence[tuple[Endpoint, float]]) -> list[tuple[Endpoint, float]]:
    """Endpoints that the far end could tell apart, each with the share of the requests that go to its like."""
    groups: dict[object, list[tuple[Endpoint, float]]] = {}
    for e, share in endpoints:
        labels = tuple(sorted((k, v) for k, v in e.all_labels.items() if k not in OF_ROLLOUTS))
        notes = tuple(sorted((k, v) for k, v in e.pod.annotations.items() if "istio.io/" in k)) if e.pod else ()
        key = (e.port, e.pod.proxy, id(e.workload), labels, notes) if e.pod else (e.port, e.address)
        groups.setdefault(key, []).append((e, share))
    return [(group[0][0], sum(share for _, share in group)) for group in groups.values()]


def shown(endpoint: Endpoint) -> dict[str, object]:
    """An endpoint as the contract prints it."""
    return {
        "address": endpoint.address,
        "port": endpoint.port,
        "workload": str(endpoint.workload or ""),
        "locality": endpoint.locality,
        "network": endpoint.network,
        "priority": endpoint.priority,
        "weight": endpoint.weight,
        "healthy": endpoint.healthy,
    }
