"""Cases that a proxy's own pages make, whatever is asked: what of its configuration it has not got.

Decides: a case for each proxy, with its pod in the role. Must not know requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from troubleshooter.evidence import Evidence
from troubleshooter.evidence.envoy.dump import Node
from troubleshooter.evidence.envoy.proxies import Proxy, proxies_of
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.delivery import Loss, control_plane, losses
from troubleshooter.facts.of_evidence.held import Held
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Resource

MOST = 5
"""So many losses of one proxy are told."""


def proxy_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each loss of each proxy, and one for a proxy that hears nothing from istiod."""
    for number, proxy in enumerate(proxies_of(evidence)):
        yield from _of_proxy(mesh, proxy, number)


def _of_proxy(mesh: Mesh, proxy: Proxy, number: int) -> Iterator[Case]:
    held = Held(proxy)
    heard = control_plane(held)
    if heard is not None:
        case = case_of(mesh, proxy, f"evidence/{number}")
        case.seen("evidence.istiod", *heard)
        yield case.build()
        return
    for at, loss in enumerate(list(losses(held))[:MOST]):
        case = case_of(mesh, proxy, f"evidence/{number}/{at}")
        tell_loss(case, loss, *([case.roles["workload"]] if "workload" in case.roles else []))
        yield case.build()


REASONS = (
    (
        "extension",
        re.compile(r"registered implementation|no such field|unknown field|unable to (?:unpack|parse)", re.IGNORECASE),
    ),
    ("duplicate", re.compile(r"duplicate|only unique (?:values|names)", re.IGNORECASE)),
)
"""What is wrong with a refused piece, by Envoy's words. istiod makes no filter that proxies of its version do not
know, so that one was put in by somebody."""


def tell_loss(case: CaseBuilder, loss: Loss, *places: Resource) -> None:
    """The facts of one loss; `places` is whose proxy lacks it."""
    case.seen("evidence.config_lost", loss.word, loss.source, *places)
    if loss.why:
        word = next((word for word, pattern in REASONS if pattern.search(loss.why)), "other")
        case.seen("evidence.refused_for", word, loss.source)
    case.detail("evidence.config_part", loss.part)
    case.detail("evidence.config_error", loss.why)


def case_of(mesh: Mesh, proxy: Proxy, name: str) -> CaseBuilder:
    """An empty case about a proxy, with its pod and workload."""
    case = CaseBuilder(name, CaseKind.PIECE)
    case.role("pod", pod_of(proxy.node))
    case.detail("pod.ref", proxy.node.pod)
    owner = next(
        (
            w
            for w in mesh.workloads.all
            for pod in w.pods
            if (pod.namespace, pod.name) == (proxy.node.namespace, proxy.node.pod)
        ),
        None,
    )
    case.role("workload", owner.object.at() if owner else None)
    return case


def pod_of(node: Node) -> Resource | None:
    """The pod that a node names; None for one that names none."""
    return Resource(kind="Pod", namespace=node.namespace, name=node.pod) if node.pod else None
