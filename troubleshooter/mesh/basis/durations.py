"""Lengths of time as Istio's objects write them: `4s`, `1m30s`, `500ms`, `1.5h`.

Source: https://pkg.go.dev/time#ParseDuration, of which protobuf's JSON form (`4s`, `0.5s`) is a part.
"""

from __future__ import annotations

import re

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
PART = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)(h|ms|m|s|us|µs|ns)")


def seconds(written: object) -> float | None:
    """The length in seconds; None for what is no length of time."""
    text = str(written or "")
    parts = PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * UNITS[unit] for number, unit in parts)
