"""What was looked at, in short lines: so many pods, so many without a proxy, how far the request was walked.

Decides: what is counted. Must not know what follows from it, or where the lines are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from troubleshooter.mesh import Mesh
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import StageVerdict, Verdict, Walk

MOST_KINDS = 4


def of_mesh(mesh: Mesh) -> Iterator[str]:
    """Pods and their proxies, Services, and what configures them."""
    pods = [pod for workload in mesh.workloads.all for pod in workload.pods]
    if pods:
        yield f"{_many(len(pods), 'workload' if all(pod.standin for pod in pods) else 'pod')}: {_without_proxy(pods)}"
    services = len([s for s in mesh.registry.all if not s.entry])
    kinds = Counter(
        o.kind for o in mesh.inventory.objects if o.group.endswith(("istio.io", "gateway.networking.k8s.io"))
    )
    named = [_many(n, kind) for kind, n in kinds.most_common(MOST_KINDS)]
    more = len(kinds) - len(named)
    parts = [
        *([_many(services, "Service")] if services else []),
        *named,
        *([f"{more} other kinds"] if more > 0 else []),
    ]
    if parts or not pods:
        yield ", ".join(parts) or "nothing of a mesh: no workloads, no Services, nothing of Istio"


def _without_proxy(pods: list[Pod]) -> str:
    bare = len([pod for pod in pods if pod.proxy_seen and not pod.proxy])
    if not bare:
        return "all have a proxy" if pods[1:] else "it has a proxy"
    return f"{bare} {'has' if bare == 1 else 'have'} no proxy" if bare < len(pods) else "none has a proxy"


def of_walk(walk: Walk) -> Iterator[str]:
    """How far the request was walked, where it dies, or what could not be seen."""
    died = next((b.failed for b in walk.branches if b.failed), None)
    unknown = [str(s.stage) for s in walk.path if s.verdict is StageVerdict.UNKNOWN]
    if died is None and unknown:
        yield f"cannot see: {', '.join(dict.fromkeys(unknown))}"
        return
    told = [s for s in walk.path if s.verdict in {StageVerdict.PASS, StageVerdict.FAIL}]
    ways = f", {len(walk.branches)} ways" if walk.branches[1:] else ""
    yield f"the way: {_many(len(told), 'stage')} at {_many(len({s.hop for s in told}), 'hop')}{ways}"
    if died is not None:
        yield f"it dies at {died.stage}" + (f": {died.detail}" if died.detail else "")
    elif walk.verdict is Verdict.REACHABLE:
        yield "by all that was seen it arrives"


def _many(number: int, what: str) -> str:
    if number == 1:
        return f"1 {what}"
    return f"{number} {what[:-1]}ies" if what.endswith("cy") else f"{number} {what}s"
