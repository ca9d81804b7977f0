"""Writes to the API server for tests: create, update, patch, delete, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kube_api.asking import Answer, ask, shop
from tests.kube_api.messages import Json
from tests.kube_api.server import ApiServer

SERVICES = "/api/v1/namespaces/shop/services"
ROUTES = "/apis/networking.istio.io/v1/namespaces/shop/virtualservices"
SERVICE: Json = {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80, "name": "http"}, {"port": 81}]}}


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """A small cluster."""
    with ApiServer(shop()) as running:
        yield running


def held(api: ApiServer, kind: str) -> list[Json]:
    """The specs of a kind's objects."""
    return [each["spec"] for each in api.objects if each["kind"] == kind]


def patched(api: ApiServer, path: str, kind: str, body: Any) -> Answer:
    """A patch of a kind."""
    return ask(api, path, "PATCH", body, {"Content-Type": f"application/{kind}+json"})


def test_create(api: ApiServer) -> None:
    """201, and it is there."""
    assert (201, [SERVICE["spec"]]) == (ask(api, SERVICES, "POST", SERVICE).status, held(api, "Service"))


def test_what_is_created_gets_what_the_server_gives(api: ApiServer) -> None:
    """Namespace, uid, times and versions."""
    metadata = ask(api, SERVICES, "POST", SERVICE).json["metadata"]
    assert {"name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"} == set(
        metadata
    )


def test_a_name_may_be_made(api: ApiServer) -> None:
    """From generateName."""
    made = ask(api, SERVICES, "POST", {"metadata": {"generateName": "a-"}}).json["metadata"]["name"]
    assert (True, 7) == (made.startswith("a-"), len(made))


def test_what_is_there_cannot_be_created(api: ApiServer) -> None:
    """409 AlreadyExists."""
    found = ask(api, ROUTES, "POST", {"metadata": {"name": "payments"}}).json
    expected = (409, "AlreadyExists", 'virtualservices.networking.istio.io "payments" already exists')
    assert expected == (found["code"], found["reason"], found["message"])


def test_nothing_is_created_in_no_namespace(api: ApiServer) -> None:
    """404 for the namespace."""
    found = ask(api, "/api/v1/namespaces/gone/services", "POST", SERVICE).json
    assert (404, 'namespaces "gone" not found') == (found["code"], found["message"])


def test_nothing_is_created_in_another_namespace(api: ApiServer) -> None:
    """400 where path and object differ."""
    assert 400 == ask(api, SERVICES, "POST", {"metadata": {"name": "a", "namespace": "bank"}}).status


def test_what_is_no_json_is_refused(api: ApiServer) -> None:
    """400."""
    assert 400 == ask(api, SERVICES, "POST", b"{").status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_dry_run_stores_nothing(api: ApiServer, method: str) -> None:
    """Whatever is asked."""
    before = api.objects
    path = f"{SERVICES}?dryRun=All" if method == "POST" else f"{ROUTES}/payments?dryRun=All"
    version = ask(api, f"{ROUTES}/payments").json["metadata"]["resourceVersion"]
    body = SERVICE if method == "POST" else {"metadata": {"resourceVersion": version}, "spec": {"hosts": ["b"]}}
    headers = {"Content-Type": "application/merge-patch+json"}
    found = ask(api, path, method, body if method != "DELETE" else None, headers)
    assert (True, before) == (found.status < 300, api.objects)


def test_a_dry_run_that_is_not_all_is_refused(api: ApiServer) -> None:
    """422."""
    assert 422 == ask(api, f"{SERVICES}?dryRun=Some", "POST", SERVICE).status


def test_an_update_of_an_old_version_conflicts(api: ApiServer) -> None:
    """409 Conflict."""
    found = ask(api, f"{ROUTES}/payments", "PUT", {"metadata": {"resourceVersion": "1"}, "spec": {}})
    assert (409, "Conflict") == (found.status, found.json["reason"])


def test_an_update_of_a_custom_resource_needs_its_version(api: ApiServer) -> None:
    """422."""
    assert 422 == ask(api, f"{ROUTES}/payments", "PUT", {"spec": {"hosts": ["b"]}}).status


