"""What placeholders stand for in a case: its objects, facts and details, by name.

Decides: the names. Must not know templates or fixes.
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.facts import CATALOGUE
from troubleshooter.model import Case, Detail, Fact


def scope_of(case: Case, facts: Mapping[str, Fact]) -> dict[str, Detail]:
    """`${role}` is the object in words; `${role.name}`, `.namespace`, `.kind`, `.cluster` are its parts;
    `${role.attribute}` is a detail or the word of a fact. A fact never stands for a detail of the same name, not
    even where that is not known: its word would be taken for a name."""
    scope: dict[str, Detail] = {name: fact.word for name, fact in facts.items() if name not in CATALOGUE.details}
    scope.update(case.details)
    for role, resource in case.roles.items():
        scope[role] = str(resource)
        scope[f"{role}.name"] = resource.name
        scope[f"{role}.namespace"] = resource.namespace
        scope[f"{role}.kind"] = resource.kind
        scope[f"{role}.cluster"] = resource.cluster
    return scope
