"""Workloads with their pods: who belongs to whom, and what stands for pods that were not seen."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, deployment, mesh, thing
from troubleshooter.mesh.workload.workloads import Pod, Workload

OWNED = (
    "labels: {{app: web, pod-template-hash: abc}}, ownerReferences: [{{kind: {kind}, name: {name}, controller: true}}]"
)
RUNNING = "status: {phase: Running, podIP: 10.0.0.1}"


def pod(name: str, *, kind: str = "ReplicaSet", owner: str = "web-abc", rest: str = RUNNING, spec: str = "") -> str:
    """A pod that a controller made."""
    spec = spec or "containers: [{name: app}, {name: istio-proxy}]"
    return thing("Pod", name, spec, meta=OWNED.format(kind=kind, name=owner), rest=rest)


REPLICAS = thing("ReplicaSet", "web-abc", meta="ownerReferences: [{kind: Deployment, name: web, controller: true}]")


def the(kind: str, *texts: str, name: str = "web") -> Workload:
    """The workload of that kind and name."""
    found = mesh(*texts).workloads.get(kind, "shop", name)
    assert found is not None
    return found


def only(*texts: str, name: str = "web") -> Pod:
    """The only pod of a Deployment."""
    (found,) = the("Deployment", *texts, name=name).pods
    return found


def names(held: Workload) -> list[str]:
    """The names of a workload's pods."""
    return [p.name for p in held.pods]


def test_pod_of_a_deployment() -> None:
    """A pod belongs to its ReplicaSet's Deployment."""
    assert ["web-abc-1"] == names(the("Deployment", deployment("web"), REPLICAS, pod("web-abc-1")))


def test_pod_without_its_replica_set() -> None:
    """Where the ReplicaSet was not read, the hash in its name tells the Deployment."""
    assert ["web-abc-1"] == names(the("Deployment", deployment("web"), pod("web-abc-1")))


def test_pod_of_a_replica_set() -> None:
    """A ReplicaSet of nobody is a workload."""
    own = thing("ReplicaSet", "web-x", "template: {metadata: {labels: {app: web}}}")

    assert ["web-x-1"] == names(the("ReplicaSet", own, pod("web-x-1", owner="web-x"), name="web-x"))


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet", "Job"])
def test_pod_of_another_controller(kind: str) -> None:
    """Pods belong to the controller that they name."""
    text = thing(kind, "web", "template: {metadata: {labels: {app: web}}}")
    version = {"Job": "batch/v1"}.get(kind, "apps/v1")
    text = text.replace("apiVersion: v1\n", f"apiVersion: {version}\n")

    assert ["web-0"] == names(the(kind, text, pod("web-0", kind=kind, owner="web")))


def test_pod_of_a_cron_job() -> None:
    """A pod of a CronJob's Job belongs to the CronJob."""
    job = thing("Job", "web-1", meta="ownerReferences: [{kind: CronJob, name: web}]")
    cron = thing("CronJob", "web", "jobTemplate: {spec: {template: {metadata: {labels: {app: web}}}}}")
    found = the("CronJob", cron, job, pod("web-1-x", kind="Job", owner="web-1"))

    assert ["web-1-x"] == names(found)
    assert {"app": "web"} == dict(found.labels)
    assert "spec.jobTemplate.spec.template.metadata" == found.template.at("metadata").field


def test_bare_pod() -> None:
    """A pod of nobody is a workload of its own."""
    found = the("Pod", thing("Pod", "web", "containers: [{name: app}]"))

    assert ("pod shop/web", ["web"]) == (str(found), names(found))
    assert "metadata.labels" == found.representative.at("metadata.labels").field


def test_pod_whose_controller_was_not_seen() -> None:
    """It stands for itself."""
    assert ["web-0"] == names(the("Pod", pod("web-0", kind="StatefulSet", owner="web"), name="web-0"))


def test_stand_in() -> None:
    """Where no pods were seen, the template stands for them: ready, without an address."""
    found = only(SPACES, deployment("web", notes="a: b"))

    assert (True, True, "", "") == (found.standin, found.ready, found.address, found.name)
    assert found.proxy
    assert "spec.template.metadata.annotations" == found.at("metadata.annotations").field


def test_no_stand_in_where_pods_were_seen() -> None:
    """Where a controller's pods were seen in the namespace, a workload without pods has none."""
    assert [] == names(the("Deployment", SPACES, deployment("web"), deployment("api"), pod("web-abc-1"), name="api"))


