"""Exec: the few commands that a reader of meshes runs in a container, over the websocket protocol of Kubernetes.

Decides what a command prints and how it ends. `pilot-agent request`, `pilot-discovery request` and `curl` fetch a page
from the ports of their own pod; there is no other program in these containers.

Facts: channels as in `k8s.io/kubernetes/pkg/kubelet/cri/streaming/remotecommand/websocket.go` (stdout 1, stderr 2,
status 3); istio/istio pilot/pkg/request/command.go, whose commands end a page with a line feed and print a 404 like any
page, pilot/cmd/pilot-agent/app/request.go and pilot/cmd/pilot-discovery/app/request.go. Not imitated: an Envoy that is
administered over a Unix socket, for which pilot-agent takes a 404 for a failure.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.kube_api.backends import Backends, fetch
from tests.kube_api.messages import Call, Json, Target, encoded
from tests.kube_api.websocket import Session, WebSocket

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")

STDOUT, STDERR, ERROR = b"\x01", b"\x02", b"\x03"

_BREATH = 0.3
"""Seconds. kubectl 1.32 reads before it has made all its streams, and throws away what comes for the others ("Unknown
stream id"). No cluster is as quick as this one, so it waits for kubectl."""
_CHUNK = 32 * 1024
_PORTS = {"pilot-agent": 15000, "pilot-discovery": 15014}
_ALLOWED = (15000, 15004, 15020, 15021)
"""The ports that pilot-agent asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a command left behind. A code of None: it could not be started."""

    stdout: bytes = b""
    stderr: bytes = b""
    code: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What a command fetches, and how its program shows it."""

    port: int
    method: str
    path: str
    program: str
    fails: bool = False

    def ended(self, code: int, body: bytes) -> Ended:
        """With an answer."""
        if self.program == "curl":
            return Ended(code=22) if self.fails and code >= 400 else Ended(stdout=body)
        if code >= 400 and code != 404:
            return Ended(stderr=b"Error: received unsuccessful status code %d: %b\n" % (code, body), code=1)
        return Ended(stdout=body + b"\n")


def session(backends: Backends, call: Call, target: Target) -> Session:
    """Runs the command of a call, sends what it prints, and says how it ended."""
    command = call.query.get("command", [])
    pause = _BREATH if call.headers.get("user-agent", "").startswith("kubectl/") else 0.0

    def talk(channel: WebSocket) -> None:
        ended = run(backends, target, command)
        time.sleep(pause)
        for number, text in ((STDOUT, ended.stdout), (STDERR, ended.stderr)):
            for start in range(0, len(text), _CHUNK):
                channel.send(number + text[start : start + _CHUNK])
        channel.send(ERROR + encoded(_status(command, ended.code)))
        channel.close()
        channel.linger()

    return talk


def run(backends: Backends, target: Target, command: list[str]) -> Ended:
    """What a command comes to in a pod."""
    page = _page(command)
    if page is None:
        return Ended(code=None) if command[:1] and command[0] not in _PORTS else Ended(stderr=b"usage\n", code=1)
    if page.program == "pilot-agent" and page.port not in _ALLOWED:
        said = f"Error: debug port {page.port} is not in allowed list {' '.join(map(str, _ALLOWED))}\n"
        return Ended(stderr=said.encode(), code=1)
    place = backends.place(target.namespace, target.name, page.port)
    try:
        if place is None:
            raise ConnectionRefusedError
        code, _, body = fetch(place, page.method, page.path)
    except OSError:
        where = f"127.0.0.1:{page.port}"
        return Ended(stderr=f"Error: dial tcp {where}: connect: connection refused\n".encode(), code=1)
    return page.ended(code, body)


def _page(command: list[str]) -> _Page | None:
    """What a command asks for; None where it is none of those that are known."""
    name = command[0].rsplit("/", 1)[-1] if command else ""
    if name == "curl":
        urls = [word for word in command[1:] if re.match(r"(https?://)?[\w.\[\]:-]+:\d+", word)]
        if not urls:
            return None
        url = urlsplit(urls[0] if "://" in urls[0] else f"http://{urls[0]}")
        method = command[command.index("-X") + 1] if "-X" in command else "GET"
        path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        return _Page(
            port=url.port or 80, method=method, path=path, program=name, fails=any("f" in w for w in _short(command))
        )
    if name not in _PORTS or command[1:2] != ["request"]:
        return None
    text = " ".join(command[2:])
    port = re.search(r"--debug-port[= ](\d+)", text)
    asked = re.search(r"\b(GET|POST|PUT) (\S+)", text)
    if not asked:
        return None
    return _Page(port=int(port[1]) if port else _PORTS[name], method=asked[1], path=asked[2], program=name)


def _short(command: list[str]) -> list[str]:
    return [word for word in command[1:] if re.match(r"-[a-zA-Z]+$", word)]


def _status(command: list[str], code: int | None) -> Json:
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    if code is None:
        said = (
            f'Internal error occurred: error executing command in container: exec: "{command[0]}": '
            "executable file not found in $PATH"
        )
        failed = {"metadata": {}, "status": "Failure", "message": said, "reason": "InternalError"}
        return {**failed, "details": {"causes": [{"message": said.partition(": ")[2]}]}, "code": 500}
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: exit status {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }
