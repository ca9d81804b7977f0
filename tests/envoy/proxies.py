"""Envoy itself: a process with a configuration, its log, and the fence around it.

A passthrough cluster dials whatever it is given. So every connection that an Envoy makes comes from a loopback address,
from which the kernel routes nothing off the machine; a configuration that says otherwise is not started.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from tests.envoy.envoy_shapes import LOG, Shape
from tests.envoy.gateway_listeners import EMPTY_SECRETS
from troubleshooter.evidence import AccessLogEntry, parse_lines

PATIENCE = 10.0
"""Seconds for an Envoy to listen."""


def bootstrap(source: str, listeners: Iterable[Shape], clusters: Iterable[Shape]) -> Shape:
    """The whole configuration of a proxy that dials from the address `source`."""
    return {
        "node": {"id": source, "cluster": "trial"},
        "cluster_manager": {"upstream_bind_config": {"source_address": {"address": source, "port_value": 0}}},
        "static_resources": {"listeners": list(listeners), "clusters": list(clusters)},
        "layered_runtime": {
            "layers": [{"name": "static", "static_layer": {"re2.max_program_size.error_level": 32768}}]
        },
    }


def refuse_unfenced(config: Shape, served: Iterable[Shape] = ()) -> None:
    """Raises RuntimeError unless everything that this proxy dials, it dials from a loopback address, and it looks up no
    names but at one. `served` are clusters that it gets later."""
    bound = config.get("cluster_manager", {}).get("upstream_bind_config", {}).get("source_address", {})
    source = bound.get("address", "0.0.0.0")  # noqa: S104 - what no fence comes to
    others = [c["name"] for c in (*config["static_resources"]["clusters"], *served) if _free(c)]
    if not ip_address(source).is_loopback or others:
        raise RuntimeError(f"this Envoy could dial off the machine: it binds to {source}, except {others}")


def _free(cluster: Shape) -> bool:
    """Whether a cluster binds for itself, or asks the machine's own resolver for names."""
    resolver = cluster.get("typed_dns_resolver_config", {}).get("typed_config", {})
    asked = [one["socket_address"]["address"] for one in resolver.get("resolvers", [])]
    looks_up = cluster.get("type") in ("STRICT_DNS", "LOGICAL_DNS")
    own = bool(asked) and all(ip_address(one).is_loopback for one in asked)
    return "upstream_bind_config" in cluster or (looks_up and not own)


class Proxy:
    """A running Envoy."""

    def __init__(self, binary: Path, folder: Path, config: Shape) -> None:
        refuse_unfenced(config)
        self.folder = folder
        listeners = config["static_resources"]["listeners"]
        self._first = listeners[0]["address"]["socket_address"] if listeners else None
        self._read = 0
        folder.mkdir()
        (folder / "envoy.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
        (folder / EMPTY_SECRETS).write_text('{"resources": []}', encoding="utf-8")
        command = [str(binary), "-c", "envoy.json", "--concurrency", "1", "--disable-hot-restart", "-l", "warning"]
        with (folder / "envoy.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--file-flush-interval-msec", "10"], cwd=folder, stdout=log, stderr=log
            )

    def wait(self) -> None:
        """Until it listens, where there is anything to listen at."""
        if self._first is None:
            return
        place = self._first["address"], self._first["port_value"]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            with socket.socket() as one:
                if one.connect_ex(place) == 0:
                    return
            time.sleep(0.01)
        raise RuntimeError(f"Envoy does not listen: {(self.folder / 'envoy.log').read_text(encoding='utf-8')[-3000:]}")

    def lines(self) -> list[AccessLogEntry]:
        """What it has logged since it was last asked."""
        log = self.folder / LOG
        whole = log.read_text(encoding="utf-8").splitlines(keepends=True) if log.exists() else []
        done = [line for line in whole if line.endswith("\n")]
        fresh, self._read = done[self._read :], len(done)
        return [entry for entry in parse_lines(fresh) if isinstance(entry, AccessLogEntry)]

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
