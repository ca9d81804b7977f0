"""Several requests at a time.

Decides: that waiting for them can be interrupted at any moment, whatever hangs: the threads are the process's own to
drop. Must not know what is asked for.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence

GLANCE = 0.1
"""Seconds between two looks at the clock while everybody waits."""


def at_once(jobs: Sequence[Callable[[], None]], workers: int, glance: Callable[[], None]) -> None:
    """Run all jobs, the first ones first; `glance` is called now and then meanwhile.

    A job must say itself how it ended. Raises what `glance` raises, and KeyboardInterrupt, at once: the jobs that still
    run are left to themselves.
    """
    todo: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    for job in jobs:
        todo.put(job)

    def work() -> None:
        while True:
            try:
                job = todo.get_nowait()
            except queue.Empty:
                return
            try:
                job()
                ended.put(None)
            except BaseException as mistake:  # noqa: BLE001 - it is handed on to whoever waits
                ended.put(mistake)

    for _ in range(min(workers, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    left = len(jobs)
    while left:
        glance()
        try:
            mistake = ended.get(timeout=GLANCE)
        except queue.Empty:
            continue
        left -= 1
        if mistake is not None:
            raise mistake
