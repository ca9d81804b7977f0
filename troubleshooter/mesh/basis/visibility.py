"""Who sees what: exportTo of an object, and what the mesh takes where an object says nothing.

Decides from lists of namespaces alone. Must not know objects.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-export_to;
`initServiceRegistry`, `initVirtualServices`, `setDestinationRules` in istio/istio pilot/pkg/model/push_context.go.
"""

from __future__ import annotations

from collections.abc import Iterable

EVERYBODY, OWN, NOBODY = "*", ".", "~"


def visible(export_to: Iterable[str], own: str, viewer: str) -> bool:
    """Whether an object of namespace `own` with this exportTo is seen from `viewer`; an empty list means everywhere.
    `*` outranks `~`, and `~` all else."""
    entries = frozenset(export_to)
    if not entries or EVERYBODY in entries:
        return True
    return NOBODY not in entries and (viewer in entries or (OWN in entries and own == viewer))


def by_default(export_to: Iterable[str]) -> list[str]:
    """What a mesh-wide default comes to for Services and VirtualServices: `.` or `*`, and nobody for anything else."""
    entries = frozenset(export_to)
    if OWN in entries:
        return [OWN]
    return [] if not entries or EVERYBODY in entries else [NOBODY]
