"""How a live cluster is read: lists against fetching and parsing the same bytes, and the memory of a whole audit.

The cluster is the API server of the tests, in a process of its own on loopback. Its pods have the size of those that an
API server sends, with the notes of who manages which field. Run it with `make bench`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from bench.made_mesh import made_objects
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.connection import Connection, Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.kinds import ISTIO, PODS
from troubleshooter.collect.cluster.snapshot import Snapshot
from troubleshooter.collect.garbage import collection_paused

SERVICES, PODS_EACH, ROUTES = 2000, 5, 5000
ROUNDS = 3
LIMIT, MEMORY_LIMIT = 1.3, 400
VIRTUAL_SERVICES = ISTIO[0]
LISTED = (PODS, VIRTUAL_SERVICES)


def managed(thing: dict[str, Any]) -> dict[str, Any]:
    """An object with what the API server notes of who manages its fields: every field once more, by its name."""
    fields = {"f:spec": _fields(thing.get("spec")), "f:status": _fields(thing.get("status"))}
    rows = {"manager": "controller", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1"}
    thing["metadata"]["managedFields"] = [{**rows, "time": "2026-11-21T08:00:00Z", "fieldsV1": fields}]
    return thing


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {f"f:{key}": _fields(each) for key, each in value.items()}
    if isinstance(value, list):
        return {f"k:{number}": _fields(each) for number, each in enumerate(value)}
    return {}


def objects() -> Iterator[dict[str, Any]]:
    """The mesh, and more VirtualServices than it has services."""
    last: dict[str, Any] = {}
    for thing in made_objects(SERVICES, PODS_EACH):
        last = thing if thing["kind"] == "VirtualService" else last
        yield managed(thing)
    for number in range(ROUTES - SERVICES):
        host = f"{number}.example.com"
        metadata = {"name": f"more-{number}", "namespace": last["metadata"]["namespace"]}
        spec = {**last["spec"], "hosts": [host], "gateways": ["none"]}
        yield managed({**last, "metadata": metadata, "spec": spec})


def _serve(pipe: Pipe, folder: str) -> None:
    with ApiServer(objects()) as api:
        pipe.send(str(api.kubeconfig(Path(folder) / "config")))
        pipe.recv()


@contextmanager
def cluster() -> Iterator[str]:
    """The kubeconfig of a cluster that runs meanwhile."""
    ours, theirs = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        server = multiprocessing.Process(target=_serve, args=(theirs, folder))
        server.start()
        yield ours.recv()
        ours.send("end")
        server.join()


def fetched(connection: Connection) -> int:
    """Fetch the lists and parse them, and nothing more; how many bytes they have."""
    size = 0
    for kind in LISTED:
        go_on = ""
        while True:
            answer = connection.get(kind.path(), {"limit": str(kind.page), **({"continue": go_on} if go_on else {})})
            size += len(answer.body)
            go_on = json.loads(answer.body)["metadata"].get("continue", "")
            if not go_on:
                break
    return size


def read(connection: Connection) -> int:
    """Read the lists as the program does."""
    snapshot = Snapshot(connection)
    snapshot.read(LISTED)
    return len(snapshot.inventory().objects)


def _seconds(work: Callable[[], int]) -> dict[str, float]:
    with collection_paused():
        start, busy = time.perf_counter(), time.process_time()
        done = work()
        return {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy, "done": done}


def measure(kubeconfig: str, what: str) -> dict[str, float]:
    """One way to read, in this process: seconds, those of the processor (`busy`), peak of memory in MB, and result."""
    (connection,) = connections([], kubeconfig, Limits())
    connection.get("/version")
    found = _seconds(lambda: (fetched if what == "fetched" else read)(connection))
    return found | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _best(kubeconfig: str) -> tuple[dict[str, float], dict[str, float]]:
    """The best of both ways. They take turns, so that a busy moment of the machine hits both."""
    runs = [(_run(kubeconfig, "fetched"), _run(kubeconfig, "read")) for _ in range(ROUNDS)]
    bare, ours = ({key: min(one[key] for one in way) for key in way[0]} for way in zip(*runs, strict=True))
    return bare, ours


def _run(kubeconfig: str, what: str) -> dict[str, float]:
    words = (sys.executable, "-m", "bench.live", what, kubeconfig)
    found: dict[str, float] = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    return found


def audit(kubeconfig: str) -> tuple[float, float]:
    """Seconds and peak memory in MB of the whole program, auditing the cluster."""
    words = (str(Path(sys.executable).with_name("troubleshoot")), "diagnose", "-o", "json", "--kubeconfig", kubeconfig)
    start = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - the device, and no path
        process = subprocess.Popen(words, stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 1:
        raise SystemExit("the audit of a live cluster did not end with findings")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def table() -> str:
    """What is printed. The limit of time is held against the processor's: a busy machine and the server's own pace do
    not count in it."""
    with cluster() as kubeconfig:
        bare, ours = _best(kubeconfig)
        seconds, memory = audit(kubeconfig)
    busy, clock = (ours[key] / bare[key] for key in ("busy", "seconds"))
    named = f"{SERVICES * PODS_EACH:,} pods and {ROUTES:,} VirtualServices, {bare['done'] / 1e6:.0f} MB"
    mesh = f"{SERVICES:,} services and {SERVICES * PODS_EACH:,} pods"
    return "\n".join(
        (
            f"live cluster, best of {ROUNDS}: {named}",
            _line("fetched and parsed", bare),
            _line("read", ours),
            f"  reading takes {busy:.2f} times the processor, {clock:.2f} by the clock: {_kept(busy, LIMIT)}",
            f"audit of {mesh}: {seconds:.1f} s, {memory:.0f} MB: {_kept(memory, MEMORY_LIMIT)}",
        )
    )


def _kept(found: float, limit: float) -> str:
    return f"the limit of {limit:g} is {'kept' if found <= limit else 'MISSED'}"


def _line(name: str, run: dict[str, float]) -> str:
    return f"  {name:20} {run['seconds']:6.2f} s, processor {run['busy']:5.2f} s, {run['memory']:4.0f} MB"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[2], sys.argv[1])))
    else:
        print(table())
