"""Facts about one Gateway (has it pods?) and about the Gateways that a VirtualService names (do they exist?).

Must not know requests.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.facts.building import CaseBuilder, selector_text
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import NETWORKING
from troubleshooter.mesh.not_modelled.unmodelled import GATEWAY_API
from troubleshooter.mesh.routing.routes import MESH, gateways_of, qualified
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Object, as_list

PURPOSES = ("ingress", "egress", "eastwest")
"""Words in names and labels that tell gateways apart: one is not meant where another is selected."""

GATEWAY_LABELS = ("istio", "app", "istio.io/gateway-name", "gateway.networking.k8s.io/gateway-name")


def about_gateway(case: CaseBuilder, mesh: Mesh, gateway: Object, *, seen: bool) -> None:
    """Whether its selector matches pods; `seen` is False where pods of gateways may lie in a part that was not seen."""
    case.role("gateway", gateway.at())
    place = gateway.at("spec.selector")
    selector = mesh.gateways.selector(gateway)
    case.detail("gateway.selector_text", selector_text(selector.items()))
    workloads = mesh.gateways.workloads(gateway)
    if workloads:
        case.fact("gateway.workload", "found", place, *(w.object.at() for w in workloads))
        case.role("workload", workloads[0].object.at())
        return
    if not seen:
        return
    held = mesh.gateways.proxies()
    case.fact("gateway.workload", "none", place, *(w.object.at() for w in held))
    candidates = [w for w in held if _of_one_purpose(selector, w)]
    meant = candidates if len(candidates) == 1 else [w for w in candidates if _alike(selector, w)]
    number = "one" if len(meant) == 1 else "several" if candidates else "none"
    case.fact("gateway.candidate", number, *(w.object.at() for w in candidates))
    case.detail("gateway.candidates", [f"{w} ({selector_text(_selecting(w).items())})" for w in held])
    if len(meant) == 1:
        case.role("workload", meant[0].object.at())
        case.detail("gateway.candidate_labels", _selecting(meant[0]))
        case.detail("gateway.candidate_name", str(meant[0]))


def _of_one_purpose(selector: dict[str, str], workload: Workload) -> bool:
    """Whether names do not say that a selector means another sort of gateway."""
    wanted, had = _purposes(selector.values()), _purposes((workload.name, *workload.labels.values()))
    return not wanted or not had or bool(wanted & had)


def _purposes(names: Iterable[str]) -> set[str]:
    return {purpose for name in names for purpose in PURPOSES if purpose in name}


def _alike(selector: dict[str, str], workload: Workload) -> bool:
    """Whether some value of a selector is nearly one of the workload's labels."""
    values = list(workload.labels.values())
    return any(difflib.get_close_matches(v, values, n=1, cutoff=0.7) for v in selector.values())


def _selecting(workload: Workload) -> dict[str, str]:
    """The label by which gateways usually select this workload."""
    chosen = {k: workload.labels[k] for k in GATEWAY_LABELS if k in workload.labels}
    first = next(iter(chosen.items()), None)
    return dict([first]) if first else dict(workload.labels)


@dataclass(frozen=True, kw_only=True)
class _Missing:
    """A Gateway that a VirtualService names and that is not there. `known` is False where it may lie in a part that was
    not seen, or is a Gateway of the Gateway API: what becomes of such a name is not known."""

    index: int
    written: str
    reference: str
    known: bool


def about_binding(case: CaseBuilder, mesh: Mesh, thing: Object, wanted: str = "") -> None:
    """Whether the Gateways that a VirtualService names exist; `wanted` is the `namespace/name` of the one that the
    request in hand needs, "" without a request."""
    case.role("virtual_service", thing.at())
    named = [str(g) for g in as_list(thing.spec.get("gateways"))]
    missing = list(_missing(mesh, thing, named))
    if not missing:
        case.fact("virtual_service.gateway_ref", "found", thing.at("spec.gateways"))
        return
    known = next((m for m in missing if m.known), None)
    found = known or next((m for m in missing if _same_name(m.reference, wanted)), None)
    if found is None:
        return
    field = f"spec.gateways[{found.index}]"
    case.fact("virtual_service.gateway_ref", "not-found", thing.at(field))
    case.fact("virtual_service.gateway_namespace", "seen" if known else "not-seen", thing.at(field))
    full = "/" in found.written or "." in found.written
    case.fact("virtual_service.gateway_form", "full" if full else "short", thing.at(field))
    case.detail("virtual_service.gateway_field", field)
    case.detail("virtual_service.gateway_written", found.written)
    case.detail("virtual_service.gateway_full", found.reference)
    meant = mesh.gateways.get(wanted) if wanted else _meant(mesh, thing, found.written)
    case.fact("virtual_service.gateway_guess", "one" if meant else "none", thing.at(field))
    if meant is not None:
        case.role("gateway", meant.at())
        own = meant.namespace == thing.namespace
        case.detail("gateway.reference", meant.name if own else f"{meant.namespace}/{meant.name}")


def _missing(mesh: Mesh, thing: Object, named: Iterable[str]) -> Iterable[_Missing]:
    for n, name in enumerate(named):
        reference = qualified(name, thing.namespace)
        if reference != MESH and mesh.gateways.get(reference) is None:
            namespace, _, own = reference.partition("/")
            of_gateway_api = mesh.index.get(GATEWAY_API, "Gateway", namespace, own) is not None
            known = mesh.index.saw(namespace, (NETWORKING, "Gateway")) and not of_gateway_api
            yield _Missing(index=n, written=name, reference=reference, known=known)


def _same_name(one: str, other: str) -> bool:
    """Whether two Gateways have the same name, in whatever namespaces."""
    return one.rpartition("/")[2] == other.rpartition("/")[2]


def _meant(mesh: Mesh, thing: Object, written: str) -> Object | None:
    """The Gateway that is probably meant, of those that are not named anyway: the only one of that name elsewhere, else
    the only one that serves a host of the VirtualService."""
    name = written.rpartition("/")[2]
    bound = gateways_of(thing)
    others = [g for g in mesh.gateways.all if f"{g.namespace}/{g.name}" not in bound]
    named = [g for g in others if g.name == name]
    if len(named) == 1:
        return named[0]
    wanted = mesh.virtual_services.hosts_of(thing)
    serving = [
        g
        for g in others
        if any(
            hosts.meet(pattern.rpartition("/")[2], host)
            for s in mesh.gateways.servers(g)
            for pattern in s.hosts
            for host in wanted
        )
    ]
    near = difflib.get_close_matches(name, [g.name for g in serving], n=1, cutoff=0.6)
    close = [g for g in serving if g.name in near]
    return serving[0] if len(serving) == 1 else close[0] if len(close) == 1 else None
