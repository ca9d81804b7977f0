"""Whether a request ends where `--expect SERVICE[:SUBSET]` says.

Decides by service and subset of the last cluster. Must not know why.
"""

from __future__ import annotations

import difflib

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import CORE, NETWORKING, selects
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.service.locality import placed_labels
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import Request, as_list, as_map
from troubleshooter.walk.basis.decisions import Trail
from troubleshooter.walk.request.requests import RequestError


def refuse_unknown(mesh: Mesh, request: Request) -> None:
    """See that what is expected is there, or may be in a part that was not seen.

    Raises:
        RequestError: no such service, or no rule for it defines such a subset.
    """
    name, _, subset = request.expect.partition(":")
    held = [s for s in mesh.registry.all if hosts.dialled(name, s.namespace, {s.host}, mesh.settings.domain) == s.host]
    space = name.split(".")[1] if "." in name else ""
    unseen = any(map(mesh.index.unseen, ((CORE, "Service"), (NETWORKING, "ServiceEntry"))))
    if not held and not unseen and (not space or mesh.index.saw(space)):
        raise RequestError(f"--expect {request.expect}: there is no service {name}{_perhaps(name, _names(mesh))}")
    rules = [r for s in held for r in mesh.destination_rules.covering(s.host)]
    defined = sorted({str(as_map(x).get("name")) for r in rules for x in as_list(r.spec.get("subsets"))})
    if held and subset and subset not in defined and not mesh.index.unseen((NETWORKING, "DestinationRule")):
        raise RequestError(
            f"--expect {request.expect}: no DestinationRule defines subset {subset}{_perhaps(subset, defined)}"
        )


def _names(mesh: Mesh) -> list[str]:
    return [f"{s.object.name}.{s.namespace}" if not s.entry else s.host for s in mesh.registry.all]


def _perhaps(wrong: str, known: list[str]) -> str:
    near = difflib.get_close_matches(wrong, known, n=4, cutoff=0.4) or known[:4]
    return f"; there is {', '.join(near)}" if near else ""


def arrives_as_expected(mesh: Mesh, request: Request, trail: Trail) -> bool:
    """Whether the service (and subset) at the end of a trail is the expected one.

    A subset counts as met where the route names it, or where every pod of that kind of endpoint carries its labels.
    """
    name, _, subset = request.expect.partition(":")
    cluster = next((h.cluster for h in reversed(trail.hops) if h.cluster is not None), None)
    if cluster is None or cluster.service is None:
        return False
    service = _reached(trail, cluster.service)
    if hosts.dialled(name, service.namespace, {service.host}, mesh.settings.domain) != service.host:
        return False
    if not subset or cluster.subset == subset:
        return True
    return not cluster.subset and _endpoint_is_in(trail, subset)


def _reached(trail: Trail, service: Service) -> Service:
    """The service that is reached by way of one: with resolution NONE whichever was dialled."""
    meant = trail.hops[0].meant
    return meant if meant is not None and service.entry and service.resolution == "NONE" else service


def _endpoint_is_in(trail: Trail, name: str) -> bool:
    hop = next(h for h in reversed(trail.hops) if h.cluster is not None)
    cluster = hop.cluster
    if cluster is None or hop.endpoint is None:
        return False
    wanted = cluster.rule.subset(name) if cluster.rule else None
    return wanted is not None and selects(wanted.labels, placed_labels(hop.endpoint))
