"""What a proxy makes of the path of a request before it looks at routes and policies.

Decides by the mesh's option alone: BASE unless it says otherwise. Must not know routes or policies.
Source: https://istio.io/latest/docs/reference/config/security/normalization/.
"""

from __future__ import annotations

import re

ENCODED = re.compile("%([0-9a-fA-F]{2})")
PLAIN = re.compile("[A-Za-z0-9._~-]")
"""Characters that are never encoded."""
SLASHES = {"2f": "/", "5c": "\\"}


def normalized(path: str, option: str) -> str:
    """A path as policies see it; its query stays as it is."""
    bare, mark, query = path.partition("?")
    if option == "DECODE_AND_MERGE_SLASHES":
        bare = ENCODED.sub(lambda found: SLASHES.get(found[1].lower(), found[0]), bare)
    if option != "NONE":
        bare = _without_dots(ENCODED.sub(_decoded, bare).replace("\\", "/"))
    if option in {"MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"}:
        bare = re.sub("//+", "/", bare)
    return bare + mark + query


def _decoded(found: re.Match[str]) -> str:
    """A character that needs no encoding as it is; any other stays encoded."""
    character = chr(int(found[1], 16))
    return character if PLAIN.fullmatch(character) else found[0]


def _without_dots(path: str) -> str:
    """A path without `.` and `..` segments, as RFC 3986 resolves them."""
    if not path.startswith("/"):
        return path
    kept: list[str] = []
    segments = path[1:].split("/")
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
