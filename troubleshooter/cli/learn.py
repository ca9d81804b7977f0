"""`learn`: lessons made from the knowledge base's own broken meshes.

Decides: what the flags ask for, where typed lines come from, and where progress is kept. At the end of the input a
lesson ends: nothing waits for somebody who is not there.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from troubleshooter.cli import output
from troubleshooter.cli.answer import FINDINGS, FINE, Answer, Refused
from troubleshooter.cli.explanations import names_of
from troubleshooter.cli.knowledge import home, read_rulebook
from troubleshooter.cli.lessons import load_scenario
from troubleshooter.cli.parsing import program
from troubleshooter.engine import DurableEngine
from troubleshooter.inference import Engine
from troubleshooter.learn.course import Place, checked, course, entries, put_list, put_standing
from troubleshooter.learn.progress import Progress, next_scenario
from troubleshooter.learn.progress_file import forget_progress, home_of_progress, keep_progress, read_progress
from troubleshooter.learn.scenario import Scenario, ScenarioError, judge_scenario
from troubleshooter.learn.session import Session, Setting
from troubleshooter.model.plain import plain
from troubleshooter.rulebook import Rulebook
from troubleshooter.terminal.lines import Lines

PROMPT = "> "
NEAREST = 4
LEAVING = frozenset({"quit", "exit", "q", "no", "n"})


def run(args: argparse.Namespace) -> Answer:
    """Teach, list, check or forget. The status is 1 only where --check finds a scenario that cannot be solved.

    Raises:
        Refused: the flags contradict each other, there is no such scenario, or the knowledge base cannot be read.
    """
    folder = home_of_progress(os.environ)
    if sum(map(bool, (args.list, args.check, args.reset, args.scenario))) > 1:
        raise Refused("name a scenario, or give one of --list, --check and --reset")
    if args.reset:
        return Answer(forget_progress(folder))
    book = read_rulebook(args.knowledge)
    places = course(book)
    if not places:
        raise Refused("there are no scenarios in the knowledge base")
    room = _Room(book=book, places=places, folders=(home(), *map(Path, args.knowledge)), progress_folder=folder)
    if args.list:
        put_list(room.lines, book, places, room.progress())
        return Answer("")
    with DurableEngine() as engine:
        engine.start()
        return room.check(engine) if args.check else room.teach(engine, args.scenario)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Room:
    """Where lessons are held: the course, and what it is read from and written to."""

    book: Rulebook
    places: tuple[Place, ...]
    folders: tuple[Path, ...]
    progress_folder: Path

    @property
    def lines(self) -> Lines:
        return Lines(output.put, output.width())

    def progress(self) -> Progress:
        found, said = read_progress(self.progress_folder)
        if said:
            output.say(f"{program()}: {said}")
        return found

    def load(self, place: Place) -> Scenario:
        return load_scenario(self.book, self.folders, place)

    def check(self, engine: Engine) -> Answer:
        """One line a scenario."""
        good = True
        for holds, line in checked(self.book, engine, self.places, self.load):
            good = good and holds
            output.put(f"{plain(line)}\n")
        return Answer("", FINE if good else FINDINGS)

    def teach(self, engine: Engine, name: str) -> Answer:
        """One scenario if it is named; else one after the other, as long as the learner goes on."""
        named = self._place(name) if name else None
        progress, read, lines = self.progress(), typed_lines(), self.lines
        if named is None:
            put_standing(lines, self.book, self.places, progress)
            lines.blank()
        while True:
            chosen = name or next_scenario(entries(self.book, self.places), progress)
            if chosen is None:
                lines.put(f"You have solved all of them with full points. {program()} learn --list names them.")
                return Answer("")
            place = named or self._place(chosen)
            points = self._play(engine, place, read)
            if points is None:
                return Answer("")
            progress = progress.after(place.plan.id, points)
            if said := keep_progress(self.progress_folder, progress):
                output.say(f"{program()}: {said}")
            if named or not _goes_on(lines, read):
                return Answer("")
            lines.blank()

    def _play(self, engine: Engine, place: Place, read: Callable[[], str | None]) -> int | None:
        titles = names_of(self.book, "causes")
        setting = Setting(
            concepts=self.book.concepts, titles=titles, total=len(self.places), program=program()
        )  # fmt: skip
        try:
            judged = judge_scenario(self.book, engine, self.load(place))
        except ScenarioError as error:
            raise Refused(f"the scenario {place.plan.id} cannot be played: {error}") from None
        return Session(judged, setting, self.lines, read).run()

    def _place(self, name: str) -> Place:
        """A scenario by its id or its number."""
        found = next((p for p in self.places if name in (p.plan.id, str(p.number))), None)
        if found is None:
            near = difflib.get_close_matches(name, [p.plan.id for p in self.places], n=NEAREST, cutoff=0)
            raise Refused(f"no scenario is called {name}; the nearest are {', '.join(near)}")
        return found


def _goes_on(lines: Lines, read: Callable[[], str | None]) -> bool:
    lines.blank()
    lines.put("Enter for the next scenario, quit to end.")
    typed = read()
    return typed is not None and typed.strip().lower() not in LEAVING


def typed_lines() -> Callable[[], str | None]:
    """What reads a typed line: from the terminal, or from whatever stands in its place, whose lines are written too."""
    if sys.stdin is None:
        return lambda: None
    return _from_terminal if sys.stdin.isatty() else _from_pipe


def _from_terminal() -> str | None:
    with suppress(ImportError):
        import readline  # noqa: F401  # from now on input() can be edited, and remembers
    try:
        return input(PROMPT)
    except EOFError:
        output.put("\n")
        return None


def _from_pipe() -> str | None:
    line = sys.stdin.readline()
    if line:
        output.put(f"{PROMPT}{plain(line.strip())}\n")
    return line or None
