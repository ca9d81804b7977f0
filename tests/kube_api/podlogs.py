"""The log of a container, as kubelet hands it out.

Decides which lines. A kept text is what the container wrote; a line that begins with a time (in brackets or not) was
written then, any other with the line before it. So `sinceSeconds` and `timestamps` speak of the times in the text,
where kubelet would know its own.

Facts: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ ("read log of the specified Pod");
wording from `validateContainerLogStatus` in `pkg/kubelet/kubelet_pods.go` of Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tests.kube_api.messages import Call, Json, Refused, Reply

Logs = Mapping[tuple[str, str, str], str]
"""By namespace, pod and container."""

_PULLS = {"ErrImagePull": "image can't be pulled", "ImagePullBackOff": "trying and failing to pull image"}
_TIME = re.compile(r"\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?)")


def containers(pod: Json) -> list[str]:
    """The names of a pod's containers, those to begin with among them."""
    spec = pod.get("spec", {})
    return [c["name"] for key in ("containers", "initContainers", "ephemeralContainers") for c in spec.get(key) or ()]


def chosen(pod: Json, named: str) -> str:
    """The container that is meant. Raises Refused (400) where there is none of that name, or several and no name."""
    name, names = pod["metadata"]["name"], containers(pod)
    if named and named not in names:
        raise Refused(400, f"container {named} is not valid for pod {name}")
    if named:
        return named
    main = [c["name"] for c in pod.get("spec", {}).get("containers") or ()]
    if len(main) != 1:
        first = [c["name"] for c in pod.get("spec", {}).get("initContainers") or ()]
        said = f"a container name must be specified for pod {name}, choose one of: [{' '.join(main)}]"
        raise Refused(400, said + (f" or one of the init containers: [{' '.join(first)}]" if first else ""))
    return str(main[0])


def _status(pod: Json, container: str) -> Json:
    """What a pod says of one container; nothing where it says nothing."""
    told = pod.get("status", {})
    rows = [row for key in ("containerStatuses", "initContainerStatuses") for row in told.get(key) or ()]
    found: Json = next((row for row in rows if row.get("name") == container), {})
    return found


def runs(pod: Json, container: str) -> bool:
    """Whether a command can be run in a container. One of which nothing is told runs, where the pod does."""
    state = _status(pod, container).get("state") or {"running": {}}
    return "running" in state and pod.get("status", {}).get("phase", "Running") == "Running"


def _waits(pod: Json, container: str) -> str:
    """Why a container has not written anything yet; "" where it may have."""
    told = _status(pod, container)
    reason = (told.get("state", {}).get("waiting") or {}).get("reason", "")
    if "terminated" in (told.get("lastState") or {}):
        return ""
    return _PULLS.get(reason, str(reason))


def answer(logs: Logs, previous: Logs, pod: Json, call: Call) -> Reply:
    """The text of a log; a container without one has written nothing. `previous` are those of the containers before."""
    container, metadata = chosen(pod, call.first("container")), pod["metadata"]
    key = (metadata["namespace"], metadata["name"], container)
    before = call.first("previous") in ("1", "true")
    if before and key not in previous:
        raise Refused(400, f'previous terminated container "{container}" in pod "{metadata["name"]}" not found')
    waits = _waits(pod, container) if key not in logs else ""
    if waits and not before:
        raise Refused(400, f'container "{container}" in pod "{metadata["name"]}" is waiting to start: {waits}')
    lines = _within((previous if before else logs).get(key, "").splitlines(keepends=True), call)
    if call.query.get("tailLines"):
        last = int(call.first("tailLines"))
        lines = lines[len(lines) - last :] if last < len(lines) else lines
    text = "".join(f"{at:%Y-%m-%dT%H:%M:%S.%fZ} {line}" if _stamped(call) else line for at, line in lines).encode()
    if call.query.get("limitBytes"):
        text = text[: int(call.first("limitBytes"))]
    return Reply(body=text, kind="text/plain")


def _stamped(call: Call) -> bool:
    return call.first("timestamps") in ("1", "true")


def _within(lines: list[str], call: Call) -> list[tuple[datetime, str]]:
    """The lines that are young enough, each with its time."""
    begin = datetime.min.replace(tzinfo=UTC)
    if call.query.get("sinceSeconds"):
        begin = datetime.now(UTC) - timedelta(seconds=int(call.first("sinceSeconds")))
    elif call.query.get("sinceTime"):
        begin = datetime.fromisoformat(call.first("sinceTime"))
    at, timed = datetime.now(UTC), []
    for line in lines:
        if found := _TIME.match(line):
            at = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        timed.append((at, line))
    return [(at, line) for at, line in timed if at >= begin]
