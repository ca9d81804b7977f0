"""The process in which durable-rules lives: reads requests as JSON lines, answers each with one.

Theory of operation. The library can crash, hang with the interpreter's lock held, or leak, so it runs here, under
limits, where that costs nobody anything. This file is started by its path in an isolated interpreter, and imports
nothing of ours and only the C module of the library: its Python half starts threads that cannot be stopped and swallows
errors.

One session a request: assert the boot fact and let its rule fire, assert every fact alone (a batch may lose some
without a word), then take one firing after the other, asserting what it concludes if other rules ask for that. Nothing
is ever retracted. Any error leaves the library half way: it is reported, and the process ends.

Requests: `{"load": DEFINITION, "slot": NUMBER, "concludes": [[KIND, WORD] or null, ...]}` (null where no rule asks for
it), and `{"run": [[CASE, KIND, WORD], ...], "slot": NUMBER}`. Answers: `{"ready": true}`, once and unasked;
`{"loaded": true}`; `{"firings": [[RULE, CASE, [[KIND, WORD], ...]], ...]}`; or `{"error": SENTENCE}`, and the end.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, dict[str, dict[str, str]]]
"""What the library says of a firing: rule name to alias to the fact that matched."""

VERSION = "2.0.28"
"""The one that was read, measured and found right within our subset. Its C module does not know its own version."""

BOOT = "!boot"
HANDLED, UNHANDLED = 0, 1
CPU_SECONDS = 600
"""Far more than a consultation takes. It ends a worker that hangs when nobody is left to stop it."""
MAX_FACTS = 20_000
MAX_FIRINGS = 200_000


class Ruleset:
    """Rules in the library, and what each of them, by number, concludes."""

    def __init__(self, library: Any, slot: int, definition: dict[str, Any], concludes: list[list[str] | None]) -> None:
        self.library = library
        self.handle: int = library.create_ruleset(f"rules{slot}", json.dumps(definition))
        self.concludes = concludes

    def close(self) -> None:
        self.library.delete_ruleset(self.handle)


class Session:
    """Facts of many cases in one session of the library, until nothing new follows."""

    def __init__(self, ruleset: Ruleset, sid: str) -> None:
        self._rules = ruleset
        self._library = ruleset.library
        self._sid = sid
        self._known: set[tuple[str, str, str]] = set()
        self._state = self._tell(BOOT, BOOT, BOOT)
        for _boot in self._messages():
            pass

    def run(self, facts: list[list[str]]) -> list[Any]:
        for case, kind, word in facts:
            self._tell(case, kind, word)
        firings: list[Any] = []
        for message in self._messages():
            if len(firings) == MAX_FIRINGS:
                raise RuntimeError(f"more than {MAX_FIRINGS} rules fired in one session")
            firings.append(self._fire(message))
        return firings

    def close(self) -> None:
        self._library.delete_state(self._rules.handle, self._sid)

    def _messages(self) -> Iterator[Message]:
        """The firings, one after the other; what is told meanwhile counts."""
        started = self._library.start_action_for_state(self._rules.handle, self._state)
        text = started[1] if started else None
        while text:
            yield json.loads(text)
            text = self._library.complete_and_start_action(self._rules.handle, self._state)

    def _fire(self, message: Message) -> list[Any]:
        """One firing as the library tells it, and what follows from it told to the library."""
        ((name, matched),) = message.items()
        facts = [matched[f"f{n}"] for n in range(len(matched))]
        cases = {fact["case"] for fact in facts}
        if len(cases) != 1:
            raise RuntimeError("facts of different cases were joined")
        (case,) = cases
        concluded = self._rules.concludes[int(name)]
        if concluded:
            self._tell(case, *concluded)
        return [int(name), case, [[fact["kind"], fact["word"]] for fact in facts]]

    def _tell(self, case: str, kind: str, word: str) -> int:
        """Assert a fact, once. Answers the library's handle of this session."""
        if (case, kind, word) in self._known:
            return self._state
        if len(self._known) == MAX_FACTS:
            raise RuntimeError(f"more than {MAX_FACTS} facts met in one session")
        # Ids are told apart by a 32-bit hash; among numbers of seven digits no two collide.
        fact = {"id": f"{len(self._known):07}", "kind": kind, "case": case, "word": word, "sid": self._sid}
        self._known.add((case, kind, word))
        code, state = self._library.assert_fact(self._rules.handle, json.dumps(fact))
        if code not in (HANDLED, UNHANDLED):
            raise RuntimeError(f"a fact was answered with code {code}")
        return int(state)


class Worker:
    """Holds the rulesets that it was given and runs each request in a session of its own."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._rulesets: dict[int, Ruleset] = {}
        self._sessions = 0

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._load(**request) if "load" in request else self._run(**request)

    def _load(self, load: dict[str, Any], slot: int, concludes: list[list[str] | None]) -> dict[str, Any]:
        if slot in self._rulesets:
            self._rulesets.pop(slot).close()
        self._rulesets[slot] = Ruleset(self._library, slot, load, concludes)
        return {"loaded": True}

    def _run(self, run: list[list[str]], slot: int) -> dict[str, Any]:
        self._sessions += 1
        session = Session(self._rulesets[slot], str(self._sessions))
        firings = session.run(run)
        session.close()
        return {"firings": firings}


def load_library() -> Any:
    """The C module of durable-rules, of the one version that we know.

    Raises:
        ImportError: it is not installed, cannot be loaded, or is another one.
    """
    import durable_rules_engine

    if not Path(durable_rules_engine.__file__).with_name(f"durable_rules-{VERSION}.dist-info").is_dir():
        raise ImportError(f"it is not version {VERSION}")
    return durable_rules_engine


def say(answer: dict[str, Any]) -> None:
    """Send one answer."""
    sys.stdout.write(json.dumps(answer, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def main(memory: int) -> None:
    """Answer requests in `memory` bytes of address space until there are no more."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        worker = Worker(load_library())
        say({"ready": True})
        for line in sys.stdin:
            say(worker.answer(json.loads(line)))
    except ImportError as missing:
        say({"error": f"it cannot be loaded: {missing}"})
    except MemoryError:
        say({"error": "it ran out of memory"})
    except Exception as failure:  # noqa: BLE001  # whatever it was, the program that waits must hear of it
        say({"error": f"it failed: {failure}"})


if __name__ == "__main__":
    main(int(sys.argv[1]))
