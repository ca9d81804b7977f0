"""The worker's own guards, with a library that misbehaves."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from troubleshooter.engine import worker


class Library:
    """Just enough of the library: whatever is asserted, `fires` decides which firing follows."""

    def __init__(self, fires: Callable[[dict[str, str]], dict[str, Any] | None], code: int = 0) -> None:
        self._fires = fires
        self._code = code
        self._agenda: list[str] = []
        self.facts: list[dict[str, str]] = []

    def create_ruleset(self, _name: str, _definition: str) -> int:
        return 1

    def delete_ruleset(self, _handle: int) -> None: ...

    def delete_state(self, _handle: int, _sid: str) -> None: ...

    def assert_fact(self, _handle: int, text: str) -> tuple[int, int]:
        fact = json.loads(text)
        self.facts.append(fact)
        firing = self._fires(fact)
        if firing:
            self._agenda.append(json.dumps(firing))
        return (0 if fact["kind"] == worker.BOOT else self._code), 1

    def start_action_for_state(self, _handle: int, _state: int) -> tuple[str, str] | None:
        return ("{}", self._agenda.pop(0)) if self._agenda else None

    def complete_and_start_action(self, _handle: int, _state: int) -> str | None:
        return self._agenda.pop(0) if self._agenda else None


def run(library: Library, *facts: list[str], concludes: list[list[str] | None] | None = None) -> dict[str, Any]:
    """One session with these facts."""
    held = worker.Worker(library)
    held.answer({"load": {}, "slot": 0, "concludes": concludes or [None]})
    return held.answer({"run": list(facts), "slot": 0})


def matched(fact: dict[str, str]) -> dict[str, Any] | None:
    """The first rule fires for each fact but the boot fact."""
    return {"0": {"f0": fact}} if fact["kind"] != worker.BOOT else None


def test_the_boot_fact_comes_first() -> None:
    """Before anything else a session meets the fact for which its boot rule fires."""
    library = Library(lambda _fact: None)
    run(library, ["1", "a.b", "x"])

    assert [worker.BOOT, "a.b"] == [fact["kind"] for fact in library.facts]


def test_ids_are_numbers_of_seven_digits() -> None:
    """Other ids may collide in the library's hash."""
    library = Library(lambda _fact: None)
    run(library, ["1", "a.b", "x"])

    assert ["0000000", "0000001"] == [fact["id"] for fact in library.facts]


def test_a_fact_is_told_once() -> None:
    """The library takes a fact told twice for an error."""
    library = Library(lambda _fact: None)
    run(library, ["1", "a.b", "x"], ["1", "a.b", "x"])

    assert 2 == len(library.facts)


def test_what_no_rule_asks_for_is_no_error() -> None:
    """The library answers 1 to a fact that no rule matches."""
    assert {"firings": []} == run(Library(lambda _fact: None, code=1), ["1", "a.b", "x"])


def test_any_other_answer_is_an_error() -> None:
    """Code 2 says that the library believes to have met the fact before."""
    with pytest.raises(RuntimeError, match="a fact was answered with code 2"):
        run(Library(lambda _fact: None, code=2), ["1", "a.b", "x"])


def test_what_follows_is_told() -> None:
    """What a rule concludes is asserted if other rules ask for it."""
    library = Library(lambda fact: matched(fact) if fact["kind"] == "a.b" else None)
    run(library, ["1", "a.b", "x"], concludes=[["a.c", "y"]])

    assert ("1", "a.c", "y") == tuple(library.facts[-1][key] for key in ("case", "kind", "word"))


def test_facts_of_two_cases_are_never_joined() -> None:
    """A firing across cases is the library's mistake, and ends the session."""
    other = {"case": "2", "kind": "a.c", "word": "y"}

    with pytest.raises(RuntimeError, match="facts of different cases were joined"):
        run(Library(lambda fact: {"0": {"f0": fact, "f1": other}} if fact["case"] == "1" else None), ["1", "a.b", "x"])


def test_firings_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that fires without end is ended."""
    monkeypatch.setattr(worker, "MAX_FIRINGS", 3)

    with pytest.raises(RuntimeError, match="more than 3 rules fired"):
        run(Library(matched), *(["1", "a.b", str(n)] for n in range(4)))


def test_facts_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that is told too much is refused, not cut short."""
    monkeypatch.setattr(worker, "MAX_FACTS", 3)

    with pytest.raises(RuntimeError, match="more than 3 facts"):
        run(Library(lambda _fact: None), *(["1", "a.b", str(n)] for n in range(3)))


def test_it_imports_nothing_but_the_library() -> None:
    """The worker stands alone: the standard library and durable-rules' C module, nothing of ours."""
    tree = ast.parse(Path(worker.__file__).read_text(encoding="utf-8"))
    plain = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported_from = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    outside = {name for name in plain | imported_from if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {"durable_rules_engine"} == outside


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the version that was read and measured is used."""
    monkeypatch.setattr(worker, "VERSION", "9.9.9")

    with pytest.raises(ImportError, match=r"it is not version 9\.9\.9"):
        worker.load_library()
