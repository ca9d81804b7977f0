"""Facts about the address on which the pods of a Service listen, and what their Sidecar makes of it.

Must not know requests.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.mesh.workload.binding import Binding, answers_probes, binding_of
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import as_list, as_map

LOCAL = ("127.", "localhost:", "[::1]:", "::1:")


def about_binding_address(case: CaseBuilder, mesh: Mesh, endpoints: Iterable[Endpoint]) -> None:
    """What commands, arguments and environment of the pods say of the address to listen on. Nothing is said where they
    say nothing."""
    seen = {(id(e.workload), e.port): e for e in endpoints if e.pod is not None and e.workload is not None}
    told = [(e, found) for e in seen.values() if (found := _binding(e)) is not None]
    if not told:
        return
    endpoint, chosen = next(((e, b) for e, b in told if b.loopback), told[0])
    workload = endpoint.workload
    assert workload is not None  # noqa: S101 - only such endpoints are looked at
    place = workload.template.at(chosen.field)
    case.fact("target.binds", "loopback" if chosen.loopback else "elsewhere", place)
    if not chosen.loopback:
        return
    case.role("target", workload.object.at())
    case.detail("target.port", endpoint.port)
    case.detail("target.bind_field", place.field)
    case.detail("target.bind_written", chosen.written)
    case.detail("target.bind_opened", chosen.opened)
    _sidecar(case, mesh, workload, endpoint.port)


def _binding(endpoint: Endpoint) -> Binding | None:
    """What is said, unless the pod has shown that it can be reached."""
    assert endpoint.pod is not None and endpoint.workload is not None  # noqa: S101, PT018 - the caller looked
    told = binding_of(endpoint.workload, endpoint.port)
    return None if told is None or answers_probes(endpoint.pod, endpoint.port) else told


def _sidecar(case: CaseBuilder, mesh: Mesh, workload: Workload, port: int) -> None:
    """To which address the pods' own proxy hands the connections for this port."""
    own = mesh.sidecars.in_force(workload.namespace, workload.labels)
    listeners = as_list(own.spec.get("ingress")) if own is not None else []
    for n, listener in enumerate(map(as_map, listeners)):
        if own is not None and as_map(listener.get("port")).get("number") == port:
            given = str(listener.get("defaultEndpoint") or "")
            case.role("sidecar", own.at())
            place = own.at(f"spec.ingress[{n}].defaultEndpoint")
            case.fact("sidecar.default_endpoint", "loopback" if given.startswith(LOCAL) else "pod", place)
            return
    case.fact("sidecar.default_endpoint", "none", own.at("spec") if own is not None else None)
