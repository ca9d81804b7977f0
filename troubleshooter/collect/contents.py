"""One text to the objects in it and what is wrong with the rest.

Decides: the words for each thing that is not used. Must not know whether anybody will be content with what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from troubleshooter.collect.documents import read_documents
from troubleshooter.collect.errors import note
from troubleshooter.collect.objects import HIDDEN, NO_OBJECT, flatten, read_object, without_hidden
from troubleshooter.collect.parsed import Damage
from troubleshooter.collect.text import SourceText, shown
from troubleshooter.collect.yaml_documents import TEMPLATE
from troubleshooter.model import NotChecked, Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """`damaged` are documents that cannot be read, `doubtful` what was read and left out, or used with a doubt.
    `answered`: a List was there, if only an empty one, so that nothing is an answer, too. `strange` counts what is no
    object of Kubernetes and never was meant to be one (settings of a chart, templates)."""

    objects: tuple[Object, ...]
    damaged: tuple[NotChecked, ...]
    doubtful: tuple[NotChecked, ...]
    answered: bool
    strange: int = 0

    @property
    def usable(self) -> bool:
        return bool(self.objects) or self.answered

    @property
    def foreign(self) -> bool:
        """Whether there is nothing in it but what is no object."""
        return not self.usable and self.strange == len(self.damaged) + len(self.doubtful)


def read_contents(source: SourceText, cluster: str, bare: tuple[str, str] = ("", "")) -> Contents:
    """Everything in a text, for the Kubernetes cluster of that name. `bare` is the kind of objects that do not say
    theirs."""
    objects: list[Object] = []
    damaged: list[NotChecked] = []
    doubtful: list[NotChecked] = []
    answered = False
    strange = 0
    hidden = HIDDEN in source.text
    for parsed in read_documents(source.text):
        if isinstance(parsed, Damage):
            damaged.append(note(source.place(parsed.offset), parsed.problem, parsed.unlock))
            strange += TEMPLATE in source.text
            continue
        doubtful.extend(_repeated(source, key, offset) for key, offset in parsed.repeated)
        known = replace(parsed, raw=without_hidden(parsed.raw)) if hidden else parsed
        documents = list(flatten(known, bare))
        answered = answered or not documents
        for document in documents:
            found = read_object(document, source, cluster)
            if isinstance(found, Object):
                objects.append(found)
            else:
                doubtful.append(found)
                strange += found.why == NO_OBJECT
    if hidden and objects:
        why = f"values in it were hidden when it was collected ({HIDDEN}): they are not known"
        doubtful.append(note(shown(source.name), why, "Collect without redaction if one of them matters"))
    return Contents(
        objects=tuple(objects), damaged=tuple(damaged), doubtful=tuple(doubtful), answered=answered, strange=strange
    )


def _repeated(source: SourceText, key: str, offset: int) -> NotChecked:
    why = f"`{key}` stands twice in the same map: this later one counts, and the API server may refuse both"
    return note(source.place(offset), why, "Take one of them out")
