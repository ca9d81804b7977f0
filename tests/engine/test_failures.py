"""Whatever happens to the worker, the run goes on, with the same conclusions, and says what happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.inference.inference_builders import book, case, cause
from troubleshooter.engine import DurableEngine
from troubleshooter.engine import worker as worker_module
from troubleshooter.inference import EngineFact, EngineFailed, PlainEvaluator, Rule, judge

WORKER = str(Path(worker_module.__file__))
MEMORY = str(1024**3)

RULES = (Rule(id="r", conditions=(("a.b", "1"),), concludes=("cause:c", "holds")),)
FACTS = (EngineFact(case="1", kind="a.b", word="1"),)
RULEBOOK = book(cause("c", "a.b=1"))
CASE = case("a.b=1")

READY = "import sys, os, time\nprint('{\"ready\":true}', flush=True)\nsys.stdin.readline()\n"
LOADED = READY + "print('{\"loaded\":true}', flush=True)\nsys.stdin.readline()\n"
DEAF = READY + "print('{\"loaded\":true}', flush=True)\ntime.sleep(60)\n"


def stand_in(code: str) -> tuple[str, ...]:
    """A worker that does what `code` says."""
    return (sys.executable, "-I", "-S", "-c", code)


def kill(engine: DurableEngine) -> None:
    """End the engine's worker as a machine that is out of memory would."""
    pid = engine.pid
    assert pid
    os.kill(pid, signal.SIGKILL)


def said(engine: DurableEngine) -> str:
    """What a judgement with this engine says drew its conclusions."""
    with engine:
        return judge(RULEBOOK, [CASE], engine).engine


def answering(line: str) -> tuple[str, ...]:
    """A worker that takes the rules and answers the facts with `line`."""
    return stand_in(LOADED + f"print({line!r}, flush=True)\nsys.stdin.readline()\n")


NOT_USED = "plain evaluator: durable-rules was not used, because "
NO_ANSWER = NOT_USED + "it said something that is no answer"
KILLED = NOT_USED + "its process was ended by Killed"

FAILURES = {
    "it is not installed": (
        (sys.executable, "-I", "-S", WORKER, MEMORY),
        NOT_USED + "it cannot be loaded: No module named 'durable_rules_engine'",
    ),
    "there is no such program": (
        ("/nonexistent/python",),
        NOT_USED + "it cannot be started: No such file or directory",
    ),
    "it dies at once": (stand_in(""), NOT_USED + "its process ended with status 0"),
    "it is killed before it answers": (stand_in(READY + "os.kill(os.getpid(), 9)"), KILLED),
    "it is killed while it runs": (stand_in(LOADED + "os.kill(os.getpid(), 9)"), KILLED),
    "it crashes while it runs": (
        stand_in(LOADED + "os.kill(os.getpid(), 11)"),
        NOT_USED + "its process was ended by Segmentation fault",
    ),
    "it says half a line": (
        stand_in(LOADED + "sys.stdout.write('{\"firings\":'); sys.exit(3)"),
        NOT_USED + "its process ended with status 3",
    ),
    "it reports an error": (
        answering('{"error":"it failed: error code: 303"}'),
        NOT_USED + "it failed: error code: 303",
    ),
    "it says what is no JSON": (answering("Segmentation fault"), NO_ANSWER),
    "it says a JSON text": (answering('"firings"'), NO_ANSWER),
    "it nests without end": (answering("[" * 100_000), NO_ANSWER),
    "it answers another question": (answering('{"loaded":true}'), NO_ANSWER),
    "its firings are a number": (answering('{"firings":7}'), NO_ANSWER),
    "its firings are numbers": (answering('{"firings":[1,2,3]}'), NO_ANSWER),
    "it names no rule of ours": (answering('{"firings":[[99,"0000000",[["a.b","1"]]]]}'), NO_ANSWER),
    "it names no case of ours": (answering('{"firings":[[0,"7",[["a.b","1"]]]]}'), NO_ANSWER),
    "it makes up a fact": (
        answering('{"firings":[[0,"0000000",[["a.b","2"]]]]}'),
        "plain evaluator: durable-rules applied a rule where it does not hold, so it is not trusted",
    ),
    "it leaves out a firing": (
        answering('{"firings":[]}'),
        "plain evaluator: durable-rules did not apply the rule cause:c#0 where it holds, so it is not trusted",
    ),
}


@pytest.mark.parametrize(("command", "expected"), FAILURES.values(), ids=FAILURES.keys())
def test_the_reason_is_said(command: tuple[str, ...], expected: str) -> None:
    """Each way to fail has its sentence, in the result."""
    assert expected == said(DurableEngine(command=command))


@pytest.mark.parametrize("command", [command for command, _ in FAILURES.values()], ids=FAILURES.keys())
def test_the_conclusions_are_the_same(command: tuple[str, ...]) -> None:
    """The plain evaluator takes over and concludes what would have been concluded."""
    with DurableEngine(command=command) as engine:
        assert judge(RULEBOOK, [CASE], PlainEvaluator()).cases == judge(RULEBOOK, [CASE], engine).cases


