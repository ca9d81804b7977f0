"""A request in a mesh of several Kubernetes clusters: each has its own configuration, and pods of its own."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from tests.meshes import app, deployment, service, step, thing, walked
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, Object
from troubleshooter.walk import Walked

SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}"
BARE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}"
STRICT = thing("PeerAuthentication", "default", "mtls: {mode: STRICT}")
DISABLED = thing("DestinationRule", "payments", "host: payments\ntrafficPolicy: {tls: {mode: DISABLE}}")


TOKEN = thing("Secret", "token", namespace="istio-system")


def secret(name: str) -> str:
    """The secret by which istiod reads another cluster."""
    notes = f'labels: {{istio/multiCluster: "true"}}, annotations: {{networking.istio.io/cluster: {name}}}'
    return thing("Secret", f"remote-{name}", namespace="istio-system", meta=notes)


def mesh(east: list[str], west: list[str]) -> Mesh:
    """A mesh of two clusters."""
    texts = {"east": east, "west": west}
    held = [Object(raw=o.raw, file=o.file, cluster=name) for name, t in texts.items() for o in inventory(*t).objects]
    return Mesh(Inventory(objects=tuple(held)))


def from_east(east: list[str], west: list[str], source: str = "shop/deployment/web@east") -> Walked:
    """The walk from web in cluster east to payments."""
    return walked(
        mesh([SPACE, app("web"), service("payments"), *east], [SPACE, *west]), "http://payments:8080/", source
    )


def verdicts(found: Walked) -> list[str]:
    """Each branch: the cluster where it ends, and its verdict."""
    pods = (trail.hop.party.pod for trail in found.trails)
    return [f"{pod.owner.cluster if pod else ''} {b.verdict}" for pod, b in zip(pods, found.walk.branches, strict=True)]


def test_policies_of_the_target_s_own_cluster_hold_there() -> None:
    """STRICT in one cluster says nothing of pods in the other."""
    found = from_east([deployment("payments"), DISABLED], [app("payments"), STRICT])

    assert ["east unreachable", "east reachable"] == verdicts(found)
    assert ["west"] == [b.failed.resource.cluster for b in found.walk.branches if b.failed and b.failed.resource]


def test_rules_of_the_other_cluster_do_not_hold() -> None:
    """A DestinationRule counts for the clients of its own cluster alone."""
    found = from_east([STRICT, app("payments")], [DISABLED])

    assert ["east reachable"] == verdicts(found)


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [([], ["west reachable"]), ([secret("west")], ["west reachable"]), ([TOKEN], ["east unreachable"])],
    ids=["not-seen", "joined", "not-joined"],
)
def test_endpoints_of_a_cluster_that_istiod_reads(secrets: list[str], expected: list[str]) -> None:
    """Without a remote secret its pods are no endpoints; where no secrets were seen, they are taken to be."""
    found = from_east([thing("Sidecar", "all", "egress: [{hosts: ['*/*']}]"), *secrets], [app("payments")])

    assert expected == verdicts(found)


def test_a_cluster_without_configuration_has_that_of_the_other() -> None:
    """It is served by another cluster's istiod."""
    found = from_east([app("payments")], [DISABLED, STRICT])

    assert ["east unreachable"] == verdicts(found)


def config(text: str) -> str:
    """The mesh config of a cluster."""
    return thing("ConfigMap", "istio", namespace="istio-system", rest=f"data:\n  mesh: |\n    {text}\n")


CAPTURE = "defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: 'true'}}"
NOTE = """proxy.istio.io/config: '{"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"}}'"""


@pytest.mark.parametrize(
    ("east", "to", "expected"),
    [
        ([SPACE, app("web")], "http://payments:8080/", "dns"),
        ([SPACE, app("web"), service("payments")], "http://payments:8080/", ""),
        ([SPACE, app("web"), config(CAPTURE)], "http://payments:8080/", ""),
        ([SPACE, service("web"), deployment("web", notes=NOTE)], "http://payments:8080/", ""),
        ([app("web")], "http://payments:8080/", ""),
    ],
    ids=["missing", "there", "proxies-answer", "this-proxy-answers", "namespace-not-seen"],
)
def test_names_of_services_in_other_clusters(east: list[str], to: str, expected: str) -> None:
    """The DNS of a cluster has its own Services alone; a proxy that answers in its place has those of the mesh."""
    found = walked(mesh(east, [SPACE, app("payments")]), to, "shop/deployment/web@east").walk.branches[0]

    assert expected == (str(found.failed.stage) if found.failed else "")


def test_pods_belong_to_the_workload_of_their_own_cluster() -> None:
    """Two workloads of one name do not share their pods."""
    owner = "ownerReferences: [{kind: ReplicaSet, name: web-6c9f7d5b4, controller: true}]"
    pod = thing(
        "Pod",
        "web-6c9f7d5b4-x",
        "containers: [{name: app}]",
        meta=f"labels: {{app: web, pod-template-hash: 6c9f7d5b4}}, {owner}",
    )
    held = mesh([SPACE, deployment("web"), pod], [SPACE, deployment("web")])

    assert {("east", "web-6c9f7d5b4-x"), ("west", "")} == {
        (w.object.cluster, p.name) for w in held.workloads.all for p in w.pods
    }


def test_labels_of_a_namespace_hold_in_its_own_cluster() -> None:
    """A namespace may ask for injection in one cluster and not in the other."""
    held = mesh([BARE, deployment("web")], [SPACE, deployment("web")])

    assert {("east", False), ("west", True)} == {(w.object.cluster, w.representative.proxy) for w in held.workloads.all}


def test_nodes_of_one_name_have_their_own_place() -> None:
    """Clusters may call nodes alike."""

    def node(region: str) -> str:
        return thing("Node", "node-1", namespace="", meta=f"labels: {{topology.kubernetes.io/region: {region}}}")

    pod = thing("Pod", "web", "nodeName: node-1\ncontainers: [{name: app}]")
    held = mesh([node("r1"), pod], [node("r2"), pod])

    assert {("east", "r1"), ("west", "r2")} == {
        (p.owner.cluster, p.locality) for w in held.workloads.all for p in w.pods
    }


def test_facts_are_those_of_the_caller_s_cluster() -> None:
    """The rule in force is not the one of the other cluster."""
    held = mesh([SPACE, app("web"), app("payments"), STRICT], [SPACE, DISABLED])
    found = walked(held, "http://payments:8080/", "shop/deployment/web@east")

    assert "absent" == walk_cases(held, found)[0].facts["destination_rule.presence"].word


def test_one_cluster_is_seen_as_it_is() -> None:
    """Nothing is left out where there is only one."""
    held = Mesh(inventory(SPACE))

    assert held is held.seen_from("")


@pytest.mark.parametrize(
    ("east", "west", "expected"),
    [
        ([], [app("payments")], ("pods of cluster west can be reached from cluster east",)),
        ([app("payments")], [], ()),
    ],
)
def test_the_network_between_clusters_is_assumed(east: list[str], west: list[str], expected: tuple[str, ...]) -> None:
    """No object tells whether pods of one cluster reach those of another."""
    found = from_east(east, west)

    assert expected == step(found, "endpoint").assumes
