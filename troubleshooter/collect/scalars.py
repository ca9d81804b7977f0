"""Plain YAML words to values, as kubectl reads them.

kubectl turns YAML to JSON with sigs.k8s.io/yaml, whose resolver is go-yaml v2's: YAML 1.1 booleans (also y, n, on,
off), octal with a leading 0, no base 60, and times stay text. Three differences: `.nan` and `.inf` stay text, where
kubectl refuses the file because JSON has no such value; so do numbers too long for any field; and a number written with
a point stays one (kubectl makes 1 of 1.0), so that an unquoted label `1.0`, which the API server refuses, reads as it
was meant.

Source: `resolve` in goyaml.v2/resolve.go of kubernetes-sigs/yaml.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
}
FIRST = frozenset("+-.0123456789yYnNtTfFoO~")
"""What a word that is no text can begin with; the test saves most of the work."""

_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_INTEGERS = (
    (re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII), 10),
    (re.compile(r"[-+]?0o?[0-7]+", re.ASCII | re.IGNORECASE), 8),
    (re.compile(r"[-+]?0x[0-9a-f]+", re.ASCII | re.IGNORECASE), 16),
    (re.compile(r"[-+]?0b[01]+", re.ASCII | re.IGNORECASE), 2),
)
_LONGEST_NUMBER = 64
_TYPED = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "null"))


def scalar(text: str, tag: str | None, *, quoted: bool) -> Scalar:
    """The value of a YAML scalar. Tags other than those of YAML's own types are ignored, so nothing is ever made of
    them."""
    if quoted if tag is None else tag not in _TYPED:
        return text
    return text if text and text[0] not in FIRST else plain_word(text)


@lru_cache(maxsize=8192)
def plain_word(text: str) -> Scalar:
    """The value of an unquoted word."""
    if text in _WORDS:
        return _WORDS[text]
    digits = text.replace("_", "")
    if len(digits) > _LONGEST_NUMBER:
        return text
    for pattern, base in _INTEGERS:
        if pattern.fullmatch(digits):
            return int(re.sub("[oOxXbB]", "", digits, count=1) if base != 16 else digits, base)
    return number(digits) if _FLOAT.fullmatch(digits) else text


def number(digits: str) -> int | float | str:
    """The value of a number that is not written as an integer; the text as it stands where it is too big."""
    value = float(digits)
    if not math.isfinite(value):
        return digits
    return int(value) if value.is_integer() and "." not in digits else value


def key_word(value: Scalar) -> str:
    """A map's key as JSON holds it: always a string (`8080: x` has the key "8080", `y: x` has "true")."""
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
