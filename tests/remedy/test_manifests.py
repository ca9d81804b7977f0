"""Manifests are YAML that kubectl takes, and their undoing is said."""

from __future__ import annotations

import yaml

from tests.inventories import EXACT, SHOP, inventory
from troubleshooter.model import Object, Resource
from troubleshooter.remedy import manifests
from troubleshooter.remedy.edits import make
from troubleshooter.rulebook import Edit

ROLES = {
    "virtual_service": Resource(group="networking.istio.io", kind="VirtualService", namespace="shop", name="payments")
}
ENTRY = {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": {"name": "a", "namespace": "shop"}}


def test_manifest_reads_back() -> None:
    """A manifest parses to the objects that it was made of; kinds come first."""
    text = manifests.manifest([{"spec": {"a": ["x: y", "multi\nline"]}, "kind": "K", "apiVersion": "v1"}, ENTRY])

    assert text.startswith("apiVersion: v1\nkind: K\n")
    assert [{"apiVersion": "v1", "kind": "K", "spec": {"a": ["x: y", "multi\nline"]}}, ENTRY] == list(
        yaml.safe_load_all(text)
    )


def test_manifest_without_anchors() -> None:
    """An object that uses a part twice is written out twice."""
    part = {"host": "a"}

    assert "&" not in manifests.manifest([{"spec": [part, part]}])


def test_rollback_of_a_change() -> None:
    """What undoes a change is the object as it was, without what the server sets."""
    edit = Edit(verb="set", role="virtual_service", at="spec.hosts", value=["other"])
    change = make((edit,), inventory(EXACT), ROLES, {})

    assert ["payments"] == yaml.safe_load(manifests.rollback(change))["spec"]["hosts"]


def test_rollback_of_a_creation() -> None:
    """What undoes a creation is a deletion."""
    change = make((Edit(verb="create", value=ENTRY),), inventory(EXACT), {}, {})

    assert "# kubectl delete serviceentries.networking.istio.io a -n shop\n" == manifests.rollback(change)


def test_deletion_of_a_core_object() -> None:
    """Core kinds have no group, cluster-scoped objects no namespace."""
    thing = Object(raw={"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})

    assert "kubectl delete namespaces shop" == " ".join(manifests.deletion(thing))


def test_restart_commands() -> None:
    """A controller's pods are rolled, a bare pod is deleted."""
    assert "kubectl rollout restart deployment/web -n shop" == manifests.restart_command(
        ("", "apps", "Deployment", "shop", "web")
    )
    assert manifests.restart_command(("", "", "Pod", "shop", "web")).startswith("kubectl delete pod web -n shop")


def test_pods_that_cannot_be_rolled() -> None:
    """A Job is made anew before its new template is applied; a CronJob needs only another run."""
    assert manifests.restart_command(("", "batch", "Job", "shop", "load")).startswith("kubectl delete job load -n shop")
    assert manifests.restart_command(("", "batch", "CronJob", "shop", "load")).startswith(
        "kubectl create job load-now --from=cronjob/load -n shop"
    )


def test_a_field_taken_away_needs_replace() -> None:
    """`kubectl apply` may leave a field that it did not write."""
    edit = Edit(verb="remove", role="virtual_service", at="spec.hosts", value="")

    assert manifests.removes(make((edit,), inventory(EXACT), ROLES, {}))


def test_a_map_set_anew_needs_replace() -> None:
    """A key that is no longer in a map has been taken away too."""
    edit = Edit(verb="set", role="virtual_service", at="spec", value={"hosts": ["payments"]})

    assert manifests.removes(make((edit,), inventory(EXACT), ROLES, {}))


def test_a_field_added_needs_no_replace() -> None:
    """What is only added or changed is applied."""
    edit = Edit(verb="set", role="virtual_service", at="spec.hosts", value=["other"])

    assert not manifests.removes(make((edit,), inventory(EXACT), ROLES, {}))


def test_a_shorter_list_of_a_custom_resource_needs_no_replace() -> None:
    """Of a custom resource `kubectl apply` writes lists as a whole."""
    edit = Edit(verb="set", role="virtual_service", at="spec.http", value=[])

    assert not manifests.removes(make((edit,), inventory(EXACT), ROLES, {}))


def test_a_shorter_list_of_a_built_in_kind_needs_replace() -> None:
    """Of a built-in kind `kubectl apply` merges lists, so an item may stay."""
    role = {"service": Resource(group="", kind="Service", namespace="shop", name="payments")}
    edit = Edit(verb="set", role="service", at="spec.ports", value=[])

    assert manifests.removes(make((edit,), inventory(SHOP), role, {}))
