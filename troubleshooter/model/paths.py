"""Field paths: how a place inside an object is written, read and followed.

A path is keys joined by dots, with list positions in brackets: `spec.http[0].match[0].uri.exact`. A key that holds
anything but letters, digits, `_`, `-` and `$` stands in brackets, quoted as JSON quotes it:
`metadata.labels["istio.io/rev"]`. The empty path is the object itself. `print_path` and `parse_path` are each other's
inverse. Pure; knows neither Kubernetes nor files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

Parts: TypeAlias = tuple[str | int, ...]
"""A path taken apart: a string is a key of a map, a number a position in a list, counted from 0."""

_ABSENT: Any = object()
_PLAIN = re.compile(r"[\w$-]+", re.ASCII)
_PART = re.compile(
    r"""(?P<dot>\.)? (?: (?P<key>[^.\[\]"]+)               # a plain key, after a dot unless it comes first
                       | \[ (?P<index>[0-9]{1,9}) \]       # a position in a list
                       | \[ (?P<quoted>"(?:[^"\\]|\\.)*") \] )""",
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Parts:
    """Take `spec.http[0]` apart: `("spec", "http", 0)`. Raises ValueError, with the column, where the text is no
    path."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or bool(found["dot"]) != bool(found["key"] and at):
            raise ValueError(f"{text!r} is no field path: it cannot be read from column {at + 1} on")
        parts.append(_part(found, text))
        at = found.end()
    return tuple(parts)


def _part(found: re.Match[str], text: str) -> str | int:
    if found["key"]:
        return found["key"]
    if found["index"]:
        return int(found["index"])
    try:
        return str(json.loads(found["quoted"], strict=False))
    except ValueError:
        raise ValueError(
            f"{text!r} is no field path: the quotes at column {found.start() + 1} are not JSON's"
        ) from None


def print_path(parts: Sequence[str | int]) -> str:
    """Write a path: the inverse of `parse_path`. Always plain ASCII, whatever the keys hold."""
    return "".join(_written(part, first=place == 0) for place, part in enumerate(parts))


def _written(part: str | int, *, first: bool) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if not _PLAIN.fullmatch(part):
        return f"[{json.dumps(part)}]"
    return part if first else f".{part}"


def get(raw: Any, path: str, default: Any = None) -> Any:
    """What stands at `path` in parsed YAML or JSON; `default` where nothing does. Raises ValueError for a wrong
    path."""
    for part in parse_path(path):
        if isinstance(part, str):
            raw = raw.get(part, _ABSENT) if isinstance(raw, Mapping) else _ABSENT
        else:
            raw = raw[part] if isinstance(raw, list) and part < len(raw) else _ABSENT
        if raw is _ABSENT:
            return default
    return raw
