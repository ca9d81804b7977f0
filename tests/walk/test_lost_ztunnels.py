"""Requests of pods of ambient mode, and to them, where the ztunnel of a node does not run."""

from __future__ import annotations

from tests.meshes import death, deployment, mesh, service, thing, walked
from troubleshooter.mesh import Mesh

URL = "http://payments:8080/"


def pod(app: str, name: str, node: str, *, ambient: bool = True, beside: str = "") -> str:
    """A running pod of a Deployment."""
    notes = "annotations: {ambient.istio.io/redirection: enabled}, " if ambient else ""
    owner = f"ownerReferences: [{{kind: ReplicaSet, name: {app}-5d, controller: true}}]"
    status = """
        status: {phase: Running, conditions: [{type: Ready, status: "True"}]}
        """
    spec = f"{{nodeName: {node}, containers: [{{name: app}}{beside}]}}"
    meta = f"{notes}labels: {{app: {app}, pod-template-hash: 5d}}, {owner}"
    return thing("Pod", f"{app}-5d-{name}", spec, meta=meta, rest=status)


def ztunnels(**runs: bool) -> list[str]:
    """The DaemonSet with a pod on each node, which runs or does not."""
    made = "template: {metadata: {labels: {app: ztunnel}}, spec: {}}"
    pods = [thing("DaemonSet", "ztunnel", made, namespace="istio-system")]
    for node, well in runs.items():
        state = "state: {running: {}}" if well else "state: {waiting: {reason: CrashLoopBackOff}}"
        status = f"""
            status:
              conditions: [{{type: Ready, status: "{well}"}}]
              containerStatuses: [{{name: istio-proxy, ready: {str(well).lower()}, {state}}}]
            """
        meta = "labels: {app: ztunnel}, ownerReferences: [{kind: DaemonSet, name: ztunnel, controller: true}]"
        spec = f"{{nodeName: {node}, containers: [{{name: istio-proxy}}]}}"
        pods.append(thing("Pod", f"ztunnel-{node}", spec, meta=meta, rest=status, namespace="istio-system"))
    return pods


def shop(*texts: str) -> Mesh:
    """Two applications, with these pods."""
    return mesh(service("payments"), deployment("web"), deployment("payments"), *texts)


def test_caller_on_such_a_node() -> None:
    """Its connection is refused where it is made."""
    held = shop(pod("web", "a", "n1"), pod("payments", "a", "n2"), *ztunnels(n1=False, n2=True))

    assert "capture: refused" == death(walked(held, URL))


def test_caller_of_which_one_pod_is_on_such_a_node() -> None:
    """That pod's share of the requests is lost."""
    held = shop(pod("web", "a", "n1"), pod("web", "b", "n2"), pod("payments", "a", "n2"), *ztunnels(n1=False, n2=True))

    assert [0.5, 0.5] == [branch.share for branch in walked(held, URL).walk.branches]


def test_target_on_such_a_node() -> None:
    """A bare client is refused there."""
    held = shop(pod("web", "a", "n1", ambient=False), pod("payments", "a", "n2"), *ztunnels(n1=True, n2=False))

    assert "transport: refused" == death(walked(held, URL))


def test_proxy_in_front_of_such_a_target() -> None:
    """The caller's proxy answers for it."""
    caller = pod("web", "a", "n1", ambient=False, beside=", {name: istio-proxy}")
    held = shop(caller, pod("payments", "a", "n2"), *ztunnels(n1=True, n2=False))

    assert death(walked(held, URL)).startswith("transport: 503 UF")


def test_target_with_another_pod_elsewhere() -> None:
    """Where some pod can be reached, nothing is foretold."""
    held = shop(
        pod("web", "a", "n1", ambient=False),
        pod("payments", "a", "n2"),
        pod("payments", "b", "n1"),
        *ztunnels(n1=True, n2=False),
    )

    assert "" == death(walked(held, URL))
