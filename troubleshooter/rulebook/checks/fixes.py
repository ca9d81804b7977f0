"""Fixes that a machine may apply without a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troubleshooter.model import Applicability
from troubleshooter.rulebook.advice import quoted
from troubleshooter.rulebook.checks.scene import Scene
from troubleshooter.rulebook.places import Mistake
from troubleshooter.rulebook.values import Edit

GUARDS = {"PeerAuthentication": "peer_authentication", "AuthorizationPolicy": "authorization_policy"}
"""Kinds that keep others out, and the roles they fill: whoever changes one may let somebody in."""


def machine_fixes_are_harmless(scene: Scene) -> Iterator[Mistake]:
    """A fix that is applied without review has something to apply, and touches nothing that guards a door."""
    fixes = (fix for cause in scene.causes for fix in cause.fixes if fix.applicability is Applicability.MACHINE)
    for fix in fixes:
        place = fix.place.of("applicability")
        if not fix.edits:
            yield Mistake(place=place, text="a fix for a machine needs `edits`; add them, or call it `manual`")
        for edit in fix.edits:
            if kind := _guard(edit):
                said = f"this edit touches {quoted(kind)}, which a person must review; call the fix `review`"
                yield Mistake(place=edit.place, text=said)


def _guard(edit: Edit) -> str:
    """The kind of the guard that `edit` touches, or ""."""
    created = edit.value.get("kind") if edit.verb == "create" and isinstance(edit.value, Mapping) else None
    return next((kind for kind, role in GUARDS.items() if created == kind or edit.role == role), "")