def test_an_update_gives_a_new_version(api: ApiServer) -> None:
    """And the new object."""
    each = ask(api, f"{ROUTES}/payments").json
    found = ask(api, f"{ROUTES}/payments", "PUT", {**each, "spec": {"hosts": ["b"]}}).json
    assert (["b"], True) == (
        found["spec"]["hosts"],
        found["metadata"]["resourceVersion"] != each["metadata"]["resourceVersion"],
    )


def test_an_update_that_changes_nothing_gives_no_new_version(api: ApiServer) -> None:
    """As etcd is not written then."""
    each = ask(api, f"{ROUTES}/payments").json
    assert each == ask(api, f"{ROUTES}/payments", "PUT", each).json


def test_a_merge_patch(api: ApiServer) -> None:
    """None takes away."""
    patched(api, f"{ROUTES}/payments", "merge-patch", {"spec": {"hosts": ["b"], "http": None}})
    assert [{"hosts": ["b"]}] == held(api, "VirtualService")


def test_a_json_patch(api: ApiServer) -> None:
    """Step by step."""
    steps = [
        {"op": "test", "path": "/spec/hosts/0", "value": "payments"},
        {"op": "add", "path": "/spec/hosts/-", "value": "b"},
        {"op": "remove", "path": "/spec/http"},
        {"op": "replace", "path": "/spec/hosts/0", "value": "a"},
    ]
    patched(api, f"{ROUTES}/payments", "json-patch", steps)
    assert [{"hosts": ["a", "b"]}] == held(api, "VirtualService")


def test_a_json_patch_that_does_not_fit(api: ApiServer) -> None:
    """422, and nothing happens."""
    before = api.objects
    found = patched(api, f"{ROUTES}/payments", "json-patch", [{"op": "test", "path": "/spec/hosts/0", "value": "x"}])
    assert (422, before) == (found.status, api.objects)


def test_a_strategic_patch_merges_lists_by_key(api: ApiServer) -> None:
    """A port is changed, one taken away, the order kept."""
    ask(api, SERVICES, "POST", SERVICE)
    ports = [{"port": 80, "targetPort": 8080}, {"port": 81, "$patch": "delete"}]
    patched(api, f"{SERVICES}/a", "strategic-merge-patch", {"spec": {"ports": ports}})
    assert [{"ports": [{"port": 80, "name": "http", "targetPort": 8080}]}] == held(api, "Service")


def test_a_custom_resource_takes_no_strategic_patch(api: ApiServer) -> None:
    """415, as from the real server."""
    assert 415 == patched(api, f"{ROUTES}/payments", "strategic-merge-patch", {}).status


def test_delete(api: ApiServer) -> None:
    """It is gone, and the answer says what it was."""
    found = ask(api, f"{ROUTES}/payments", "DELETE").json
    assert ("Success", "payments", []) == (found["status"], found["details"]["name"], held(api, "VirtualService"))


def test_delete_of_what_is_not_there(api: ApiServer) -> None:
    """404."""
    assert 404 == ask(api, f"{ROUTES}/nope", "DELETE").status


def test_delete_of_another_than_was_meant(api: ApiServer) -> None:
    """409 where the uid is not the same."""
    assert 409 == ask(api, f"{ROUTES}/payments", "DELETE", {"preconditions": {"uid": "other"}}).status


def test_a_webhook_refuses() -> None:
    """With the words of the API server around its own, also in a dry run."""
    with ApiServer(shop(), refuse=lambda each: "no such port" if each["kind"] == "Service" else "") as api:
        found = ask(api, f"{SERVICES}?dryRun=All", "POST", SERVICE).json
    assert (400, 'admission webhook "validation.istio.io" denied the request: no such port') == (
        found["code"],
        found["message"],
    )


def test_the_servers_objects_are_not_the_tests() -> None:
    """What was given is not changed by a write."""
    objects = shop()
    with ApiServer(objects) as api:
        patched(api, f"{ROUTES}/payments", "merge-patch", {"spec": {"hosts": ["b"]}})
        ask(api, "/api/v1/namespaces/shop/pods/web-1", "DELETE")
    assert shop() == objects
