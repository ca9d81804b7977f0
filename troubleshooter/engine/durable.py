"""durable-rules behind the port: what is told to the worker, and what is made of its answers.

Theory of operation. Facts are told in sessions of whole cases; rules are told once and kept in one of a few slots, so
that a consultation, which judges again after every answer, tells them once. Whatever goes wrong is one `EngineFailed`
with its reason; the worker is thrown away, since an error leaves the library half way, and the next run starts another.
After two failures in a row no third is tried. Must not know: what rules and facts are about.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from troubleshooter.engine.definition import definition
from troubleshooter.engine.process import WorkerProcess
from troubleshooter.inference.port import EngineFact, EngineFailed, Firing, Rule

SESSION_FACTS = 5_000
"""Beyond this the library's time a fact grows with the facts already there."""

SECONDS = 10.0
"""For one session, which takes some tenths of a second at most."""

MEMORY = 1024**3
"""Bytes of address space. A full session takes about a tenth of it."""

SLOTS = 4
ATTEMPTS = 2


class DurableEngine:
    """The `Engine` that conclusions are drawn with. Close it, or use it in a `with`, so that its process ends.

    `seconds` is the time for one answer, `memory` the worker's address space in bytes, `command` what is run as worker.
    """

    name = "durable-rules"

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY, command: Sequence[str] | None = None) -> None:
        self._seconds = seconds
        self._command = command or (sys.executable, "-I", str(Path(__file__).with_name("worker.py")), str(memory))
        self._worker: WorkerProcess | None = None
        self._greeted = False
        self._slots: dict[tuple[Rule, ...], int] = {}
        self._failures: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The worker's process id, None while there is none."""
        return self._worker.pid if self._worker else None

    def start(self) -> None:
        """Start the worker without waiting for it, so that it gets ready while other things are done.

        Whether that went well shows when it is needed.
        """
        with contextlib.suppress(EngineFailed):
            self._started()

    def close(self) -> None:
        """End the worker. Another run starts another one."""
        if self._worker:
            self._worker.close()
        self._worker = None
        self._greeted = False
        self._slots = {}

    def run(self, rules: Sequence[Rule], facts: Sequence[EngineFact]) -> tuple[Firing, ...]:
        """Every firing: by case in the order in which the facts come, then by rule in the order of `rules`.

        Raises:
            EngineFailed: the worker could not be started, crashed, hung, ran out of memory or answered nonsense, or the
                rules are beyond what the library can take.
        """
        if len(self._failures) >= ATTEMPTS:
            raise EngineFailed(self._failures[-1])
        try:
            firings = self._run(tuple(rules), facts)
        except EngineFailed as failure:
            self.close()
            self._failures.append(f"{self.name} was not used, because {failure}")
            raise EngineFailed(self._failures[-1]) from failure
        except BaseException:
            self.close()  # an answer may still be on its way, and would be taken for the next one
            raise
        self._failures = []
        return firings

    def _run(self, rules: tuple[Rule, ...], facts: Sequence[EngineFact]) -> tuple[Firing, ...]:
        slot = self._load(rules)
        cases = list(dict.fromkeys(fact.case for fact in facts))
        number = {case: f"{n:07}" for n, case in enumerate(cases)}
        told: list[Any] = []
        for session in _sessions(facts):
            answer = self._ask({"run": [[number[f.case], f.kind, f.word] for f in session], "slot": slot})
            told.append(answer.get("firings"))
        return _firings(rules, cases, told)

    def _load(self, rules: tuple[Rule, ...]) -> int:
        """The slot in which the worker holds these rules."""
        if rules in self._slots:
            return self._slots[rules]
        asked = {pair for rule in rules for pair in rule.conditions}
        concludes = [rule.concludes if rule.concludes in asked else None for rule in rules]
        slot = len(self._slots) if len(self._slots) < SLOTS else self._slots.pop(next(iter(self._slots)))
        self._ask({"load": definition(rules), "slot": slot, "concludes": concludes})
        self._slots[rules] = slot
        return slot

    def _started(self) -> WorkerProcess:
        if self._worker is None:
            self._worker = WorkerProcess(self._command)
        return self._worker

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        worker = self._started()
        if not self._greeted:
            worker.ask(None, self._seconds)
            self._greeted = True
        return worker.ask(request, self._seconds)


def _sessions(facts: Sequence[EngineFact]) -> Iterator[list[EngineFact]]:
    """The facts in sessions of whole cases. A case that is larger than a session has one to itself."""
    by_case: dict[str, list[EngineFact]] = {}
    for fact in facts:
        by_case.setdefault(fact.case, []).append(fact)
    session: list[EngineFact] = []
    for case in by_case.values():
        if session and len(session) + len(case) > SESSION_FACTS:
            yield session
            session = []
        session += case
    if session:
        yield session


def _firings(rules: Sequence[Rule], cases: Sequence[str], told: Sequence[Any]) -> tuple[Firing, ...]:
    """The worker's answers as firings, in the port's order. The facts used are those that the library named."""
    try:
        ordered = sorted((int(case), int(rule), used) for session in told for rule, case, used in session)
        return tuple(
            Firing(
                rule=rules[rule].id,
                case=cases[case],
                used=tuple((str(kind), str(word)) for kind, word in used),
                concluded=rules[rule].concludes,
            )
            for case, rule, used in ordered
        )
    except (LookupError, TypeError, ValueError):
        raise EngineFailed("it said something that is no answer") from None
