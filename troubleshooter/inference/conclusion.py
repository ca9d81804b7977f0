"""What is concluded, before anything is worded or repaired: a cause, and the objects in its roles.

Decides: what makes two conclusions the same one. Identity is the cause and the objects in the roles that the cause
speaks of; in which case, file or line it was seen plays no part. Must not know: how conclusions are ranked or shown.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from troubleshooter.inference.compile import all_conditions
from troubleshooter.inference.links import KEPT
from troubleshooter.model import Certainty, Fact, Roles, Severity, Stage
from troubleshooter.rulebook.templates import placeholders
from troubleshooter.rulebook.values import Cause, Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """A cause that holds. `case` is the one that shows it best, `cases` are all in which it was found; `because` are
    the facts that prove it in `case`; `explained_by` is the fingerprint of the conclusion that it is folded under."""

    fingerprint: str
    cause: str
    case: str
    cases: tuple[str, ...]
    certainty: Certainty
    severity: Severity
    stage: Stage
    roles: Roles
    because: tuple[Fact, ...] = ()
    root: bool = False
    explained_by: str | None = None


def fingerprint(cause: str, roles: Roles) -> str:
    """Sixteen hexadecimal digits that stay the same as long as the cause and the objects in its roles do."""
    identity = [cause, sorted([role, *resource.key] for role, resource in roles.items())]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]


@lru_cache(KEPT)
def spoken_roles(rulebook: Rulebook) -> Mapping[str, frozenset[str]]:
    """Cause id to the roles that it speaks of: in conditions, edits and other names, and where one folds under another.

    Facts about no object (`connection`, `failure`) yield names too; no case has an object for them.
    """
    roles: dict[str, set[str]] = defaultdict(set)
    for cause in rulebook.causes.values():
        roles[cause.id].update(_own_roles(cause))
        for link in cause.because_of:
            roles[cause.id].add(link.our)
            roles[link.cause].add(link.its)
    return {cause: frozenset(names) for cause, names in roles.items()}


def _own_roles(cause: Cause) -> Iterator[str]:
    edits = [edit for fix in cause.fixes for edit in fix.edits]
    yield from _owners(condition.fact for condition in all_conditions(cause))
    yield from _owners(name for edit in edits for name in placeholders(edit.value))
    yield from (edit.role for edit in edits)
    yield from (peer.on for peer in cause.known_as)


def _owners(names: Iterable[str]) -> Iterator[str]:
    return (name.partition(".")[0] for name in names)
