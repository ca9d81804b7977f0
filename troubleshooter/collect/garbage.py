"""The garbage collector, kept out of work in which nothing is garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """Without the garbage collector: all that is parsed and derived is alive until the end, and looking through it time
    and again makes the time grow faster than the mesh."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
