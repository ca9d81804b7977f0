"""What is read of a cluster that answers."""

from __future__ import annotations

import pytest

from tests.collect.cluster.conftest import ISTIO, OBJECTS, Read
from tests.kube_api import faults
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.snapshot import Snapshot

VIRTUAL_SERVICE = ("", "networking.istio.io", "VirtualService", "")


def names(found: Snapshot) -> set[tuple[str, str]]:
    """Kind and name of all that was read."""
    return {(thing.kind, thing.name) for thing in found.inventory().objects}


SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "key", "namespace": "shop"},
    "data": {"tls.key": "c2VjcmV0"},
}


def test_all_objects_that_a_diagnosis_uses(read: Read) -> None:
    """Configuration, workloads and the ConfigMaps of the mesh."""
    with ApiServer([*OBJECTS, *ISTIO]) as api:
        found = read(api)

    expected = {(one["kind"], one["metadata"]["name"]) for one in [*OBJECTS, *ISTIO]}
    assert expected == names(found)


def test_no_secret_is_asked_for(read: Read) -> None:
    """Neither are other ConfigMaps than those of the mesh."""
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app", "namespace": "shop"}}
    with ApiServer([*OBJECTS, *ISTIO, SECRET, other]) as api:
        found = read(api)
        asked = [path for _, path, _ in api.requests]

    assert not [path for path in asked if "secrets" in path]
    assert ("ConfigMap", "app") not in names(found)


def test_more_objects_than_one_page_holds(read: Read) -> None:
    """They come in pages, and all of them arrive."""
    many = [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"s{number}", "namespace": "shop"}}
        for number in range(2500)
    ]
    with ApiServer([*OBJECTS, *many]) as api:
        found = read(api)
        pages = [path for _, path, _ in api.requests if path.startswith("/api/v1/services?")]

    assert 2501 == sum(kind == "Service" for kind, _ in names(found))
    assert 3 == len(pages)


def test_complete_lists_are_recorded(read: Read) -> None:
    """So that a missing object is known to be absent; lists of some names are not complete."""
    with ApiServer([*OBJECTS, *ISTIO]) as api:
        listed = read(api).inventory().listed

    assert VIRTUAL_SERVICE in listed
    assert ("", "", "Pod", "") in listed
    assert ("", "", "ConfigMap", "") not in listed


@pytest.mark.parametrize("aggregated", [True, False])
def test_cluster_without_istio(read: Read, *, aggregated: bool) -> None:
    """A group that is not served is not installed: there is no object of it for sure, and nothing failed."""
    gone: dict[str, list[str]] = {"networking.istio.io": [], "security.istio.io": [], "gateway.networking.k8s.io": []}
    with ApiServer(OBJECTS, served=gone, aggregated=aggregated) as api:
        found = read(api).inventory()
        asked = [path for _, path, _ in api.requests]

    assert VIRTUAL_SERVICE in found.listed
    assert () == found.not_checked
    assert not [path for path in asked if "virtualservices" in path]


@pytest.mark.parametrize("aggregated", [True, False])
def test_old_istio(read: Read, *, aggregated: bool) -> None:
    """A cluster that serves v1alpha3 alone is read in that version."""
    old = {**ISTIO[2], "apiVersion": "networking.istio.io/v1alpha3"}
    served = {"networking.istio.io": ["v1alpha3"]}
    with ApiServer([*OBJECTS, old], served=served, aggregated=aggregated) as api:
        found = read(api)

    assert ("VirtualService", "payments") in names(found)


def test_config_maps_of_revisions(read: Read) -> None:
    """Each revision has its own, which its webhook names."""
    webhook = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "istio-sidecar-injector-canary", "labels": {"istio.io/rev": "canary"}},
        "webhooks": [],
    }
    config = {**ISTIO[1], "metadata": {"name": "istio-canary", "namespace": "istio-system"}}
    with ApiServer([*OBJECTS, *ISTIO, webhook, config]) as api:
        found = read(api)

    assert ("ConfigMap", "istio-canary") in names(found)


def test_time_of_observation(read: Read) -> None:
    """It is the cluster's, which may not be that of this machine."""
    with ApiServer(OBJECTS, faults=[faults.skewed("*", 86_400)]) as api, ApiServer(OBJECTS) as other:
        ahead = read(api).observed
        now = read(other).observed

    assert ahead is not None
    assert now is not None
    assert 86_300 < ahead - now < 86_500


def test_what_the_server_wrote_for_itself_is_dropped(read: Read) -> None:
    """Managed fields and the last applied configuration repeat the object, with values that were secret."""
    noisy = {
        **ISTIO[2],
        "metadata": {
            "name": "payments",
            "namespace": "shop",
            "managedFields": [{"manager": "x"}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"},
        },
    }
    with ApiServer([*OBJECTS, noisy]) as api:
        (thing,) = (one for one in read(api).inventory().objects if one.kind == "VirtualService")

    assert "managedFields" not in thing.metadata
    assert {"kept": "yes"} == thing.annotations
