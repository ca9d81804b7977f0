"""Cases are built here: roles, facts and details, each checked against the catalogue as it is added.

Decides: nothing. A name or word that is not in the catalogue is a bug in a deriver, never the input's fault.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.facts.catalogue import CATALOGUE
from troubleshooter.model import Case, CaseKind, Detail, Fact, Resource, Source, Stage

WORDS = {name: {word: word for word in kind.words} for name, kind in CATALOGUE.facts.items()}
"""For each fact its words, each by itself: a word of a list of Istio's is found here as the plain text of it."""
REFS = {name: f"{name}.ref" if f"{name}.ref" in CATALOGUE.details else "" for name in CATALOGUE.roles}
"""For each role the detail that names its object, if there is one."""


class CaseBuilder:
    """A case in the making."""

    def __init__(self, identifier: str, kind: CaseKind) -> None:
        self.id, self.kind = identifier, kind
        self.roles: dict[str, Resource] = {}
        self.facts: dict[str, Fact] = {}
        self.details: dict[str, Detail] = {}

    def role(self, name: str, resource: Resource | None) -> None:
        """Fill a role; the first to fill it wins."""
        if resource is not None and name not in self.roles:
            if name not in REFS:
                raise LookupError(f"no role {name} in the catalogue")
            self.roles[name] = resource
            if REFS[name]:
                self.details.setdefault(REFS[name], f"{resource.kind.lower()}/{resource.name}")

    def fact(self, name: str, word: str, *places: Resource | None) -> None:
        """Add a fact with the places that it comes from; the first word for a name wins."""
        known = WORDS[name].get(word)
        if known is None:
            raise LookupError(f"{word} is no word of {name} in the catalogue")
        if name not in self.facts:
            self.facts[name] = Fact(name, known, tuple(map(Source, filter(None, places))))

    def seen(self, name: str, word: str, source: Source, *places: Resource) -> None:
        """Add a fact that a log line (or a person) tells, with the places that it is about."""
        if word in CATALOGUE.facts[name].words:
            sources = (source, *(Source(resource=p) for p in places))
            self.facts.setdefault(name, Fact(name=name, word=word, sources=sources))

    def adopt(self, other: CaseBuilder) -> None:
        """Take over what another case has, but for what this one has itself."""
        self.roles = {**other.roles, **self.roles}
        self.facts = {**other.facts, **self.facts}
        self.details = {**other.details, **self.details}

    def forget(self, prefixes: tuple[str, ...]) -> None:
        """Take the facts back whose names begin like this: something that outranks them says otherwise."""
        self.facts = {name: fact for name, fact in self.facts.items() if not name.startswith(prefixes)}

    def detail(self, name: str, value: Detail | None) -> None:
        """Add a detail; nothing is added for None or an empty text."""
        if name not in CATALOGUE.details:
            raise LookupError(f"no detail {name} in the catalogue")
        if value is not None and value != "":
            self.details.setdefault(name, value)

    def build(self, stage: Stage | None = None) -> Case:
        """The finished case; `stage` is where its walk fails."""
        return Case(id=self.id, kind=self.kind, roles=self.roles, facts=self.facts, details=self.details, stage=stage)


def selector_text(labels: Iterable[tuple[str, str]]) -> str:
    """Labels as kubectl's `-l` takes them."""
    return ",".join(f"{key}={value}" for key, value in labels)
