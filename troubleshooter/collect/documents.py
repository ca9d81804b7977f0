"""A text to the documents in it, YAML or JSON.

Decides: where one document ends and the next begins, and which of them is JSON. Must not know what makes a document a
Kubernetes object. A document that cannot be read raises nothing: it is a value, and the others are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from troubleshooter.collect import json_documents, yaml_documents
from troubleshooter.collect.parsed import Damage, Document

_SEPARATOR = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_BEFORE_CONTENT = re.compile(r"(?:---(?=\s|\Z))?+(?:\s++|[#%][^\n]*+)*+")


def read_documents(text: str) -> Iterator[Document | Damage]:
    """The documents of a text in order. Empty ones, and those of comments only, are left out."""
    starts = [0, *(found.start() for found in _SEPARATOR.finditer(text) if found.start())]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        before = _BEFORE_CONTENT.match(text, start, end)
        content = before.end() if before else start
        if content < end:
            yield from _read(text, start, content, end)


def _read(text: str, start: int, content: int, end: int) -> Iterator[Document | Damage]:
    if text[content] not in "{[":
        yield from yaml_documents.read(text, start, end)
        return
    # What begins like JSON and is none may still be a flow collection of YAML: kubectl tries both, too.
    as_json = list(json_documents.read(text, content, end))
    as_yaml = list(yaml_documents.read(text, start, end)) if isinstance(as_json[0], Damage) else as_json
    yield from as_json if isinstance(as_yaml[0], Damage) else as_yaml
