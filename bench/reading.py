"""How fast YAML and JSON are read into objects, in MB a second, against reading the same bytes and nothing else.

The mesh is made up: pods with a proxy and VirtualServices, as kubectl prints them. Run it with `make bench`, or with a
size in MB: `python -m bench.reading 50`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from troubleshooter.collect import read_inventory

MEGABYTES = 10
MB = 1_000_000


def pod(number: int) -> dict[str, Any]:
    """A pod with a proxy, about as big as a real one without `managedFields`."""
    containers = [
        {
            "args": ["proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local"],
            "env": [{"name": f"VARIABLE_{each}", "value": f"value {each}"} for each in range(25)],
            "image": "registry.example/proxy:1",
            "name": name,
            "ports": [{"containerPort": 15090, "name": "http-envoy-prom", "protocol": "TCP"}],
            "volumeMounts": [{"mountPath": f"/etc/{each}", "name": f"volume-{each}"} for each in range(8)],
        }
        for name in ("app", "istio-proxy")
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": {"app": "web"}, "name": f"web-{number}", "namespace": f"team-{number % 40}"},
        "spec": {"containers": containers, "nodeName": "node-1"},
        "status": {"conditions": [{"status": "True", "type": "Ready"}], "phase": "Running", "podIP": "10.0.0.1"},
    }


def virtual_service(number: int) -> dict[str, Any]:
    """A VirtualService with a few routes."""
    routes = [
        {"match": [{"uri": {"prefix": f"/{each}"}}], "route": [{"destination": {"host": "web", "subset": "v1"}}]}
        for each in range(8)
    ]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": f"web-{number}", "namespace": f"team-{number % 40}"},
        "spec": {"hosts": [f"web-{number}"], "http": routes},
    }


def mesh(size: int, printed: Callable[[dict[str, Any]], str]) -> list[str]:
    """Printed objects of that many bytes together."""
    texts: list[str] = []
    length = number = 0
    while length < size:
        texts += [printed(pod(number)), printed(virtual_service(number))]
        length += len(texts[-1]) + len(texts[-2])
        number += 1
    return texts


def as_yaml(size: int) -> str:
    """A List as `kubectl get -o yaml` prints it."""
    items = mesh(size, lambda thing: yaml.dump([thing], Dumper=yaml.CSafeDumper, width=10_000))
    return "apiVersion: v1\nitems:\n" + "".join(items) + "kind: List\n"


def as_json(size: int) -> str:
    """A List as `kubectl get -o json` prints it."""
    return (
        '{"apiVersion": "v1", "items": [\n'
        + ",\n".join(mesh(size, lambda thing: json.dumps(thing, indent=4)))
        + '],\n"kind": "List"}'
    )


def rates(file: Path) -> tuple[float, float]:
    """MB a second of the processor's time: into objects, and into memory alone."""
    start = time.process_time()
    data = file.read_bytes()
    middle = time.process_time()
    read_inventory([str(file)], stdin=bytes)
    end = time.process_time()
    return len(data) / MB / (end - middle), len(data) / MB / (middle - start)


def main(megabytes: int) -> str:
    """The table."""
    rows = [f"{f'reading {megabytes} MB':26}{'objects':>11}{'bytes alone':>14}"]
    with tempfile.TemporaryDirectory() as folder:
        for name, printed in (("YAML", as_yaml), ("JSON", as_json)):
            file = Path(folder, f"mesh.{name.lower()}")
            file.write_text(printed(megabytes * MB), encoding="utf-8")
            objects, alone = rates(file)
            rows.append(f"{name:26}{objects:6.0f} MB/s{alone:9.0f} MB/s")
    return "\n".join(rows)


if __name__ == "__main__":
    print(main(int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES))
