"""Which endpoints a destination has, and why some of them get no requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.service.locality import placed_labels
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.model import Considered, Resource
from troubleshooter.walk.trace.moment import Moment, chosen, listed, lost


def candidates(moment: Moment) -> Iterator[Considered]:
    """Every endpoint of the service port, each once for its workload and reason, with how many pods of the workload it
    holds for where it does not for all."""
    hop = moment.hop
    if hop.cluster is None or hop.cluster.service is None or hop.endpoints is None:
        return
    every = Counter((_weighed(moment, endpoint), endpoint.pod is not None) for endpoint in hop.endpoints.all)
    pods = Counter(_place(moment, endpoint) for endpoint in hop.endpoints.all if endpoint.pod)
    for (one, of_pods), count in every.items():
        whole = pods[one.resource] if of_pods else count
        yield one if count == whole else replace(one, why=f"{count} of its {whole} pods: {one.why}")


def _weighed(moment: Moment, endpoint: Endpoint) -> Considered:
    cluster = moment.hop.cluster
    place, where = _place(moment, endpoint), "" if endpoint.pod else f"{endpoint.address}: "
    subset = cluster.rule.subset(cluster.subset) if cluster and cluster.rule and cluster.subset else None
    if not endpoint.healthy:
        return lost(place, f"{where}it is not ready")
    if subset is not None and not selects(subset.labels, placed_labels(endpoint)):
        return lost(place, f"{where}subset {subset.name} is for {listed(subset.labels)}, which it does not have")
    placed = _placed(moment, endpoint) or _through(moment, endpoint)
    if placed is None and _withheld(moment, endpoint):
        return lost(place, f"{where}it is in {endpoint.network}, and without mutual TLS nothing crosses to it")
    if placed is None:
        return lost(place, f"{where}no weight leads to its locality {endpoint.locality}")
    found, share = placed
    if share > 0:
        return chosen(place, f"{where}it gets requests")
    if found.priority:
        return lost(place, f"{where}priority {found.priority}: it gets requests only when those before it fail")
    return lost(place, f"{where}its weight is 0")


def _placed(moment: Moment, endpoint: Endpoint) -> tuple[Endpoint, float] | None:
    """The endpoint as load balancing placed it, with its share."""
    placement = moment.hop.placement
    if placement is None:
        return endpoint, 0.0
    shares = placement.shares or (1.0,) * len(placement.endpoints)
    held = zip(placement.endpoints, shares, strict=True)
    same = (endpoint.address, endpoint.port, endpoint.pod)
    return next(((e, s) for e, s in held if (e.address, e.port, e.pod) == same), None)


def _through(moment: Moment, endpoint: Endpoint) -> tuple[Endpoint, float] | None:
    """The gateway through which an endpoint of another network is reached, with its share."""
    placement = moment.hop.placement
    held = zip(placement.endpoints, placement.shares, strict=True) if placement else ()
    same = (endpoint.network, endpoint.locality)
    return next(((e, s) for e, s in held if e.relay and (e.network, e.locality) == same), None)


def _withheld(moment: Moment, endpoint: Endpoint) -> bool:
    placement = moment.hop.placement
    return placement is None or bool(endpoint.network and not any(e.relay for e in placement.endpoints))


def _place(moment: Moment, endpoint: Endpoint) -> Resource:
    cluster = moment.hop.cluster
    if endpoint.workload is not None:
        return endpoint.workload.object.at()
    assert cluster is not None and cluster.service is not None  # noqa: S101, PT018 - `candidates` looked
    return cluster.service.object.at()
