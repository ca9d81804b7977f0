"""Who owns which field of an object: conflicts of an apply, and `managedFields` after a write.

Decides ownership only; what is stored is decided in `writing`. An object without `managedFields` belongs to
`before-first-apply` as a whole, as Kubernetes treats what is older than server-side apply.

Simplified: fields belong to managers per leaf, not per schema, and a subresource has no entries of its own.

Facts: https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts, wording from
`k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.kube_api.fieldsets import Path, leaves, read, shown, written
from tests.kube_api.messages import Json, Refused

BEFORE = "before-first-apply"


@dataclass(slots=True)
class Share:
    """What one manager owns, by one operation (Apply or Update)."""

    manager: str
    operation: str
    version: str
    fields: set[Path] = field(default_factory=set)
    time: str = ""

    @property
    def told(self) -> str:
        """How a conflict names it: who applies by name alone, who writes with version and, once stored, time."""
        if self.operation == "Apply":
            return f'"{self.manager}"'
        return f'"{self.manager}" using {self.version}' + (f" at {self.time}" if self.time else "")

    def entry(self) -> Json:
        return {
            "manager": self.manager,
            "operation": self.operation,
            "apiVersion": self.version,
            "time": self.time or now(),
            "fieldsType": "FieldsV1",
            "fieldsV1": written(self.fields),
        }


def now() -> str:
    """The time as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shares(live: Json | None, *, atomic: bool) -> list[Share]:
    """Who owns what of an object."""
    if live is None:
        return []
    entries = live["metadata"].get("managedFields")
    if not entries:
        return [Share(BEFORE, "Update", live["apiVersion"], set(leaves(live, atomic=atomic)))]
    return [
        Share(e["manager"], e["operation"], e["apiVersion"], read(e.get("fieldsV1") or {}), e.get("time", ""))
        for e in entries
        if not e.get("subresource")
    ]


def share_of(held: list[Share], manager: str, operation: str, version: str) -> Share:
    """The share of a manager, a new one where it has none."""
    for each in held:
        if (each.manager, each.operation) == (manager, operation):
            each.version = version
            return each
    held.append(Share(manager, operation, version))
    return held[-1]


def settle(held: list[Share], mine: Share, applied: dict[Path, Any], live: dict[Path, Any], *, force: bool) -> None:
    """Takes from others what an apply changes. Raises Refused (409) where they own it and nothing is forced."""
    conflicts: list[tuple[Share, Path]] = []
    for other in held:
        if other is mine:
            continue
        for path, value in applied.items():
            taken = {p for p in other.fields if _touch(p, path)} if live.get(path) != value else set()
            conflicts += [(other, p) for p in sorted(taken, key=str)]
            if force:
                other.fields -= taken
    if conflicts and not force:
        raise _conflict(conflicts)


def _touch(one: Path, other: Path) -> bool:
    """Whether one field is the other, or within it."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def updated(held: list[Share], mine: Share, before: dict[Path, Any], after: dict[Path, Any]) -> None:
    """After a plain write: what changed is the writer's, what is gone is nobody's."""
    changed = {path for path, value in after.items() if path not in before or before[path] != value}
    for each in held:
        each.fields &= set(after)
        each.fields -= changed
    mine.fields |= changed


def entries(held: Iterable[Share]) -> list[Json]:
    """As `managedFields` holds it: who owns nothing is left out."""
    return [each.entry() for each in held if each.fields]


def _conflict(conflicts: list[tuple[Share, Path]]) -> Refused:
    by_owner: dict[str, list[str]] = {}
    causes = []
    for share, path in conflicts:
        by_owner.setdefault(share.told, []).append(shown(path))
        cause = {"message": f"conflict with {share.told}", "field": shown(path)}
        causes.append({"reason": "FieldManagerConflict", **cause})
    if len(conflicts) == 1:
        ((owner, (name,)),) = by_owner.items()
        said = f"Apply failed with 1 conflict: conflict with {owner}: {name}"
    else:
        parts = [f"conflicts with {o}:\n" + "\n".join(f"- {p}" for p in paths) for o, paths in sorted(by_owner.items())]
        said = f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(parts)
    return Refused(409, said, details={"causes": causes})
