"""What a bundle says about itself, as JSON.

Decides: its keys. Must not know how a bundle is packed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from troubleshooter.model import Inventory, Listing, NotChecked, Object, as_list, as_map, as_words

FORMAT = 1
"""The version of the layout. A reader refuses newer ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """When the objects were observed (seconds since 1970), what was not checked, what was listed completely, which
    lists were refused or broke off, and what istiods told of clusters."""

    observed: int | None
    not_checked: tuple[NotChecked, ...]
    listed: frozenset[Listing]
    unseen: frozenset[Listing]
    cluster_ids: Mapping[str, str]
    remotes_told: frozenset[str]


def manifest_text(inventory: Inventory, program: str, *, redacted: bool) -> str:
    """The manifest of a bundle of this inventory."""
    said = {
        "format": FORMAT,
        "program": program,
        "observed": inventory.observed,
        "redacted": redacted,
        "listed": sorted(inventory.listed),
        "unseen": sorted(inventory.unseen),
        "cluster_ids": dict(sorted(inventory.cluster_ids.items())),
        "remotes_told": sorted(inventory.remotes_told),
        "seen": _seen(inventory.objects),
        "not_checked": [{"what": n.what, "why": n.why, "unlock": n.unlock} for n in inventory.not_checked],
    }
    return json.dumps(said, indent=1, sort_keys=True) + "\n"


def _seen(objects: Iterable[Object]) -> list[dict[str, Any]]:
    """How many objects of each kind there are, by Kubernetes cluster and namespace."""
    counts = Counter((o.cluster, o.namespace, o.group, o.kind) for o in objects)
    keys = ("cluster", "namespace", "group", "kind")
    return [{**dict(zip(keys, place, strict=True)), "count": count} for place, count in sorted(counts.items())]


def read_manifest(text: str) -> Manifest:
    """What a manifest says.

    Raises:
        ValueError: it is none, or of a newer program; the message says so in plain words.
    """
    try:
        said = as_map(json.loads(text))
    except (ValueError, RecursionError):
        raise ValueError("it is damaged") from None
    version, observed = said.get("format"), said.get("observed")
    if not isinstance(version, int) or version > FORMAT:
        raise ValueError(f"its format is {version}, and this program reads {FORMAT}")
    notes = (as_map(one) for one in as_list(said.get("not_checked")))
    return Manifest(
        observed=observed if isinstance(observed, int) and not isinstance(observed, bool) else None,
        not_checked=tuple(
            NotChecked(what=str(n.get("what", "")), why=str(n.get("why", "")), unlock=str(n.get("unlock", "")))
            for n in notes
        ),
        listed=_listings(said.get("listed")),
        unseen=_listings(said.get("unseen")),
        cluster_ids=as_words(said.get("cluster_ids")),
        remotes_told=frozenset(map(str, as_list(said.get("remotes_told")))),
    )


def _listings(said: object) -> frozenset[Listing]:
    rows = (as_list(one) for one in as_list(said))
    return frozenset((str(one[0]), str(one[1]), str(one[2]), str(one[3])) for one in rows if len(one) == 4)
