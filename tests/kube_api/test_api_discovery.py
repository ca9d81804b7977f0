"""What the API server for tests says of itself."""

from __future__ import annotations

import pytest

from tests.kube_api.asking import ask, shop
from tests.kube_api.kinds import ALL
from tests.kube_api.server import ApiServer

AGGREGATED = {"Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"}


def versions(api: ApiServer, group: str) -> list[str] | None:
    """The versions of a group in the aggregated document."""
    items = ask(api, "/apis", headers=AGGREGATED).json["items"]
    found = [[v["version"] for v in i["versions"]] for i in items if i["metadata"]["name"] == group]
    return found[0] if found else None


def test_versions_come_in_the_order_of_preference() -> None:
    """GA, then beta, then alpha."""
    with ApiServer([]) as api:
        assert ["v1", "v1beta1", "v1alpha3"] == versions(api, "networking.istio.io")


def test_an_old_cluster_serves_old_versions() -> None:
    """Versions are settable."""
    with ApiServer([], served={"networking.istio.io": ["v1alpha3"]}) as api:
        assert ["v1alpha3"] == versions(api, "networking.istio.io")


def test_a_version_that_is_not_served_is_not_found() -> None:
    """404 in plain text."""
    with ApiServer(shop(), served={"networking.istio.io": ["v1alpha3"]}) as api:
        assert 404 == ask(api, "/apis/networking.istio.io/v1/virtualservices").status


def test_objects_are_served_in_the_versions_that_are_left() -> None:
    """An object of v1 comes as v1alpha3."""
    with ApiServer(shop(), served={"networking.istio.io": ["v1alpha3"]}) as api:
        assert ["payments"] == ask(api, "/apis/networking.istio.io/v1alpha3/virtualservices").names


def test_a_group_may_be_missing() -> None:
    """No Gateway API in this cluster."""
    with ApiServer([], served={"gateway.networking.k8s.io": ()}) as api:
        assert versions(api, "gateway.networking.k8s.io") is None


def test_a_single_crd_may_be_missing() -> None:
    """Telemetry has its group for itself."""
    with ApiServer([], missing=["telemetries.telemetry.istio.io"]) as api:
        assert versions(api, "telemetry.istio.io") is None


def test_the_old_discovery_lists_groups() -> None:
    """Without the aggregated form, /apis is an APIGroupList."""
    with ApiServer([], aggregated=False) as api:
        assert "APIGroupList" == ask(api, "/apis", headers=AGGREGATED).json["kind"]


def test_the_old_discovery_lists_resources() -> None:
    """One document for each version of a group, with subresources."""
    with ApiServer([]) as api:
        names = {r["name"] for r in ask(api, "/api/v1").json["resources"]}
    assert {"pods", "pods/exec", "pods/log", "pods/portforward", "pods/proxy"} <= names


def test_the_version_is_settable() -> None:
    """/version says which Kubernetes this is."""
    with ApiServer([], version=(1, 21)) as api:
        assert "v1.21.0" == ask(api, "/version").json["gitVersion"]


def test_a_kind_that_nobody_knows_is_served_too() -> None:
    """As if a CRD had brought it."""
    odd = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a, namespace: shop}"
    with ApiServer(shop(odd)) as api:
        assert ["a"] == ask(api, "/apis/cilium.io/v2/ciliumnetworkpolicies").names


@pytest.mark.parametrize("name", sorted({r.group for r in ALL} - {""}))
def test_each_group_has_its_document(name: str) -> None:
    """In the preferred version, with the verb list unless reviews are all there is."""
    with ApiServer([]) as api:
        group = ask(api, f"/apis/{name}").json
        rows = ask(api, f"/apis/{group['preferredVersion']['groupVersion']}").json["resources"]
    assert rows
