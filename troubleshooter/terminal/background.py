"""Work beside the drawing, and pages that are laid out once.

Decides: that nobody waits for work whose end nobody awaits any more. Must not know what is worked on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from troubleshooter.model import Diagnosis
from troubleshooter.terminal.screen import PageOf


def remembering(page: PageOf) -> PageOf:
    """The same pages, the last of them laid out once."""
    last: list[tuple[Diagnosis, int, str]] = []

    def remembered(diagnosis: Diagnosis, width: int) -> str:
        if not last or last[0][0] is not diagnosis or last[0][1] != width:
            last[:] = [(diagnosis, width, page(diagnosis, width))]
        return last[0][2]

    return remembered


async def beside(work: Callable[[], None]) -> Exception | None:
    """Do some work in a thread for which nobody waits if the program ends; what goes wrong in it comes back."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Exception | None] = loop.create_future()

    def run() -> None:
        mistake: Exception | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001  # raised again by Wizard.run(), once the terminal is as it was
            mistake = error
        with suppress(RuntimeError):  # the loop is closed: somebody has left meanwhile
            loop.call_soon_threadsafe(tell, mistake)

    def tell(mistake: Exception | None) -> None:
        if not done.done():
            done.set_result(mistake)

    Thread(target=run, daemon=True).start()
    return await done
