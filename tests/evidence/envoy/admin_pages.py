"""Admin pages for tests: those in `../data/envoy/`, which an Envoy 1.40 wrote, and pages written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from troubleshooter.evidence import take
from troubleshooter.model import Exhibit

DATA = Path(__file__).parents[1] / "data/envoy"
REVIEWS = "outbound|8080||reviews.default.svc.cluster.local"

T = TypeVar("T")


def page(name: str) -> str:
    """The text of a page that an Envoy wrote."""
    return (DATA / name).read_text(encoding="utf-8")


def read(text: str, wanted: type[T]) -> T:
    """What a text says, which must be of this type."""
    (reading,) = take([Exhibit(name="page", text=text)]).of(wanted)
    return reading.value


def taken(text: str) -> list[type[Any]]:
    """The types of which a text is."""
    return list(take([Exhibit(name="page", text=text)]).readings)
