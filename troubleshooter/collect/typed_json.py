"""JSON as an API server sends it to plain values; of each only the fields that somebody declared, if so asked.

Decides: what reads it. msgspec does, in a fraction of the time and memory of Python's own decoder, and steps over what
is not declared. What it refuses (half a surrogate pair, NaN, a number out of its range, other encodings) Python's own
decoder reads or refuses: the values are the same whoever reads. What is stepped over is held to JSON's grammar, but not
to UTF-8. Must not know Kubernetes. The one module that loads msgspec, and itself loaded only where it is used.

Sources: https://jcristharif.com/msgspec/usage.html#typed-decoding and, of `TypedDict` and `Raw`,
https://jcristharif.com/msgspec/supported-types.html.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias, TypedDict

import msgspec

Text: TypeAlias = bytes | msgspec.Raw
"""JSON that was not read yet."""

_REFUSED = (ValueError, RecursionError)
"""What msgspec raises; its own errors are ValueErrors."""


class _List(TypedDict, total=False):
    metadata: Any
    items: list[msgspec.Raw]


def read(text: Text) -> Any:
    """The value of a text, as `json.loads` gives it.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    try:
        return _decoder(Any).decode(text)
    except _REFUSED:
        return json.loads(bytes(text))


def read_list(text: bytes, item: Callable[[Text], Any]) -> Any:
    """The `metadata` and `items` of a list, its items read by `item`; any other value as `read` gives it, and so a list
    in which there is anything that msgspec refuses.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    try:
        told = _decoder(_List).decode(text)
    except _REFUSED:
        return json.loads(text)
    return {**told, "items": [item(each) for each in told["items"]]} if "items" in told else told


def fields_of(text: Text, declared: Any) -> Any:
    """Of a text the fields that a TypedDict declares; None if it is not of that shape."""
    try:
        return _decoder(declared).decode(text)
    except _REFUSED:
        return None


@cache
def _decoder(declared: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(declared)
