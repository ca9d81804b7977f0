"""What was read, to a bundle that may leave.

Decides: that secrets are taken out of everything, and names out of everything where that is asked for. Must not know
files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from troubleshooter.collect.bundle.manifest import manifest_text
from troubleshooter.collect.bundle.writing import bundle_bytes
from troubleshooter.collect.redaction.pseudonyms import Pseudonyms, names_in
from troubleshooter.collect.redaction.secrets import text_without_secrets, without_secrets
from troubleshooter.model import Exhibit, Inventory, Listing, NotChecked


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Objects with what of them was not checked, texts for evidence, and access logs."""

    inventory: Inventory
    exhibits: tuple[Exhibit, ...] = ()
    logs: tuple[Exhibit, ...] = ()


def packed(contents: Contents, program: str, *, key: bytes = b"") -> tuple[bytes, str]:
    """The bytes of a bundle; and, where there is a `key` to redact with, which name stands for which, as JSON."""
    clean = _without_secrets(contents)
    names = ""
    if key:
        clean, names = redacted(clean, key)
    manifest = manifest_text(clean.inventory, program, redacted=bool(key))
    return bundle_bytes(manifest, clean.inventory.objects, clean.exhibits, clean.logs), names


def _without_secrets(contents: Contents) -> Contents:
    objects = (thing.with_raw(without_secrets(thing.raw)) for thing in contents.inventory.objects)
    return Contents(
        inventory=replace(contents.inventory, objects=tuple(objects)),
        exhibits=tuple(replace(one, text=text_without_secrets(one.text)) for one in contents.exhibits),
        logs=tuple(replace(one, text=text_without_secrets(one.text)) for one in contents.logs),
    )


def redacted(contents: Contents, key: bytes) -> tuple[Contents, str]:
    """The same with other names, and which stands for which, as JSON."""
    inventory = contents.inventory
    texts = [one.text for one in (*contents.exhibits, *contents.logs)]
    places = [word for one in contents.exhibits for word in (one.pod, one.origin)]
    told = (*(thing.cluster for thing in inventory.objects), *places, *(n for text in texts for n in names_in(text)))
    other = Pseudonyms((thing.raw for thing in inventory.objects), told, key)
    changed = Contents(
        inventory=replace(
            inventory,
            objects=tuple(
                replace(thing, raw=other.of_object(thing.raw), cluster=other.of_words(thing.cluster))
                for thing in inventory.objects
            ),
            listed=_listings(inventory.listed, other),
            unseen=_listings(inventory.unseen, other),
            cluster_ids={other.of_words(c): other.of_words(name) for c, name in inventory.cluster_ids.items()},
            remotes_told=frozenset(map(other.of_words, inventory.remotes_told)),
            not_checked=tuple(_note(note, other) for note in inventory.not_checked),
        ),
        exhibits=tuple(_exhibits(contents.exhibits, other)),
        logs=tuple(replace(one, text=other.of_log(one.text)) for one in contents.logs),
    )
    return changed, json.dumps(other.used, indent=1, sort_keys=True) + "\n"


def _listings(rows: Iterable[Listing], other: Pseudonyms) -> frozenset[Listing]:
    return frozenset((other.of_words(c), group, kind, other.of_words(space)) for c, group, kind, space in rows)


def _note(note: NotChecked, other: Pseudonyms) -> NotChecked:
    return NotChecked(what=other.of_words(note.what), why=other.of_words(note.why), unlock=note.unlock)


def _exhibits(exhibits: Iterable[Exhibit], other: Pseudonyms) -> Iterable[Exhibit]:
    """Texts with other names. Their own names are those of files, which may be anything, and are left out."""
    for one in exhibits:
        yield replace(one, name="text", text=other.of_text(one.text), pod=other.of_words(one.pod))
