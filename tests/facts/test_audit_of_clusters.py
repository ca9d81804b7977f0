"""An audit of a mesh of several Kubernetes clusters judges each by its own configuration."""

from __future__ import annotations

from tests.inventories import inventory
from tests.meshes import app, thing
from troubleshooter.facts import audit_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, Object

SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}"
ROUTES = thing(
    "VirtualService", "payments", "hosts: [payments]\nhttp: [{route: [{destination: {host: payments, subset: v2}}]}]"
)
RULE = thing("DestinationRule", "payments", "host: payments\nsubsets: [{name: v2, labels: {version: v2}}]")


def mesh(**clusters: list[str]) -> Mesh:
    """A mesh of these clusters."""
    held = [Object(raw=o.raw, cluster=name) for name, texts in clusters.items() for o in inventory(*texts).objects]
    return Mesh(Inventory(objects=tuple(held)))


def test_a_subset_that_is_defined_in_the_other_cluster_is_not_defined_here() -> None:
    """The same VirtualService stands in both clusters, and its DestinationRule in one."""
    both = [SPACE, app("payments"), ROUTES]
    cases = audit_cases(mesh(east=both, west=[*both, RULE]))
    found = {
        case.id.rpartition("@")[2]: case.facts["destination.subset"].word for case in cases if "/route/" in case.id
    }

    assert {"east": "not-defined", "west": "defined"} == found


def test_every_object_is_judged_once() -> None:
    """A Service of one cluster is no piece of the other."""
    cases = audit_cases(mesh(east=[SPACE, app("web")], west=[SPACE, app("payments")]))
    found = [(case.id.split("/")[2].partition(".")[0], case.id[-4:]) for case in cases if "piece/service/" in case.id]

    assert [("web", "east"), ("payments", "west")] == found