def test_hand_written_pod_hides_no_template() -> None:
    """A pod that was written by hand does not say that others would have been seen."""
    assert [""] == names(the("Deployment", SPACES, deployment("web"), thing("Pod", "x", "containers: [{name: app}]")))


@pytest.mark.parametrize(("replicas", "pods"), [("0", 0), ("3", 1), ("x", 1), ("true", 1)])
def test_replicas(replicas: str, pods: int) -> None:
    """A workload that is scaled to zero has no pod; one stand-in is enough for any other number."""
    text = thing("Deployment", "web", f"replicas: {replicas}\ntemplate: {{metadata: {{labels: {{app: web}}}}}}")

    assert pods == len(the("Deployment", SPACES, text).pods)


def test_representative_of_nobody() -> None:
    """A workload without pods is represented by what its template would make."""
    found = the("Deployment", SPACES, thing("Deployment", "web", "replicas: 0\ntemplate: {metadata: {labels: {a: b}}}"))

    assert ({"a": "b"}, True) == (dict(found.representative.labels), found.representative.standin)


@pytest.mark.parametrize(
    ("rest", "ready"),
    [
        ("status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}", True),
        ("status: {phase: Running, conditions: [{type: Ready, status: 'False'}]}", False),
        ("status: {phase: Running, conditions: [{type: Ready, status: true}]}", True),
        ("status: {phase: Pending}", False),
        ("status: {phase: Running}", True),
        ("", True),
        ("status: 7", True),
    ],
)
def test_readiness(rest: str, *, ready: bool) -> None:
    """The condition counts, else the phase; a pod without status counts as ready."""
    assert ready == only(deployment("web"), pod("web-abc-1", rest=rest)).ready


def test_pod_that_is_deleted() -> None:
    """It is not ready, and does not stay."""
    gone = pod("web-abc-1").replace("labels:", "deletionTimestamp: now, labels:")
    held = the("Deployment", deployment("web"), gone, pod("web-abc-2"))

    assert [False, True] == [p.ready for p in held.pods]
    assert ["web-abc-2"] == [p.name for p in held.staying]
    assert ["web-abc-1"] == [p.name for p in the("Deployment", deployment("web"), gone).staying]


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_finished_pod(phase: str) -> None:
    """A pod that has run to its end is none of its workload's."""
    assert [] == names(the("Deployment", deployment("web"), pod("web-abc-1", rest=f"status: {{phase: {phase}}}")))
    assert [] == names(the("Pod", thing("Pod", "x", rest=f"status: {{phase: {phase}}}"), name="x"))


def test_why_a_pod_waits() -> None:
    """The reason of its first waiting container."""
    states = "status: {containerStatuses: [{state: {running: {}}}, {state: {waiting: {reason: CrashLoopBackOff}}}]}"

    assert "CrashLoopBackOff" == only(deployment("web"), pod("web-abc-1", rest=states)).waiting
    assert "" == only(deployment("web"), pod("web-abc-1")).waiting


@pytest.mark.parametrize(
    ("spec", "proxy", "is_gateway"),
    [
        ("containers: [{name: app}, {name: istio-proxy}]", True, False),
        ("containers: [{name: app}]\ninitContainers: [{name: istio-proxy, restartPolicy: Always}]", True, False),
        ("containers: [{name: istio-proxy}]", True, True),
        ("containers: [{name: app}]", False, False),
        ("containers: istio-proxy", False, False),
    ],
)
def test_proxy(spec: str, *, proxy: bool, is_gateway: bool) -> None:
    """A running pod has a proxy if it has the container; a gateway is nothing else."""
    found = only(SPACES, deployment("web"), pod("web-abc-1", spec=spec))

    assert (proxy, is_gateway) == (found.proxy, found.gateway)


def test_proxy_of_a_namespace_that_was_not_seen() -> None:
    """A stand-in's proxy is taken for granted, and said not to be known."""
    found = only(deployment("web"))

    assert (True, False) == (found.proxy, found.proxy_seen)


@pytest.mark.parametrize(
    ("labels", "spec", "expected"),
    [
        ("{app: web}", "containers: [{name: app}, {name: istio-proxy}]", True),
        ("{app: web}", "containers: [{name: app}]", False),
        ("{security.istio.io/tlsMode: istio}", "containers: [{name: app}]", True),
        ("{security.istio.io/tlsMode: disabled}", "containers: [{name: app}, {name: istio-proxy}]", False),
        ("{app: web}", "containers: [{name: istio-proxy}]", False),
    ],
)
def test_who_speaks_mutual_tls(labels: str, spec: str, *, expected: bool) -> None:
    """The label says so; without it, a sidecar."""
    text = thing("Pod", "web", spec, meta=f"labels: {labels}")

    assert expected == the("Pod", text).pods[0].mutual


