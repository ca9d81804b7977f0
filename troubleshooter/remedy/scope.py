"""What placeholders stand for in a case: its objects, facts and details, by name.

Decides: the names, and the words where nothing is known. Must not know fixes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from troubleshooter.facts import CATALOGUE
from troubleshooter.model import Case, Detail, Fact
from troubleshooter.rulebook import Scope, render

ROLES = {
    "virtual_service": "the VirtualService",
    "destination_rule": "the DestinationRule",
    "service_entry": "the ServiceEntry",
    "peer_authentication": "the PeerAuthentication",
    "request_authentication": "the RequestAuthentication",
    "authorization_policy": "the AuthorizationPolicy",
    "service": "the Service",
    "gateway": "the Gateway",
    "sidecar": "the Sidecar",
    "namespace": "the Namespace",
    "mesh": "the mesh config",
    "rival": "the other object",
}
"""What stands for an object of which nothing is known but its role; other roles are called what they are."""

IN_WORDS: Mapping[str, Detail] = {role: ROLES.get(role, f"the {role.replace('_', ' ')}") for role in CATALOGUE.roles}
"""What stands for each role in a sentence where nothing is known of it."""

BEGINNING = re.compile(r"(?:^|(?<=[.!?]\s))the ")


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


def in_words(template: str, scope: Scope) -> str:
    """A text for people: what stands for a role of which nothing is known are words, and a sentence that begins with
    them has a capital letter. Where a detail is missing, `<name>` is left."""
    return BEGINNING.sub("The ", render(template, {**IN_WORDS, **scope}))
