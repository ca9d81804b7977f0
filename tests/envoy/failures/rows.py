"""The table of failures: what is broken, and the cause that must be found in what Envoy wrote of it.

Knows how a row is written, and no row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.envoy.failures.lab import Lab

UNEXPLAINED = "unexplained"

Make = Callable[[Lab], None]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A row. `root` is the cause that must come first (`unexplained`: what was written does not tell it), at `stage`;
    `because` says which part of what was written decides; `mesh` is the mesh beside it, by the cause whose `bad.yaml`
    it is."""

    name: str
    make: Make
    root: str
    stage: str
    because: str
    mesh: str = ""


ROWS: list[Failure] = []


def failure(root: str, stage: str, because: str, mesh: str = "") -> Callable[[Make], Make]:
    """Enter a function, which makes the failure, into the table."""

    def enter(make: Make) -> Make:
        name = make.__name__.replace("_", "-")
        ROWS.append(Failure(name=name, make=make, root=root, stage=stage, because=because, mesh=mesh))
        return make

    return enter
