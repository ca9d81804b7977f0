"""What kubectl would print: objects, pods, endpoints, logs; and what the caller's own curl sees.

Decides: the texts, each computed from the scenario's objects and walk. Must not know which of them a learner chooses.
Sources: `printPod`, `printEndpoints` and `printSecret` in kubernetes/kubernetes
pkg/printers/internalversion/printers.go; https://everything.curl.dev/cmdline/exitcode.html; `kubectl exec`
ends with "command terminated with exit code".
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from troubleshooter.learn.made_up import MadeUp
from troubleshooter.learn.tables import KUBECTL, table
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import SECRET_HEADERS, Connection, Object, Outcome, Request, as_list, as_map
from troubleshooter.remedy.manifests import printed

NO_AGE = "<unknown>"
"""What kubectl prints where an object does not say when it was made."""

EXIT_CODES = {
    Connection.DNS: 6,
    Connection.REFUSED: 7,
    Connection.TIMEOUT: 28,
    Connection.TLS_ERROR: 35,
    Connection.RESET: 56,
}
"""With what curl ends."""

MARK = re.compile(r"[ \t]*#[ \t]*<-.*$", re.MULTILINE)
"""What stands behind a guilty line of a text that an object holds, such as the mesh configuration."""

NAMED_ENDPOINTS = 3
"""So many endpoints kubectl names in a row."""

GROUPED = {"Gateway": "gateways", "Ingress": "ingresses"}
"""Kinds of which there are several by one name: they are asked for with their group."""


def get_object(thing: Object) -> str:
    """The command that shows an object."""
    kind = f"{GROUPED[thing.kind]}.{thing.group}" if thing.kind in GROUPED else thing.kind.lower()
    space = f" -n {thing.namespace}" if thing.namespace else ""
    return f"kubectl get {kind} {thing.name}{space} -o yaml"


def object_text(thing: Object) -> str:
    """An object as the scenario has it."""
    return printed(_without_marks(thing.raw)).rstrip()


def _without_marks(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_marks(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_marks(item) for item in value]
    return MARK.sub("", value) if isinstance(value, str) else value


def secrets_text(secrets: Iterable[Object]) -> str:
    """`kubectl get secrets` of one namespace: how many values each holds, never which."""
    rows = [(s.name, str(s.raw.get("type") or "Opaque"), str(len(as_map(s.raw.get("data")))), NO_AGE) for s in secrets]
    return table(("NAME", "TYPE", "DATA", "AGE"), sorted(rows), KUBECTL)


def pods_text(workloads: Iterable[Workload], made_up: MadeUp) -> str:
    """`kubectl get pods` of one namespace."""
    rows = [
        (made_up.pod_name(workload, pod, n), _ready(pod), _status(pod), str(_restarts(pod)), NO_AGE)
        for workload in workloads
        for pod in workload.pods
        for n in range(workload.replicas if pod.standin else 1)
    ]
    return table(("NAME", "READY", "STATUS", "RESTARTS", "AGE"), sorted(rows), KUBECTL)


def _containers(pod: Pod) -> int:
    """The application's containers and the proxy's, which is a container or a native sidecar."""
    return len(pod.containers) + pod.proxy


def _statuses(pod: Pod) -> list[Mapping[str, Any]]:
    return [as_map(s) for s in as_list(pod.owner.status.get("containerStatuses"))] if not pod.standin else []


def _ready(pod: Pod) -> str:
    held, all_of_them = _statuses(pod), _containers(pod)
    ready = sum(s.get("ready") is True for s in held) if held else all_of_them * pod.ready
    return f"{ready}/{all_of_them}"


def _status(pod: Pod) -> str:
    phase = "" if pod.standin else str(pod.owner.status.get("phase") or "")
    return pod.waiting or phase or "Running"


def _restarts(pod: Pod) -> int:
    counts = (s.get("restartCount") for s in _statuses(pod))
    return sum(count for count in counts if isinstance(count, int))


def endpoints_text(mesh: Mesh, service: Service, made_up: MadeUp) -> str:
    """`kubectl get endpoints` of one Service: the addresses that are ready, of all its ports."""
    ready = (e for port in service.ports for e in mesh.endpoints(service, port).ready)
    found = dict.fromkeys(address for endpoint in ready for address in made_up.of(endpoint))
    named, more = sorted(found)[:NAMED_ENDPOINTS], len(found) - NAMED_ENDPOINTS
    shown = ",".join(named) + (f" + {more} more..." if more > 0 else "")
    return table(("NAME", "ENDPOINTS", "AGE"), [(service.object.name, shown or "<none>", NO_AGE)], KUBECTL)


def curl_command(request: Request, caller: Workload | None) -> str:
    """What asks for the request where it is made."""
    words = ["curl", "-s", "-o", "/dev/null", "-m", "10", "-w", "%{http_code}\\n"]
    words += ["-X", request.method] if request.method != "GET" else []
    asked = shlex.join(words)
    for name, value in request.headers.items():
        asked += f' -H "{name}: $TOKEN"' if name in SECRET_HEADERS else f" -H {shlex.quote(f'{name}: {value}')}"
    asked += f" {shlex.quote(request.to)}"
    if caller is None:
        return asked
    containers = caller.representative.containers
    name = f" -c {containers[0].get('name')}" if containers and containers[0].get("name") else ""
    return f"kubectl exec -n {caller.namespace} {caller.object.kind.lower()}/{caller.name}{name} -- {asked}"


def curl_text(request: Request, outcome: Outcome, *, inside: bool) -> str:
    """The status that curl prints; without an answer 000, and how it ends. "" where neither is known. A connection that
    is cut off while TLS is set up is an error of TLS to curl."""
    if outcome.status is not None:
        return f"{outcome.status}"
    if outcome.connection not in EXIT_CODES:
        return ""
    cut_off = outcome.connection is Connection.RESET and request.scheme == "https"
    code = EXIT_CODES[Connection.TLS_ERROR if cut_off else outcome.connection]
    return f"000\ncommand terminated with exit code {code}" if inside else f"000\n(curl ends with status {code})"


def log_text(lines: Iterable[str]) -> str:
    """Lines of an access log; their text ends where the proxy ended it."""
    return "\n".join(re.sub(r"\s+$", "", line) for line in lines)