def test_named_ports() -> None:
    """Ports of containers and of init containers that stay; the first of a name counts."""
    spec = """
    containers:
    - {name: app, ports: [{name: web, containerPort: 8080}, {name: bad, containerPort: x}, 7]}
    - {name: other, ports: [{name: web, containerPort: 9090}, {containerPort: 9091}]}
    initContainers:
    - {name: helper, restartPolicy: Always, ports: [{name: helper, containerPort: 7000}]}
    - {name: once, ports: [{name: once, containerPort: 7001}]}
    """
    found = the("Pod", thing("Pod", "web", spec)).pods[0]

    assert [8080, 7000, None, None, None] == [found.port_named(n) for n in ("web", "helper", "once", "bad", "none")]
    assert [("web", 8080), ("web", 9090), ("", 9091)] == found.declared_ports


def test_port_that_injection_adds() -> None:
    """A stand-in with a proxy has the proxy's metrics port; a running pod has what it says."""
    assert 15090 == only(SPACES, deployment("web")).port_named("http-envoy-prom")
    assert only(SPACES, deployment("web"), pod("web-abc-1")).port_named("http-envoy-prom") is None


def test_service_account() -> None:
    """Both spellings, else the namespace's default."""
    held = [
        the("Pod", thing("Pod", "web", spec)).pods[0].service_account
        for spec in ("serviceAccountName: a", "serviceAccount: b", "containers: []")
    ]

    assert ["a", "b", "default"] == held


NODE = thing(
    "Node",
    "n1",
    namespace="",
    meta=(
        "labels: {topology.kubernetes.io/region: r, topology.kubernetes.io/zone: z, topology.istio.io/subzone: s,"
        " kubernetes.io/hostname: n1}"
    ),
)


@pytest.mark.parametrize(
    ("node", "labels", "expected"),
    [
        ("n1", "app: web", "r/z/s"),
        ("n1", "istio-locality: east.a", "east/a"),
        ("n2", "app: web", ""),
        ("", "app: web", ""),
    ],
)
def test_locality(node: str, labels: str, expected: str) -> None:
    """The pod's label outranks its node's labels."""
    text = thing("Pod", "web", f"nodeName: {node}", meta=f"labels: {{{labels}}}")

    assert expected == the("Pod", NODE, text).pods[0].locality


def test_locality_of_a_node_without_a_region() -> None:
    """A zone alone is no locality."""
    node = thing("Node", "n1", namespace="", meta="labels: {topology.kubernetes.io/zone: z}")

    assert "" == the("Pod", node, thing("Pod", "web", "nodeName: n1")).pods[0].locality


def test_pod_by_address() -> None:
    """An address finds its pod; one of the host's network is shared by many."""
    held = mesh(
        deployment("web"),
        pod("web-abc-1"),
        pod("web-abc-2", rest="status: {podIP: 10.9.9.9}", spec="hostNetwork: true"),
    ).workloads
    found = held.at_address("10.0.0.1")

    assert "web-abc-1" == (found[1].name if found else "")
    assert held.at_address("10.9.9.9") is None


def test_workload_of_a_pod_or_replica_set() -> None:
    """A name of a pod or ReplicaSet finds the Deployment."""
    held = mesh(deployment("web"), REPLICAS, pod("web-abc-1")).workloads

    found = [held.get("Pod", "shop", "web-abc-1"), held.get("ReplicaSet", "shop", "web-abc")]

    assert ["deployment shop/web", "deployment shop/web"] == [str(w) for w in found]
    assert held.get("Pod", "shop", "none") is None
    assert held.get("ReplicaSet", "shop", "none") is None
    assert held.pod("shop", "") is None


def test_pods_by_labels() -> None:
    """Pods that carry every label of a selector; an empty one selects none."""
    held = mesh(deployment("web", labels="tier: a"), deployment("api", labels="tier: a")).workloads

    assert ["web"] == [w.name for w, _ in held.selected("shop", {"tier": "a", "app": "web"})]
    assert [] == held.selected("shop", {})
    assert [] == held.selected("other", {"tier": "a"})
