"""What -v shows: what is done and when, on standard error.

Decides: the form of a line. Imported only where somebody watches.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from troubleshooter.model.plain import plain_block

LOGGER = logging.getLogger("troubleshooter")


class _Plain(logging.Formatter):
    """Lines that no terminal obeys, whatever a library quotes."""

    def format(self, record: logging.LogRecord) -> str:
        return plain_block(super().format(record))


@contextmanager
def watched() -> Iterator[None]:
    """While it lasts, everything that this program notes is written, with the milliseconds since it began."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain("%(relativeCreated)6d ms  %(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(logging.NOTSET)
