"""A member of an archive, and why one is not read.

Decides: which paths stay inside an archive. Must not know any container.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from troubleshooter.collect.errors import note
from troubleshooter.model import NotChecked

AGAIN = "Fetch or make the archive again if what is missing matters"

_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """`path` is where it stands in the archive, with `/`; of an archive in an archive, `inner.tgz!path`. `changed` is
    when it was written, in seconds since 1970, as the archive says; None where it does not."""

    path: str
    data: bytes
    changed: int | None = field(default=None, compare=False)


Wanted: TypeAlias = Callable[[str], bool]
"""Whether a member at this path is worth reading."""

Found: TypeAlias = Iterator[Member | NotChecked]


class Damaged(Exception):
    """The archive cannot be read further; the message says why, in plain words."""


def inside(path: str) -> str | None:
    """The path as it counts, or None if it leads out of the archive."""
    if "/" not in path:
        path = path.replace("\\", "/")  # PowerShell's Compress-Archive writes them so
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if path.startswith("/") or ".." in parts or _DRIVE.match(path) or "\0" in path:
        return None
    return "/".join(parts)


def folder_of(name: str) -> str:
    """The folder of a file, or the archive of a member at its root, with what stands between it and the name."""
    return name[: max(name.rfind("/"), name.rfind("!")) + 1]


def leads_out(name: str, path: str) -> NotChecked:
    """Why a member whose path leads out of the archive is not read."""
    return note(f"{name}!{path}", "its path leads out of the archive, so it was not read")


def left(name: str, path: str, why: str) -> NotChecked:
    """Why a member is not read."""
    return note(f"{name}!{path}", why, AGAIN)


def no_files(name: str, count: int) -> NotChecked:
    """The members that are no files."""
    what = f"{count} member{'s' if count > 1 else ''} of {name}"
    return note(what, "links and devices in an archive are not followed")
