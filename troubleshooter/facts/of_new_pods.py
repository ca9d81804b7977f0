"""Facts about pods that have just started: what has to answer before they get requests, and whether those that failed
had.

That a workload has no readiness probe is no fault by itself. Must not know why a connection was refused.
Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes.
"""

from __future__ import annotations

from math import floor

from troubleshooter.evidence import AccessLogEntry, Side, moment
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.observe import Observation
from troubleshooter.facts.of_stops import ROLLED
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.mesh.workload.readiness_probes import began, probes_before, serving
from troubleshooter.model import Resource
from troubleshooter.walk import Hop

SOON = 60
"""Seconds after the start of an application in which it may be about to open its port."""


def about_readiness(case: CaseBuilder, hop: Hop) -> None:
    """What has to answer before the pods that are called get requests, and where it would be said."""
    workload = hop.endpoint.workload if hop.endpoint else None
    if hop.endpoint is None or workload is None or workload.object.kind not in ROLLED:
        return
    found = probes_before(workload, hop.endpoint.port)
    if found is None:
        return
    word, place = found
    number = serving(workload.pod_spec, hop.endpoint.port)
    case.fact("target.readiness_probe", word, place)
    case.detail("target.probe_field", f"{workload.template.path}spec.containers[{number}].readinessProbe")


def about_new_pod(case: CaseBuilder, hop: Hop, observation: Observation) -> None:
    """Whether a line, and all others of the same failure, came within a minute of the start of a pod of the service,
    and whether the pods that failed have answered since. Nothing where the pod or a time is not known."""
    if observation.recurrence.recovered:
        case.seen("failure.endpoint_since", "answers", observation.source)
    starts = {e.address: told for e in hop.endpoints.all if (told := _began(e))} if hop.endpoints else {}
    own, time = starts.get(_address(observation.entry)), moment(observation.entry.start_time)
    if own is None or time is None or time.timestamp() < own[0]:
        return
    second = floor(time.timestamp())
    last = observation.recurrence.last
    latest = max(start for start, _ in starts.values())
    new = second - own[0] <= SOON and (last is None or last - latest <= SOON)
    case.seen("failure.endpoint_age", "new" if new else "old", observation.source, own[1])
    case.detail("failure.address", _address(observation.entry))
    case.detail("failure.endpoint_age", second - own[0])


def _began(endpoint: Endpoint) -> tuple[int, Resource] | None:
    return began(endpoint.pod) if endpoint.pod and not endpoint.pod.standin else None


def _address(entry: AccessLogEntry) -> str:
    """The address of the pod that was called: before Istio 1.10 a target's own proxy called the loopback address."""
    at = entry.downstream_local if entry.side is Side.INBOUND else entry.upstream_host
    return at.rpartition(":")[0].strip("[]")
