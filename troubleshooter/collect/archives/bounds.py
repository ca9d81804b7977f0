"""How much of an archive is read.

Decides: when an archive stands for more than anybody collected. A few kilobytes can be packed that unpack to more than
any memory or evening holds, so what comes out is counted while it comes out, never believed from a header.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20


class TooMuch(Exception):
    """A bound was reached; the message says which, in plain words. Nothing more is read from the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`unpacked` bytes in all, those that are skipped too; `member` bytes in one member that is read; `kept` bytes in
    all members that are read; so many `members`; and `ratio` times the packed bytes, once more than `grace` came out:
    YAML and logs pack to a tenth or a fiftieth, while a bomb packs to a thousandth."""

    unpacked: int = 8 * 1024 * MIB
    member: int = 512 * MIB
    kept: int = 1024 * MIB
    members: int = 200_000
    ratio: int = 250
    grace: int = 64 * MIB


class Meter:
    """Counts what comes out of one archive, and of those in it."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._unpacked = 0
        self._kept = 0
        self._members = 0

    def unpack(self, size: int) -> None:
        """So many bytes came out. Raises TooMuch."""
        self._unpacked += size
        if self._unpacked > self.bounds.unpacked:
            raise TooMuch(f"it unpacks to more than {self.bounds.unpacked // MIB} MiB")

    def packed(self, came_out: int, went_in: int) -> None:
        """So many bytes came out of so many. Raises TooMuch where that is an archive bomb."""
        if came_out > self.bounds.grace and came_out > self.bounds.ratio * max(went_in, 1):
            raise TooMuch(f"it is an archive bomb: it unpacks to more than {self.bounds.ratio} times its size")

    def keep(self, size: int) -> None:
        """So many bytes of a member are kept. Raises TooMuch."""
        self._kept += size
        if self._kept > self.bounds.kept:
            raise TooMuch(f"what is of use in it is more than {self.bounds.kept // MIB} MiB")

    def member(self) -> None:
        """There is one member more. Raises TooMuch."""
        self._members += 1
        if self._members > self.bounds.members:
            raise TooMuch(f"it has more than {self.bounds.members} members")
