"""Init containers whose connections are led to a proxy that does not run yet."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.workload.init_containers import held, refusal
from troubleshooter.mesh.workload.workloads import Pod

CHECKED = "{name: istio-validation}"
SIDECAR = "{name: istio-proxy}"
NATIVE = "{name: istio-proxy, restartPolicy: Always}"
BEFORE = f"initContainers: [{CHECKED}, {{name: migrate}}]"


def pod(inits: str = BEFORE, *, beside: str = SIDECAR, notes: str = "", message: str = "") -> Pod:
    """A pod with init containers; `message` is how the last run of migrate ended."""
    ended = f'{{exitCode: 1, message: "{message}"}}'
    status = f"""
        status: {{phase: Pending, initContainerStatuses: [{{name: migrate, lastState: {{terminated: {ended}}}}}]}}
        """
    text = thing(
        "Pod",
        "one",
        f"{{{inits}, containers: [{{name: app}}, {beside}]}}",
        meta=f"annotations: {{{notes}}}",
        rest=status,
    )
    return mesh(text).workloads.all[0].pods[0]


def word(found: Pod) -> str:
    """What becomes of the connections of migrate, "" where it is not known."""
    told = held(found, "migrate")
    return told[0] if told else ""


@pytest.mark.parametrize(
    ("inits", "expected"),
    [
        (f"[{CHECKED}, {{name: migrate}}]", "held-back"),
        ("[{name: migrate}, {name: istio-init}]", "free"),
        (f"[{CHECKED}, {NATIVE}, {{name: migrate}}]", "free"),
        (f"[{CHECKED}, {{name: migrate}}, {NATIVE}]", "held-back"),
        (f"[{CHECKED}, {{name: migrate, securityContext: {{runAsUser: 1337}}}}]", "excepted"),
        (f"[{CHECKED}, {{name: migrate, securityContext: {{runAsGroup: 1337}}}}]", "excepted"),
        (f"[{CHECKED}, {{name: migrate, securityContext: {{runAsUser: 1000}}}}]", "held-back"),
        ("[{name: migrate}]", ""),
        (f"[{CHECKED}]", ""),
    ],
)
def test_what_runs_before(inits: str, expected: str) -> None:
    """With the plugin connections are led away before the proxy runs, unless it is a native sidecar in front."""
    assert expected == word(pod(f"initContainers: {inits}"))


@pytest.mark.parametrize(
    "notes",
    [
        'traffic.sidecar.istio.io/excludeOutboundPorts: "5432"',
        "traffic.sidecar.istio.io/excludeOutboundIPRanges: 10.0.0.0/8",
        'traffic.sidecar.istio.io/includeOutboundIPRanges: ""',
        "sidecar.istio.io/interceptionMode: NONE",
    ],
)
def test_annotations_except_connections(notes: str) -> None:
    """Where some connections of a pod are not taken, nobody knows which the container makes."""
    assert "excepted" == word(pod(notes=notes))


def test_the_user_as_which_the_proxy_runs() -> None:
    """A platform may give it another one."""
    own = f"initContainers: [{CHECKED}, {{name: migrate, securityContext: {{runAsUser: 1000680001}}}}]"
    beside = "{name: istio-proxy, securityContext: {runAsUser: 1000680001}}"

    assert "excepted" == word(pod(own, beside=beside))


def test_pod_without_a_proxy() -> None:
    """Nothing leads its connections away."""
    assert "" == word(pod(beside="{name: other}"))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("dial tcp 10.96.40.7:5432: connect: connection refused", True),
        ("first line\\nconnect ECONNREFUSED 10.96.40.7:5432", True),
        ("dial tcp 127.0.0.1:5432: connect: connection refused", False),
        ("connect to localhost port 80: Connection refused", False),
        ("no such table", False),
        ("", False),
    ],
)
def test_what_it_says(message: str, expected: object) -> None:
    """A refused connection counts that leads out of the pod."""
    assert expected == (refusal(pod(message=message), "migrate") is not None)
