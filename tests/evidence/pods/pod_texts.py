"""Texts about pods for tests: those in `../data/pods/`, written by hand as the commands print them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from troubleshooter.evidence import take
from troubleshooter.model import Exhibit

DATA = Path(__file__).parents[1] / "data/pods"

T = TypeVar("T")


def text_of(name: str) -> str:
    """The text of a sample."""
    return (DATA / name).read_text(encoding="utf-8")


def read(text: str, wanted: type[T], pod: str = "") -> T:
    """What a text says, which must be of this type."""
    (reading,) = take([Exhibit(name="text", text=text, pod=pod)]).of(wanted)
    return reading.value


def taken(text: str) -> list[type[Any]]:
    """The types of which a text is."""
    return list(take([Exhibit(name="text", text=text)]).readings)
