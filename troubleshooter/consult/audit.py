"""What of an audit is wanted: the findings of one namespace, or of one symptom.

Decides: which conclusions are left out. Must not know how a conclusion is worded.
"""

from __future__ import annotations

from collections.abc import Container

from troubleshooter.inference import Conclusion
from troubleshooter.model import Resource


def within(
    conclusions: tuple[Conclusion, ...], namespace: str, causes: Container[str] | None
) -> tuple[Conclusion, ...]:
    """The conclusions in which an object of `namespace` has a role ("" leaves all), of these the `causes` (None leaves
    all), and whatever they are folded under."""
    known = {c.fingerprint: c for c in conclusions}
    kept: set[str] = set()
    for conclusion in conclusions:
        wanted = not namespace or any(_lives_in(r, namespace) for r in conclusion.roles.values())
        if wanted and (causes is None or conclusion.cause in causes):
            kept |= _with_reasons(conclusion, known)
    return tuple(c for c in conclusions if c.fingerprint in kept)


def _lives_in(resource: Resource, namespace: str) -> bool:
    return namespace in (resource.namespace, resource.name if resource.kind == "Namespace" else "")


def _with_reasons(conclusion: Conclusion, known: dict[str, Conclusion]) -> set[str]:
    """Its fingerprint, and those of what explains it, all the way up."""
    marks: set[str] = set()
    above: Conclusion | None = conclusion
    while above is not None and above.fingerprint not in marks:
        marks.add(above.fingerprint)
        above = known.get(above.explained_by or "")
    return marks
