"""Why a pod is not ready, as its status tells it."""

from __future__ import annotations

from typing import Any

import pytest

from troubleshooter.mesh.workload.trouble import Ailment, ailment, restarts
from troubleshooter.model import Object

RUNS = {"running": {"startedAt": "2026-05-11T08:00:00Z"}}


def waits(reason: str) -> dict[str, Any]:
    """A state."""
    return {"waiting": {"reason": reason}}


def ended(reason: str, code: int = 1) -> dict[str, Any]:
    """A state, or the one before."""
    return {"terminated": {"reason": reason, "exitCode": code}}


def status(name: str, state: dict[str, Any], *, ready: bool = False, **more: object) -> dict[str, Any]:
    """A container's status."""
    return {"name": name, "ready": ready, "restartCount": 0, "state": state, **more}


def pod(*held: dict[str, Any], init: tuple[dict[str, Any], ...] = (), native: bool = False, **more: Any) -> Object:
    """A pod with these containers' statuses; `native` makes its proxy an init container that runs on."""
    spec: dict[str, Any] = {"containers": [{"name": "app"}]}
    if native:
        spec["initContainers"] = [{"name": "istio-proxy", "restartPolicy": "Always"}]
    said = {"containerStatuses": list(held), "initContainerStatuses": list(init), **more}
    return Object(raw={"kind": "Pod", "metadata": {"name": "web-0"}, "spec": spec, "status": said})


def told(found: Ailment) -> str:
    """An ailment in a line."""
    return " ".join(word for word in (found.trouble, found.container, found.reason) if word)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (waits("CrashLoopBackOff"), "crashing app CrashLoopBackOff"),
        (ended("Error"), "crashing app Error"),
        (ended("OOMKilled", 137), "out-of-memory app OOMKilled"),
        (waits("ImagePullBackOff"), "image app ImagePullBackOff"),
        (waits("ErrImagePull"), "image app ErrImagePull"),
        (waits("CreateContainerConfigError"), "config app CreateContainerConfigError"),
        (waits("ContainerCreating"), "starting app ContainerCreating"),
        (RUNS, "probe app"),
        ({}, "not-told app"),
    ],
)
def test_state_of_the_application(state: dict[str, Any], expected: str) -> None:
    """What the container that is not ready waits for, or how it ended, is the trouble."""
    assert expected == told(ailment(pod(status("app", state), status("istio-proxy", RUNS, ready=True))))


@pytest.mark.parametrize(
    ("state", "before", "expected"),
    [
        (waits("CrashLoopBackOff"), "OOMKilled", "out-of-memory app CrashLoopBackOff"),
        (waits("CrashLoopBackOff"), "Error", "crashing app CrashLoopBackOff"),
        (RUNS, "Error", "crashing app Error"),
        (RUNS, "Completed", "probe app"),
        (waits("ImagePullBackOff"), "Error", "image app ImagePullBackOff"),
    ],
)
def test_how_it_ended_before(state: dict[str, Any], before: str, expected: str) -> None:
    """A container between two crashes is told by how it ended before."""
    assert expected == told(ailment(pod(status("app", state, lastState=ended(before), restartCount=3))))


def test_the_proxy_is_not_ready() -> None:
    """A pod whose application is ready waits for its proxy."""
    assert "proxy istio-proxy" == told(ailment(pod(status("app", RUNS, ready=True), status("istio-proxy", RUNS))))


def test_the_proxy_as_a_native_sidecar() -> None:
    """The proxy may be an init container that runs on."""
    found = pod(status("app", RUNS, ready=True), init=(status("istio-proxy", RUNS),), native=True)

    assert "proxy istio-proxy" == told(ailment(found))


def test_the_proxy_goes_before_a_crash() -> None:
    """An application that needs the network ends where its proxy is not ready."""
    found = pod(status("app", waits("CrashLoopBackOff")), status("istio-proxy", RUNS))

    assert "proxy istio-proxy" == told(ailment(found))


def test_an_image_goes_before_the_proxy() -> None:
    """A proxy does not keep an image from being had."""
    found = pod(status("app", waits("ErrImagePull")), status("istio-proxy", RUNS))

    assert "image app ErrImagePull" == told(ailment(found))


def test_an_init_container_that_fails() -> None:
    """Nothing else starts before it has done its work."""
    found = pod(
        status("app", waits("PodInitializing")),
        status("istio-proxy", waits("PodInitializing")),
        init=(status("istio-init", waits("CrashLoopBackOff")),),
    )

    assert "init istio-init CrashLoopBackOff" == told(ailment(found))


def test_an_init_container_that_runs_for_the_first_time() -> None:
    """It may end well: the pod is being started."""
    found = pod(status("app", waits("PodInitializing")), init=(status("migrate", RUNS),))

    assert "starting" == ailment(found).trouble


def test_an_init_container_that_is_done() -> None:
    """One that has done its work is never ready, and no trouble."""
    found = pod(status("app", waits("CrashLoopBackOff")), init=(status("istio-init", ended("Completed", 0)),))

    assert "crashing app CrashLoopBackOff" == told(ailment(found))


def test_no_node() -> None:
    """A pod without a node has no containers yet."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    found = ailment(pod(conditions=[{"type": "Initialized", "status": "True"}, condition]))

    assert ("unschedulable Unschedulable", "status.conditions[1]") == (told(found), found.place.field)


def test_a_pod_that_is_deleted() -> None:
    """A pod that is being deleted is in no trouble."""
    going = pod(status("app", waits("CrashLoopBackOff")))
    raw = {**going.raw, "metadata": {"name": "web-0", "deletionTimestamp": "2026-05-11T08:00:00Z"}}

    assert "stopping" == ailment(Object(raw=raw)).trouble


def test_nothing_told() -> None:
    """A pod that is not ready and says nothing else."""
    assert "not-told" == ailment(pod()).trouble


def test_the_place() -> None:
    """The container's status is pointed at."""
    found = ailment(pod(status("helper", RUNS, ready=True), status("app", waits("CrashLoopBackOff"))))

    assert "status.containerStatuses[1]" == found.place.field


def test_restarts() -> None:
    """A container that has failed and runs again is remembered; one that ended well, and the proxy, are not."""
    again = {"restartCount": 2, "lastState": ended("OOMKilled", 137)}
    well = {"restartCount": 2, "lastState": ended("Completed", 0)}

    assert "out-of-memory" == getattr(restarts(pod(status("app", RUNS, ready=True, **again))), "trouble", "")
    assert restarts(pod(status("app", RUNS, ready=True, **well))) is None
    assert restarts(pod(status("istio-proxy", RUNS, ready=True, **again))) is None
    assert restarts(pod(status("app", RUNS, ready=True))) is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [(RUNS, "proxy istio-proxy"), (waits("ErrImagePull"), "image istio-proxy ErrImagePull")],
)
def test_a_gateway(state: dict[str, Any], expected: str) -> None:
    """In a pod that is nothing but a proxy, what keeps it from running is the pod's own trouble."""
    found = pod(status("istio-proxy", state))
    raw = {**found.raw, "spec": {"containers": [{"name": "istio-proxy"}]}}

    assert expected == told(ailment(Object(raw=raw)))
