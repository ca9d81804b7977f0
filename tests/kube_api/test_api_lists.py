"""Lists and single objects of the API server for tests."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from tests.kube_api.asking import ask, connection, shop
from tests.kube_api.server import ApiServer

TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}
PARTIAL = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}


@pytest.fixture(scope="module")
def api() -> Iterator[ApiServer]:
    """One for all tests that only read."""
    with ApiServer(shop()) as running:
        yield running


def test_a_list_of_the_cluster_has_all_namespaces(api: ApiServer) -> None:
    """Pods of both namespaces come, in the order of their keys."""
    assert ["bank-1", "web-1", "web-2"] == ask(api, "/api/v1/pods").names


def test_a_list_of_a_namespace_has_only_its_own(api: ApiServer) -> None:
    """Only pods of that namespace come."""
    assert ["web-1", "web-2"] == ask(api, "/api/v1/namespaces/shop/pods").names


def test_a_list_says_what_it_is(api: ApiServer) -> None:
    """A list of pods is a PodList of v1."""
    found = ask(api, "/api/v1/pods").json
    assert ("PodList", "v1") == (found["kind"], found["apiVersion"])


def test_items_of_kubernetes_own_lists_have_no_kind(api: ApiServer) -> None:
    """As the real server prints them."""
    assert {"metadata", "spec", "status"} == set(ask(api, "/api/v1/pods").json["items"][0])


def test_items_of_custom_resources_have_their_kind(api: ApiServer) -> None:
    """In the version that was asked for."""
    found = ask(api, "/apis/networking.istio.io/v1alpha3/virtualservices").json["items"][0]
    assert ("VirtualService", "networking.istio.io/v1alpha3") == (found["kind"], found["apiVersion"])


def test_an_empty_list_is_a_list(api: ApiServer) -> None:
    """Nothing there is no error."""
    assert (200, []) == ((found := ask(api, "/api/v1/services")).status, found.names)


def test_pages_follow_one_another(api: ApiServer) -> None:
    """The token of a page leads to the next, and the last has none."""
    first = ask(api, "/api/v1/pods?limit=2").json
    second = ask(api, f"/api/v1/pods?limit=2&continue={first['metadata']['continue']}")
    assert (["web-2"], None) == (second.names, second.json["metadata"].get("continue"))


def test_a_page_says_how_many_are_left(api: ApiServer) -> None:
    """One of three is left after two."""
    assert 1 == ask(api, "/api/v1/pods?limit=2").json["metadata"]["remainingItemCount"]


def test_with_a_selector_nobody_knows_how_many_are_left(api: ApiServer) -> None:
    """The count is left out."""
    assert "remainingItemCount" not in ask(api, "/api/v1/pods?limit=1&labelSelector=app%3Dweb").json["metadata"]


def test_a_list_of_any_version_comes_whole(api: ApiServer) -> None:
    """The watch cache answers, which knows no pages."""
    assert 3 == len(ask(api, "/api/v1/pods?limit=2&resourceVersion=0").names)


def test_what_is_no_token_is_refused(api: ApiServer) -> None:
    """400."""
    assert 400 == ask(api, "/api/v1/pods?limit=2&continue=abc").status


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("app=web", ["web-1", "web-2"]),
        ("app==web,version!=v1", ["web-2"]),
        ("app in (web, bank)", ["bank-1", "web-1", "web-2"]),
        ("version notin (v1)", ["bank-1", "web-2"]),
        ("version", ["web-1", "web-2"]),
        ("!version", ["bank-1"]),
    ],
)
def test_labels_select(api: ApiServer, selector: str, names: list[str]) -> None:
    """Each form of a label selector."""
    assert names == ask(api, f"/api/v1/pods?labelSelector={selector.replace(' ', '%20')}").names


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("metadata.name=web-1", ["web-1"]),
        ("metadata.namespace!=shop", ["bank-1"]),
        ("spec.nodeName=one", ["bank-1", "web-1"]),
        ("spec.nodeName=one,status.phase=Running", ["web-1"]),
    ],
)
def test_fields_select(api: ApiServer, selector: str, names: list[str]) -> None:
    """Those fields that pods may be selected by."""
    assert names == ask(api, f"/api/v1/pods?fieldSelector={selector}").names


def test_not_every_field_selects(api: ApiServer) -> None:
    """Another field is refused."""
    found = ask(api, "/api/v1/pods?fieldSelector=spec.hostname=x")
    assert (400, "field label not supported: spec.hostname") == (found.status, found.json["message"])


def test_metadata_alone(api: ApiServer) -> None:
    """A PartialObjectMetadataList has no spec."""
    found = ask(api, "/api/v1/pods", headers=PARTIAL).json
    assert ("PartialObjectMetadataList", {"kind", "apiVersion", "metadata"}) == (found["kind"], set(found["items"][0]))


def test_a_table(api: ApiServer) -> None:
    """The cells of kubectl's table."""
    found = ask(api, "/api/v1/namespaces/shop/pods", headers=TABLE).json
    assert ["web-1", "1/2", "Running", 3, "<unknown>", "10.0.0.1", "one"] == found["rows"][0]["cells"]


def test_a_single_object_has_its_kind(api: ApiServer) -> None:
    """A pod that is asked for by name."""
    found = ask(api, "/api/v1/namespaces/shop/pods/web-1").json
    assert ("v1", "Pod", "web-1") == (found["apiVersion"], found["kind"], found["metadata"]["name"])


def test_an_object_that_is_not_there(api: ApiServer) -> None:
    """404 with a Status."""
    found = ask(api, "/apis/networking.istio.io/v1/namespaces/shop/virtualservices/x").json
    assert 'virtualservices.networking.istio.io "x" not found' == found["message"]


def test_a_group_that_is_not_there(api: ApiServer) -> None:
    """404 in plain text, as from the real server."""
    found = ask(api, "/apis/no.such.group/v1/things")
    assert (404, b"404 page not found\n") == (found.status, found.body)


def test_every_object_has_a_uid_and_a_version(api: ApiServer) -> None:
    """Also where none was given."""
    assert {"uid", "resourceVersion"} <= set(ask(api, "/api/v1/namespaces/shop").json["metadata"])


def test_a_connection_is_kept(api: ApiServer) -> None:
    """Two requests go over one connection."""
    wire = connection(api)
    for _ in range(2):
        wire.request("GET", "/api/v1/namespaces")
        answer = wire.getresponse()
        answer.read()
    wire.close()
    assert not answer.will_close


def test_large_answers_are_compressed_for_those_who_ask() -> None:
    """Beyond 128 KiB, as the real server does."""
    big = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: big, namespace: shop}}\ndata: {{a: {'x' * 200_000}}}"
    with ApiServer(shop(big)) as api:
        path = "/api/v1/namespaces/shop/configmaps/big"
        packed = ask(api, path, headers={"Accept-Encoding": "gzip"})
        assert ask(api, path).body == gzip.decompress(packed.body)


def test_what_was_asked_is_kept() -> None:
    """Method, path with query, headers."""
    with ApiServer(shop()) as api:
        ask(api, "/api/v1/pods?limit=2", headers={"X-Test": "yes"})
        assert [("GET", "/api/v1/pods?limit=2", "yes")] == [(m, p, h["X-Test"]) for m, p, h in api.requests]
