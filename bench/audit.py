"""What an audit costs by phase, and how that grows with the mesh. Run it with `make bench`.

Each size has a process of its own, so that the memory is that of one audit; the fastest of some rounds counts, since a
busy moment only ever adds. Printed are milliseconds, the peak of memory, and the exponent of growth: 1 is linear.
`python -m bench.audit SIZE` measures one size and prints JSON.
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.made_mesh import request, write_mesh
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.collect import read_inventory
from troubleshooter.collect.garbage import collection_paused
from troubleshooter.consult.findings import findings
from troubleshooter.engine import DurableEngine
from troubleshooter.facts import audit_cases
from troubleshooter.inference import conclude, judge
from troubleshooter.mesh import Mesh
from troubleshooter.remedy import Examined, Situation
from troubleshooter.walk import parse_request, walk

SIZES = (100, 1000, 5000)
ROUNDS = 3
PHASES = ("read", "mesh", "walk", "facts", "inference", "remedy")
BESIDE = "walk"
"""One request a service: no part of an audit, and not in its sum."""
LINEAR = 1.15
PARTS = (
    *("workloads", "registry", "virtual_services", "destination_rules", "gateways", "sidecars", "probes", "roots"),
    *("peer_authentications", "request_authentications", "authorization_policies", "unmodelled"),
)
"""What a mesh is made of when it is first asked for."""


def measure(size: int, folder: Path) -> dict[str, float]:
    """Seconds by phase of one audit, `objects`, `findings`, and `memory` in MB."""
    file = folder / "mesh.yaml"
    found: dict[str, float] = {"objects": write_mesh(file, size)}
    with collection_paused(), DurableEngine() as engine:
        engine.start()
        rulebook = read_rulebook([])
        timed = partial(_timed, found)
        inventory = timed("read", lambda: read_inventory([str(file)], stdin=bytes))
        mesh = timed("mesh", lambda: _whole(Mesh(inventory)))
        timed("walk", lambda: [_asked(mesh, number) for number in range(size)])
        cases = timed("facts", lambda: tuple(audit_cases(mesh, None)))
        judged, conclusions = timed("inference", lambda: _judged(rulebook, cases, engine))
        situation = Situation(inventory=inventory)
        examined = Examined(
            mesh=mesh, walked=None, observation=None, cases=cases, judgement=judged, conclusions=conclusions
        )
        found["findings"] = len(timed("remedy", lambda: findings(rulebook, situation, examined)))
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _timed(found: dict[str, float], phase: str, work: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    done = work()
    found[phase] = time.perf_counter() - start
    return done


def _whole(mesh: Mesh) -> Mesh:
    for part in PARTS:
        getattr(mesh, part)
    return mesh


def _asked(mesh: Mesh, number: int) -> object:
    source, to = request(number)
    return walk(mesh, parse_request(to, source=source))


def _judged(rulebook: Any, cases: Any, engine: DurableEngine) -> tuple[Any, Any]:
    judged = judge(rulebook, cases, engine)
    return judged, conclude(rulebook, judged, cases)


def fastest(size: int) -> dict[str, float]:
    """The best figure of each phase over the rounds."""
    words = (sys.executable, "-m", "bench.audit", str(size))
    runs = [json.loads(subprocess.run(words, capture_output=True, check=True).stdout) for _ in range(ROUNDS)]
    return {key: min(run[key] for run in runs) for key in runs[0]}


def exponent(times: list[float]) -> float:
    """How time grows with size: the slope of a line through the logarithms, by least squares."""
    points = [(math.log(size), math.log(taken)) for size, taken in zip(SIZES, times, strict=True)]
    x = sum(p[0] for p in points) / len(points)
    y = sum(p[1] for p in points) / len(points)
    return sum((p[0] - x) * (p[1] - y) for p in points) / sum((p[0] - x) ** 2 for p in points)


def table() -> str:
    """The table of all sizes."""
    runs = [fastest(size) for size in SIZES]
    total = [sum(run[phase] for phase in PHASES if phase != BESIDE) for run in runs]
    heads = [f"{size} services" for size in SIZES]
    lines = [f"{'audit, best of ' + str(ROUNDS):20}" + "".join(f"{head:>16}" for head in heads) + f"{'growth':>9}"]
    lines.extend(_line(_named(phase), [run[phase] for run in runs]) for phase in PHASES)
    lines.append(_line("all of it", total))
    for key, unit in (("memory", "MB"), ("objects", ""), ("findings", "")):
        lines.append(f"{key:20}" + "".join(f"{run[key]:>13.0f} {unit:2}" for run in runs))
    said = "linear" if exponent(total) <= LINEAR else f"more than linear (over {LINEAR})"
    return "\n".join([*lines, f"The whole audit grows with exponent {exponent(total):.2f}: {said}."])


def _named(phase: str) -> str:
    return f"{phase} (not in sum)" if phase == BESIDE else phase


def _line(name: str, times: list[float]) -> str:
    return f"{name:20}" + "".join(f"{taken * 1000:>13.0f} ms" for taken in times) + f"{exponent(times):>9.2f}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as place:
            print(json.dumps(measure(int(sys.argv[1]), Path(place))))
    else:
        print(table())
