"""Which starts first in a pod, the application or its proxy, and what became of an application that was first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.workload.startup import early_exits, held_by_config, held_too, start_of

APP, PROXY = "{name: app}", "{name: istio-proxy}"
HOOKED = "{name: istio-proxy, lifecycle: {postStart: {exec: {command: [pilot-agent, wait]}}}}"
NATIVE = "[{name: istio-proxy, restartPolicy: Always}]"
START = "2026-05-11T08:00:02Z"


@pytest.mark.parametrize(
    ("containers", "init", "expected"),
    [
        (f"[{APP}, {PROXY}]", "[]", "together"),
        (f"[{PROXY}, {APP}]", "[]", "together"),
        (f"[{HOOKED}, {APP}]", "[]", "held"),
        (f"[{APP}, {HOOKED}]", "[]", "together"),
        (f"[{APP}]", NATIVE, "native"),
        (f"[{APP}]", "[]", None),
        (f"[{PROXY}]", "[]", None),
    ],
)
def test_which_starts_first(containers: str, init: str, expected: str | None) -> None:
    """A native sidecar is first, and a proxy that is the first container and whose hook is waited for."""
    pod = mesh(thing("Pod", "web", f"containers: {containers}\ninitContainers: {init}")).workloads.all[0].pods[0]

    assert expected == start_of(pod)


def test_pods_that_were_not_seen() -> None:
    """Of a pod that a template would make it is not known: that hangs on the installation."""
    web = thing("Deployment", "web", f"template: {{spec: {{containers: [{APP}, {PROXY}]}}}}")

    assert start_of(mesh(web).workloads.all[0].representative) is None


HOLD = "holdApplicationUntilProxyStarts"


@pytest.mark.parametrize(
    ("note", "config", "expected"),
    [
        ("", "", False),
        (f"{HOLD}: true", "", True),
        (f'{{"{HOLD}": true}}', "", True),
        ("", f"defaultConfig: {{{HOLD}: true}}", True),
        (f"{HOLD}: false", f"defaultConfig: {{{HOLD}: true}}", False),
        ("concurrency: 1", f"defaultConfig: {{{HOLD}: true}}", True),
        ("{no yaml", "", False),
        ("[1]", "", False),
    ],
)
def test_what_is_asked_for(note: str, config: str, *, expected: bool) -> None:
    """The annotation of the pods outranks the mesh config."""
    text = thing("ConfigMap", "istio", namespace="istio-system", rest=f"data: {{mesh: '{config}'}}")

    assert expected is held_by_config({"proxy.istio.io/config": note}, mesh(text).settings)


def test_other_settings_are_kept() -> None:
    """The setting is put beside what the annotation holds."""
    assert '{"concurrency": 1, "holdApplicationUntilProxyStarts": true}' == held_too(
        {"proxy.istio.io/config": "concurrency: 1"}
    )
    assert '{"holdApplicationUntilProxyStarts": true}' == held_too({})


def status(name: str, *, count: int = 0, ended: str = "", reason: str = "Error", state: str = "running") -> str:
    """A container's status."""
    last = f', lastState: {{terminated: {{reason: {reason}, finishedAt: "{ended}"}}}}' if ended else ""
    ready = "true" if state == "running" else "false"
    return (
        f'{{name: {name}, ready: {ready}, restartCount: {count}, state: {{{state}: {{startedAt: "{START}"}}}}{last}}}'
    )


EARLY: dict[str, Any] = {"count": 1, "ended": "2026-05-11T08:00:04Z"}


@pytest.mark.parametrize(
    ("app", "proxy", "expected"),
    [
        (EARLY, {}, ["app"]),
        ({**EARLY, "count": 3}, {}, ["app"]),
        ({**EARLY, "count": 4}, {}, []),
        ({**EARLY, "reason": "Completed"}, {}, []),
        ({**EARLY, "reason": "OOMKilled"}, {}, []),
        ({**EARLY, "state": "waiting"}, {}, []),
        ({**EARLY, "ended": "2026-05-11T08:01:04Z"}, {}, []),
        ({**EARLY, "ended": "2026-05-11 08:00:04"}, {}, []),
        ({**EARLY, "ended": "soon"}, {}, []),
        (EARLY, EARLY, []),
        ({}, {}, []),
    ],
)
def test_an_application_that_failed_early(app: dict[str, Any], proxy: dict[str, Any], expected: list[str]) -> None:
    """It failed within a minute of the start of a proxy that was never restarted, and runs since."""
    held = f"[{status('app', **app)}, {status('istio-proxy', **proxy)}]"
    pod = thing("Pod", "web", f"containers: [{APP}, {PROXY}]", rest=f"status: {{containerStatuses: {held}}}")

    assert expected == [found.container for found in early_exits(mesh(pod).workloads.all[0])]


@pytest.mark.parametrize(("failed", "expected"), [(1, 0), (2, 2)])
def test_most_of_the_pods(failed: int, expected: int) -> None:
    """What only some pods of a workload met is no matter of what starts first."""
    owner = "ownerReferences: [{kind: StatefulSet, name: web, controller: true}]"
    held = [f"[{status('app', **(EARLY if n < failed else {}))}, {status('istio-proxy')}]" for n in range(3)]
    pods = [
        thing("Pod", f"web-{n}", f"containers: [{APP}]", meta=owner, rest=f"status: {{containerStatuses: {told}}}")
        for n, told in enumerate(held)
    ]
    web = thing("StatefulSet", "web", f"template: {{spec: {{containers: [{APP}]}}}}")

    assert expected == len(early_exits(mesh(web, *pods).workloads.all[0]))
