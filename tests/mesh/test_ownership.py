"""Whose a pod is where no owner reference tells: what selects it."""

from __future__ import annotations

import pytest

from tests.meshes import deployment, mesh, thing


def pods(name: str, *texts: str) -> list[str]:
    """The pods of a Deployment, by name; "" stands for those that were not seen."""
    found = mesh(*texts).workloads.get("Deployment", "shop", name)
    assert found is not None
    return [p.name for p in found.pods]


def selecting(name: str, selector: str) -> str:
    """A Deployment with a selector."""
    template = "{metadata: {labels: {app: web}}}"
    return thing("Deployment", name, f"selector: {selector}\ntemplate: {template}")


def pod(name: str, labels: str = "app: web", owners: str = "[]") -> str:
    """A pod with these labels and owners."""
    meta = f"labels: {{{labels}}}, ownerReferences: {owners}"
    return thing("Pod", name, "containers: [{name: app}]", meta=meta)


def test_pod_of_nobody() -> None:
    """It belongs to the Deployment that selects it, whatever its name."""
    assert ["some"] == pods("web", selecting("web", "{matchLabels: {app: web}}"), pod("some"))


def test_template_stands_for_a_selector() -> None:
    """A Deployment written by hand may lack its selector: the labels of its template stand for it."""
    assert ["some"] == pods("web", deployment("web"), pod("some"))


@pytest.mark.parametrize(
    "selector",
    ["{matchLabels: {app: other}}", "{matchLabels: {app: web}, matchExpressions: [{key: x, operator: Exists}]}"],
)
def test_pod_that_is_not_selected(selector: str) -> None:
    """It stands for itself, and the template for the Deployment's pods."""
    assert [""] == pods("web", selecting("web", selector), pod("some"))


def test_two_that_select_it() -> None:
    """The name tells which it is; where it does not, the pod stands for itself."""
    two = selecting("web", "{matchLabels: {app: web}}"), selecting("canary", "{matchLabels: {app: web}}")

    assert ["web-1"] == pods("web", *two, pod("web-1"))
    assert [""] == pods("web", *two, pod("some"))


def test_owner_that_is_no_replica_set() -> None:
    """A pod of a controller that was not read is not given to another that selects it."""
    owner = "[{kind: StatefulSet, name: web, controller: true}]"

    assert [] == pods("web", selecting("web", "{matchLabels: {app: web}}"), pod("web-0", owners=owner))


def owned_by(kind: str, name: str) -> str:
    """A reference to whoever made an object."""
    return f"[{{kind: {kind}, name: {name}, controller: true}}]"


@pytest.mark.parametrize("operator", ["Gateway", "Istio", "Workflow"])
def test_workload_that_an_operator_made(operator: str) -> None:
    """Its pods are its own, by way of its ReplicaSet: they come from its template."""
    template = "template: {metadata: {labels: {app: gw}}}"
    made = thing("Deployment", "gw", template, meta=f"ownerReferences: {owned_by(operator, 'gw')}")
    hashed = "app: gw, pod-template-hash: abc"

    assert ["gw-abc-1"] == pods("gw", made, pod("gw-abc-1", hashed, owned_by("ReplicaSet", "gw-abc")))


def test_replica_set_that_an_operator_made() -> None:
    """Where nothing that is known to make pods stands above it, it is the workload."""
    made = thing(
        "ReplicaSet",
        "web",
        "template: {metadata: {labels: {app: web}}}",
        meta=f"ownerReferences: {owned_by('CloneSet', 'web')}",
    )
    found = mesh(made, pod("web-1", owners=owned_by("ReplicaSet", "web"))).workloads.get("ReplicaSet", "shop", "web")

    assert found is not None
    assert ["web-1"] == [p.name for p in found.pods]


def test_workload_that_another_one_made() -> None:
    """A ReplicaSet of a Deployment is no workload of its own."""
    held = mesh(
        deployment("web"),
        thing(
            "ReplicaSet",
            "web-abc",
            "template: {metadata: {labels: {app: web}}}",
            meta=f"ownerReferences: {owned_by('Deployment', 'web')}",
        ),
        pod("web-abc-1", owners=owned_by("ReplicaSet", "web-abc")),
    )

    assert [("Deployment", ["web-abc-1"])] == [(w.object.kind, [p.name for p in w.pods]) for w in held.workloads.all]
