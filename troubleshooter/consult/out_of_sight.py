"""A request of which nobody can say what becomes of it, since not everything may be seen: what would become of it if
nothing out of sight played a part.

Somebody who may look into their own namespaces only sees their services, their policies and their pods; what is
exported from elsewhere, and the settings of the whole mesh, they do not see. Where all of a kind was listed in every
namespace that the request touches, its failure is most likely what it looks like: its cause is found, as likely, and it
is said what that rests on. Where the request would arrive nothing is said: what may stop it is out of sight.

Decides: what may be left out of account. Must not know why something was not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from troubleshooter.consult.findings import findings
from troubleshooter.consult.told import LogLine
from troubleshooter.inference import UNEXPLAINED, Conclusion, Engine
from troubleshooter.mesh import Mesh
from troubleshooter.model import Certainty, Diagnosis, Fact, Inventory, Listing, NotChecked, Verdict
from troubleshooter.remedy import Situation, examine
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk.reach.closure import namespaces_touched
from troubleshooter.walk.request.requests import parse_caller

OF_THE_WHOLE = frozenset({
    "ConfigMap", "Namespace", "Node", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "IngressClass",
    "GatewayClass",
})  # fmt: skip
"""Kinds that lie in no namespace of the request: settings of the mesh and of the cluster, most often left as they
come."""

ASSUMED = NotChecked(
    what="what lies out of sight",
    why="the cause that is named is the likely one, if nothing there plays a part",
    unlock="Let somebody who may see the whole mesh run the same",
)


def with_likely(
    diagnosis: Diagnosis,
    rulebook: Rulebook,
    engine: Engine,
    situation: Situation | LogLine | None,
    told: Mapping[str, Fact],
) -> Diagnosis:
    """A diagnosis with what would be found if what is out of sight played no part, before all else that was found. As
    it was where that would be no failure that is explained, where something near was not seen, or where a cause is
    named already."""
    if diagnosis.root is not None or diagnosis.walk is None or diagnosis.walk.verdict is not Verdict.UNDETERMINED:
        return diagnosis
    trusting = _trusting(situation) if isinstance(situation, Situation) else None
    if trusting is None:
        return diagnosis
    trusting = trusting.hearing(told)
    then = examine(rulebook, trusting, engine)
    root = next((one for one in then.conclusions if one.root), None)
    failed = then.walked is not None and then.walked.walk.verdict is Verdict.UNREACHABLE
    if not failed or root is None or root.cause == UNEXPLAINED:
        return diagnosis
    first = findings(rulebook, trusting, replace(then, conclusions=tuple(_likely(then.conclusions, root))))
    marks = {one.fingerprint for one in first}
    others = tuple(one for one in diagnosis.findings if one.fingerprint not in marks)
    return replace(diagnosis, findings=(*first, *others), not_checked=(ASSUMED, *diagnosis.not_checked))


def _trusting(situation: Situation) -> Situation | None:
    """The situation as if all had been seen; None where all was, or where something near the request was not."""
    held = situation.inventory
    if situation.request is None or not held.unseen:
        return None
    mesh = Mesh(replace(held, unseen=frozenset()))
    home = parse_caller(situation.request.source, situation.namespace).namespace if situation.request.source else ""
    touched = namespaces_touched(mesh, situation.request, home or situation.namespace)
    near = {space for space in touched if space[1] != mesh.settings.root_namespace}
    if any(_counts(row, held, near) for row in held.unseen):
        return None
    return replace(situation, inventory=replace(held, unseen=frozenset()))


def _counts(row: Listing, held: Inventory, near: Iterable[tuple[str, str]]) -> bool:
    """Whether an object of this list could lie where the request goes."""
    cluster, group, kind, namespace = row
    if kind in OF_THE_WHOLE:
        return False
    spaces = [name for where, name in near if where == cluster]
    if namespace:
        return namespace in spaces
    return not all((cluster, group, kind, name) in held.listed for name in spaces)


def _likely(conclusions: Iterable[Conclusion], root: Conclusion) -> Iterable[Conclusion]:
    """The root, and what is folded under it, no surer than likely."""
    for one in conclusions:
        if one is root or one.explained_by == root.fingerprint:
            yield replace(one, certainty=max(one.certainty, Certainty.LIKELY, key=lambda c: c.rank))
