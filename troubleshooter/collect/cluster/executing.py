"""What a command prints that runs in a container.

Decides: how a command's end is told from a connection that broke. Must not know which commands there are: they are all
in `looks`.

Source: the channels in k8s.io/kubernetes pkg/kubelet/cri/streaming/remotecommand/websocket.go; how a command ended is a
`Status` whose causes name its exit code.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.cluster.failures import MAX_WORDS, ClusterError, Why
from troubleshooter.collect.cluster.websockets import Channels
from troubleshooter.model import as_map
from troubleshooter.model.plain import plain

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
STDOUT, STDERR, STATUS = 1, 2, 3


class Container(NamedTuple):
    """A container of a pod."""

    namespace: str
    pod: str
    name: str


def printed(connection: Connection, where: Container, command: Sequence[str], most: int) -> bytes:
    """What a command prints to standard output.

    Raises:
        ClusterError: it cannot be run, it fails, it prints more than `most` bytes, or it ended before it said how.
    """
    told: dict[int, list[bytes]] = {STDOUT: [], STDERR: [], STATUS: []}
    size = 0
    asked = [("container", where.name), ("stdout", "true"), ("stderr", "true"), *(("command", w) for w in command)]
    path = f"/api/v1/namespaces/{where.namespace}/pods/{where.pod}/exec"
    with Channels(connection, path, asked, PROTOCOLS) as channels:
        while (message := channels.receive()) is not None:
            number, data = message
            size += len(data)
            if size > most:
                raise ClusterError(Why.DAMAGED, f"it is longer than {most >> 20} MiB")
            told.get(number, []).append(data)
            if number == STATUS:
                break
    _demand_success(b"".join(told[STATUS]), b"".join(told[STDERR]))
    return b"".join(told[STDOUT])


def _demand_success(status: bytes, errors: bytes) -> None:
    try:
        ended = as_map(json.loads(status))
    except (ValueError, RecursionError):
        ended = {}
    if not ended:
        raise ClusterError(Why.DAMAGED, "the command ended before it said how")
    if ended.get("status") != "Success":
        said = errors.decode(errors="replace").strip() or str(ended.get("message") or "it failed")
        raise ClusterError(Why.NOT_GIVEN, plain(" ".join(said.split()))[:MAX_WORDS])
