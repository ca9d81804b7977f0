"""One worker process and the talk with it: a line out, a line back, within a time.

Decides: when a worker is given up. A timer kills it (SIGKILL: a hung library hears nothing less), which ends every wait
on it; so nothing here blocks for longer than it was told. Must not know: what the lines mean to the library.
"""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import subprocess
import threading
from collections.abc import Sequence
from typing import IO, Any, cast

from troubleshooter.inference.port import EngineFailed

LONGEST_ANSWER = 256 * 1024 * 1024
"""Bytes. A session's firings are some megabytes."""

log = logging.getLogger(__name__)


class WorkerProcess:
    """A worker that was started by `command` and has not been closed.

    Raises:
        EngineFailed: it cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._late = False
        try:
            # A session of its own keeps the terminal's Ctrl-C away: this program decides when the worker ends.
            self._process = subprocess.Popen(  # noqa: S603  # our own file, run by our own interpreter
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as failure:
            raise EngineFailed(f"it cannot be started: {failure.strerror}") from failure
        self._to = cast("IO[bytes]", self._process.stdin)
        self._from = cast("IO[bytes]", self._process.stdout)
        self._errors = cast("IO[bytes]", self._process.stderr)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, request: dict[str, Any] | None, seconds: float) -> dict[str, Any]:
        """Send `request` (None: listen only) and wait at most `seconds` for one answer.

        Raises:
            EngineFailed: it died, took too long, reported an error, or said something that is no answer.
        """
        timer = threading.Timer(seconds, self._give_up)
        timer.start()
        try:
            line = self._exchange(request)
        finally:
            timer.cancel()
        if self._late:
            raise EngineFailed(f"it did not answer within {seconds:g} seconds and was stopped")
        if not line.endswith(b"\n"):
            raise EngineFailed(self._epitaph())
        return _answer(line)

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._to, self._from, self._errors):
            with contextlib.suppress(BrokenPipeError):  # what was still to be sent; nobody is there to read it
                pipe.close()

    def _exchange(self, request: dict[str, Any] | None) -> bytes:
        try:
            if request is not None:
                self._to.write(json.dumps(request, separators=(",", ":")).encode() + b"\n")
                self._to.flush()
            return self._from.readline(LONGEST_ANSWER)
        except BrokenPipeError:
            return b""

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()

    def _epitaph(self) -> str:
        """How the worker died, for people; its last words (a stack, from faulthandler) go to the log."""
        self._process.kill()
        code = self._process.wait()
        log.debug("worker ended with %s: %s", code, self._errors.read().decode(errors="replace"))
        if code >= 0:
            return f"its process ended with status {code}"
        return f"its process was ended by {signal.strsignal(-code) or f'signal {-code}'}"


def _answer(line: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise EngineFailed("it said something that is no answer")
    if "error" in answer:
        raise EngineFailed(str(answer["error"]))
    return answer
