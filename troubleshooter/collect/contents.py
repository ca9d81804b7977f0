"""One text to the objects in it and what is wrong with the rest.

Decides: the words for each thing that is not used. Must not know whether anybody will be content with what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.collect.documents import read_documents
from troubleshooter.collect.errors import note
from troubleshooter.collect.objects import flatten, read_object
from troubleshooter.collect.parsed import Damage
from troubleshooter.collect.text import SourceText
from troubleshooter.model import NotChecked, Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """`damaged` are documents that cannot be read, `doubtful` what was read and left out, or used with a doubt.
    `answered`: a List was there, if only an empty one, so that nothing is an answer, too."""

    objects: tuple[Object, ...]
    damaged: tuple[NotChecked, ...]
    doubtful: tuple[NotChecked, ...]
    answered: bool

    @property
    def usable(self) -> bool:
        return bool(self.objects) or self.answered


def read_contents(source: SourceText, cluster: str) -> Contents:
    """Everything in a text, for the Kubernetes cluster of that name."""
    objects: list[Object] = []
    damaged: list[NotChecked] = []
    doubtful: list[NotChecked] = []
    answered = False
    for parsed in read_documents(source.text):
        if isinstance(parsed, Damage):
            damaged.append(note(source.place(parsed.offset), parsed.problem, parsed.unlock))
            continue
        doubtful.extend(_repeated(source, key, offset) for key, offset in parsed.repeated)
        documents = list(flatten(parsed))
        answered = answered or not documents
        for document in documents:
            found = read_object(document, source, cluster)
            if isinstance(found, Object):
                objects.append(found)
            else:
                doubtful.append(found)
    return Contents(objects=tuple(objects), damaged=tuple(damaged), doubtful=tuple(doubtful), answered=answered)


def _repeated(source: SourceText, key: str, offset: int) -> NotChecked:
    why = f"`{key}` stands twice in the same map: this later one counts, and the API server may refuse both"
    return note(source.place(offset), why, "Take one of them out")