HANGS = {
    "before it is ready": stand_in("import time; time.sleep(60)"),
    "while it loads": stand_in(READY + "time.sleep(60)"),
    "while it runs": stand_in(LOADED + "time.sleep(60)"),
    "in a loop that hears no polite signal": stand_in(
        LOADED + "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass"
    ),
}


@pytest.mark.parametrize("command", HANGS.values(), ids=HANGS.keys())
def test_a_hang_is_ended(command: tuple[str, ...]) -> None:
    """A worker that does not answer in time is stopped, and the result says so."""
    expected = NOT_USED + "it did not answer within 0.4 seconds and was stopped"

    assert expected == said(DurableEngine(command=command, seconds=0.4))


def test_a_worker_that_does_not_listen_is_ended() -> None:
    """Facts that nobody reads fill the pipe; the time limit holds for telling them, too."""
    many = [EngineFact(case=str(n), kind="a.b", word="1") for n in range(5000)]
    with (
        DurableEngine(command=stand_in(DEAF), seconds=0.4) as engine,
        pytest.raises(EngineFailed, match="did not answer within"),
    ):
        engine.run(RULES, many)


def test_killed_from_outside_while_it_is_waited_for() -> None:
    """A kill in the middle of a run is heard at once, not when the time is over."""
    with DurableEngine(command=stand_in(LOADED + "time.sleep(60)"), seconds=30) as engine:
        engine.start()
        threading.Timer(0.2, kill, [engine]).start()
        began = time.monotonic()
        with pytest.raises(EngineFailed, match="ended by Killed"):
            engine.run(RULES, FACTS)

        assert time.monotonic() - began < 10


def test_another_worker_is_started() -> None:
    """After a worker was killed the next run has a new one."""
    with DurableEngine() as engine:
        engine.run(RULES, FACTS)
        kill(engine)
        with pytest.raises(EngineFailed):
            engine.run(RULES, FACTS)

        assert PlainEvaluator().run(RULES, FACTS) == engine.run(RULES, FACTS)


def test_after_two_failures_it_is_left_alone(tmp_path: Path) -> None:
    """A third worker is not tried, and the reason stays the same."""
    count = f"open({str(tmp_path / 'starts')!r}, 'a').write('x')"
    with DurableEngine(command=stand_in(count)) as engine:
        for _ in range(4):
            with pytest.raises(EngineFailed, match="ended with status 0"):
                engine.run(RULES, FACTS)

    assert "xx" == (tmp_path / "starts").read_text()


def test_out_of_memory() -> None:
    """A worker that may have less memory than it needs fails alone; the conclusions come all the same."""
    cases = [case(f"a.b=1 a.c={n % 60} a.d={n // 60}", str(n)) for n in range(3600)]
    rulebook = book(*(cause(f"c{n}", "a.b=1", f"a.c={n}", f"a.d={n}") for n in range(60)))
    with DurableEngine(memory=64 * 1024**2) as engine:
        judgement = judge(rulebook, cases, engine)

    assert NOT_USED + "it ran out of memory" == judgement.engine
    assert judge(rulebook, cases, PlainEvaluator()).cases == judgement.cases


def test_too_large_a_rulebook() -> None:
    """What the library cannot take is not given to it, and the result says how much it was."""
    rulebook = book(*(cause(f"c{n}", f"a.n{n}=1") for n in range(500)))
    with DurableEngine() as engine:
        found = judge(rulebook, [CASE], engine).engine

    assert NOT_USED + "the rulebook has 500 facts that rules ask for, and durable-rules takes 480 at most" == found


def test_closing_ends_the_process() -> None:
    """No worker is left behind, even one that hangs."""
    engine = DurableEngine(command=stand_in("import time; time.sleep(60)"))
    engine.start()
    pid = engine.pid
    assert pid
    engine.close()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_interrupted_run_leaves_no_answer_behind() -> None:
    """After Ctrl-C the worker is gone, so that its late answer is not taken for that of the next run."""
    with DurableEngine(command=stand_in(LOADED + "time.sleep(60)"), seconds=30) as engine:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            engine.run(RULES, FACTS)

        assert engine.pid is None


def test_warming_up_never_fails() -> None:
    """A worker that cannot be started is no trouble before it is needed."""
    engine = DurableEngine(command=("/nonexistent/python",))
    engine.start()

    assert engine.pid is None


def test_a_worker_ends_with_its_parent() -> None:
    """When nobody talks to it any more, a worker goes of its own accord."""
    done = subprocess.run(
        [sys.executable, "-I", WORKER, MEMORY], input=b"", capture_output=True, timeout=20, check=True
    )

    assert b'{"ready":true}\n' == done.stdout
