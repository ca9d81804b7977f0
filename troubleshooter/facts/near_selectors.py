"""Which workload a selector means that selects none.

Decides by the labels alone: a selector without a workload, and the one workload of its namespace that it fits but for a
slip. Must not know what the policy with the selector says.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.policy.policy_lookup import selector_of
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Object

ALIKE = 0.75
"""How much alike two values of a label must be for one to be a slip of the other."""


def idle(mesh: Mesh, policy: Object) -> bool:
    """Whether a policy with a selector selects no workload of its namespace."""
    wanted = selector_of(policy)
    pods = (p for w in mesh.workloads.inside(policy.namespace) for p in (*w.pods, w.representative))
    return bool(wanted) and not any(selects(wanted, p.labels) for p in pods)


def meant(mesh: Mesh, policy: Object) -> Workload | None:
    """The one workload of its namespace that a policy's selector nearly fits."""
    near = [w for w in mesh.workloads.inside(policy.namespace) if _nearly(selector_of(policy), w.labels)]
    return near[0] if len(near) == 1 else None


def _nearly(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether each pair is there but for a slip: a value that is nearly the label's, or another label's. Labels with a
    prefix that are missing may be put on the pods as they run."""
    return all(
        _alike(value, labels[key]) if key in labels else "/" not in key and value in labels.values()
        for key, value in wanted.items()
    )


def _alike(one: str, other: str) -> bool:
    """Whether two values are the same but for a slip. `web` and `web-canary` are two names, each meant as it is."""
    if f"{one}-".startswith(f"{other}-") or f"{other}-".startswith(f"{one}-"):
        return one == other
    return difflib.SequenceMatcher(None, one, other).ratio() > ALIKE
