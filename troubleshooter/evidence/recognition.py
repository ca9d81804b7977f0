"""What texts are, by what stands in them, and all that they say.

Decides: of which kind a text is; the first kind that fits counts, so the particular ones come first. A text of no kind
is named, never guessed at. Must not know where texts come from, or what follows from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, cast

from troubleshooter.evidence import ambient, envoy, istioctl, istiod, pods
from troubleshooter.evidence.access import log_page
from troubleshooter.evidence.cleaning import printable
from troubleshooter.evidence.kinds import Kind, Partly, Unreadable
from troubleshooter.evidence.page import Page
from troubleshooter.model import Exhibit, NotChecked

KINDS: tuple[Kind, ...] = (*ambient.KINDS, *envoy.KINDS, *istioctl.KINDS, *istiod.KINDS, *pods.KINDS, *log_page.KINDS)
"""A dump of a ztunnel has certificates in it, as a page of Envoy has, and so comes first. Logs stand last: a line of
one may stand in any other text."""

T = TypeVar("T")

ANEW = "Take it anew"
UNKNOWN = "it is no text of a mesh that this program knows"
EMPTY = "it is empty"
UNLOCK = "Give what a proxy, istiod, kubectl or istioctl printed, unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[T]):
    """What one text says: its `value`, the `kind` that it was taken for, and the text's `name`, `origin` and `pod`."""

    value: T
    kind: Kind
    name: str
    origin: str = ""
    pod: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was put in evidence, by type of value, in the order in which it was given; and what of it cannot be
    used."""

    readings: Mapping[type[Any], tuple[Reading[Any], ...]] = field(default_factory=dict)
    not_checked: tuple[NotChecked, ...] = ()

    def of(self, wanted: type[T]) -> tuple[Reading[T], ...]:
        """The texts with a value of this type."""
        return cast("tuple[Reading[T], ...]", self.readings.get(wanted, ()))

    def with_more(self, other: Evidence) -> Evidence:
        """This evidence and, after it, the other."""
        kinds = {**self.readings, **other.readings}
        joined = {one: (*self.readings.get(one, ()), *other.readings.get(one, ())) for one in kinds}
        return replace(self, readings=joined, not_checked=(*self.not_checked, *other.not_checked))

    def __bool__(self) -> bool:
        return bool(self.readings)


def kind_of(page: Page, kinds: Iterable[Kind] = KINDS) -> Kind | None:
    """The kind that a text is of; None if it is of none that is known."""
    return next((kind for kind in kinds if kind.fits(page)), None)


def take(exhibits: Iterable[Exhibit], kinds: Iterable[Kind] = KINDS) -> Evidence:
    """Every text read as what it is."""
    known = tuple(kinds)
    readings: dict[type[Any], list[Reading[Any]]] = {}
    missing: list[NotChecked] = []
    for exhibit in exhibits:
        for found in _read(Page(exhibit), known):
            if isinstance(found, NotChecked):
                missing.append(found)
            else:
                readings.setdefault(type(found.value), []).append(found)
    return Evidence(readings={wanted: tuple(found) for wanted, found in readings.items()}, not_checked=tuple(missing))


_ERROR = re.compile(r"(?:error(?: from server)?|unable to [a-z]+)\b", re.IGNORECASE)
"""How kubectl, istioctl and pilot-agent begin to say that they have nothing to print."""
_SHOWN = 200


def _why_not(page: Page) -> str:
    first = printable(page.head.lstrip().partition("\n")[0])
    if not first:
        return EMPTY
    if _ERROR.match(first):
        return f"it holds the error of a command, and no page: {first[:_SHOWN].rstrip('.')}"
    if page.looks_like_json and page.json is None:
        return "it begins as JSON, which is damaged or cut off"
    return UNKNOWN


def _read(page: Page, kinds: tuple[Kind, ...]) -> Iterator[Reading[Any] | NotChecked]:
    first = kind_of(page, kinds)
    if first is None:
        yield NotChecked(what=page.name, why=_why_not(page), unlock=UNLOCK)
        return
    for kind in (first, *(more for more in kinds if more.also and more is not first and more.fits(page))):
        yield from _as(kind, page)


def _as(kind: Kind, page: Page) -> Iterator[Reading[Any] | NotChecked]:
    try:
        value = kind.read(page)
    except Unreadable as wrong:
        yield NotChecked(what=page.name, why=f"it looks like {kind.words}, but {wrong}", unlock=ANEW)
        return
    if isinstance(value, Partly):
        yield NotChecked(what=page.name, why=f"of {kind.words} only a part is used: {value.why}", unlock=ANEW)
        value = value.value
    yield Reading(value=value, kind=kind, name=page.name, origin=page.origin, pod=page.pod)
