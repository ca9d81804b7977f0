"""What applying a fix would change in a cluster, for people, before they say yes.

Decides layout: one unified diff an object. Must not know how anything is applied.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import yaml

from troubleshooter.model import Raw
from troubleshooter.model.plain import plain, plain_block, without_credentials
from troubleshooter.report import words

CONTEXT = 3
"""Lines that are shown around a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An object as it is (None: it will be new) and as it would be (None: it would be gone). `managers` says who wrote
    the fields that change: field and name."""

    name: str
    now: Raw | None
    then: Raw | None
    managers: tuple[tuple[str, str], ...] = ()


def changes_to_text(changes: Iterable[Changed]) -> str:
    """All diffs, and who else writes these fields; without a newline at its end, safe on a terminal."""
    return "\n".join(line for changed in changes for line in _of_one(changed))


def _of_one(changed: Changed) -> Iterator[str]:
    verb = "is made" if changed.now is None else "is deleted" if changed.then is None else "is changed"
    yield f"{plain(changed.name)} {verb}:"
    yield ""
    before, after = _lines(changed.now), _lines(changed.then)
    for number, line in enumerate(difflib.unified_diff(before, after, n=CONTEXT, lineterm="")):
        if number > 1:  # the first two lines name files
            yield f"  {line}"
    yield ""
    yield from _managers(changed.managers)


def _managers(managers: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """A patch takes a field from whoever wrote it; who keeps it elsewhere will put the old value back."""
    if managers:
        fields = words.listed(list(dict.fromkeys(plain(field) for field, _ in managers)))
        names = words.listed(list(dict.fromkeys(plain(name) for _, name in managers)))
        yield f"Written until now by {names}: {fields}."
        yield "If that comes from a repository or an operator, change it there too, or it is set back."
        yield ""


def _lines(raw: Raw | None) -> list[str]:
    if raw is None:
        return []
    text = yaml.safe_dump(dict(raw), sort_keys=True, allow_unicode=True, width=10_000)
    return plain_block(without_credentials(text)).splitlines()


def objects_to_yaml(objects: Iterable[Raw]) -> str:
    """Objects as YAML documents for kubectl."""
    return "---\n".join(yaml.safe_dump(dict(raw), sort_keys=False, width=10_000) for raw in objects)
