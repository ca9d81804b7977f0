"""Server-side apply: what merges, who owns what, and what conflicts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.kube_api import fieldsets
from tests.kube_api.asking import Answer, apply, ask, shop
from tests.kube_api.messages import Json
from tests.kube_api.server import ApiServer

ROUTE = "/apis/networking.istio.io/v1/namespaces/shop/virtualservices/payments"
NEW = "/apis/networking.istio.io/v1/namespaces/shop/virtualservices/new"
DEPLOYMENT = "/apis/apps/v1/namespaces/shop/deployments/web"


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """A small cluster, with a VirtualService that nobody applied."""
    with ApiServer(shop()) as running:
        yield running


def route(**spec: object) -> Json:
    """A VirtualService with a spec."""
    return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "spec": spec}


def deployment(*containers: Json) -> Json:
    """A Deployment with containers."""
    spec = {"template": {"spec": {"containers": list(containers)}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}


def managers(answer: Answer) -> list[tuple[str, str]]:
    """Who owns something of an object."""
    return [(e["manager"], e["operation"]) for e in answer.json["metadata"]["managedFields"]]


def test_what_is_new_is_created(api: ApiServer) -> None:
    """201, owned by who applied it."""
    found = apply(api, NEW, route(hosts=["a"]))
    assert (201, [("me", "Apply")]) == (found.status, managers(found))


def test_fields_that_are_not_named_stay(api: ApiServer) -> None:
    """Only what is applied is changed."""
    found = apply(api, ROUTE, route(gateways=["g"])).json["spec"]
    assert {"hosts", "http", "gateways"} == set(found)


def test_the_same_value_is_shared(api: ApiServer) -> None:
    """No conflict; both own it."""
    found = apply(api, ROUTE, route(hosts=["payments"]))
    assert (200, [("before-first-apply", "Update"), ("me", "Apply")]) == (found.status, managers(found))


def test_another_value_conflicts(api: ApiServer) -> None:
    """409, with the field and its owner."""
    found = apply(api, ROUTE, route(hosts=["other"])).json
    cause = {
        "reason": "FieldManagerConflict",
        "message": 'conflict with "before-first-apply" using networking.istio.io/v1',
        "field": ".spec.hosts",
    }
    assert (409, [cause]) == (found["code"], found["details"]["causes"])


def test_several_conflicts_are_listed(api: ApiServer) -> None:
    """Each field on a line of its own."""
    found = apply(api, ROUTE, route(hosts=["other"], http=[])).json["message"]
    expected = (
        'Apply failed with 2 conflicts: conflicts with "before-first-apply" using networking.istio.io/v1:\n'
        "- .spec.hosts\n- .spec.http"
    )
    assert expected == found


def test_force_takes_the_field(api: ApiServer) -> None:
    """The other owner loses it, and keeps the rest."""
    found = apply(api, ROUTE, route(hosts=["other"]), more="&force=true").json
    owned = {e["manager"]: fieldsets.read(e["fieldsV1"]) for e in found["metadata"]["managedFields"]}
    assert {"before-first-apply": {("spec", "http")}, "me": {("spec", "hosts")}} == owned


def test_what_is_applied_no_more_goes(api: ApiServer) -> None:
    """A field that one owned alone is taken away."""
    apply(api, NEW, route(hosts=["a"], gateways=["g"]))
    assert {"hosts": ["a"]} == apply(api, NEW, route(hosts=["a"])).json["spec"]


def test_what_is_applied_no_more_stays_with_its_other_owner(api: ApiServer) -> None:
    """Of a shared field only the share goes."""
    apply(api, NEW, route(hosts=["a"], gateways=["g"]))
    apply(api, NEW, route(gateways=["g"]), "other")
    assert {"hosts": ["a"], "gateways": ["g"]} == apply(api, NEW, route(hosts=["a"])).json["spec"]


def test_applying_twice_changes_nothing(api: ApiServer) -> None:
    """Not even the version."""
    first = apply(api, NEW, route(hosts=["a"])).json
    assert first == apply(api, NEW, route(hosts=["a"])).json


def test_a_dry_run_tells_what_would_be(api: ApiServer) -> None:
    """The new value comes back, the old one stays."""
    found = apply(api, ROUTE, route(hosts=["other"]), more="&force=true&dryRun=All").json
    assert (["other"], ["payments"]) == (found["spec"]["hosts"], ask(api, ROUTE).json["spec"]["hosts"])


def test_a_dry_run_tells_conflicts(api: ApiServer) -> None:
    """As the real run would."""
    assert 409 == apply(api, ROUTE, route(hosts=["other"]), more="&dryRun=All").status


def test_a_plain_write_takes_fields_too(api: ApiServer) -> None:
    """Who applied them before conflicts with who wrote them."""
    apply(api, NEW, route(hosts=["a"]))
    headers = {"Content-Type": "application/merge-patch+json"}
    ask(api, f"{NEW}?fieldManager=editor", "PATCH", {"spec": {"hosts": ["b"]}}, headers)
    found = apply(api, NEW, route(hosts=["a"])).json["message"]
    said = r'Apply failed with 1 conflict: conflict with "editor" using networking.istio.io/v1 at \S+Z: .spec.hosts'
    assert re.fullmatch(said, found)


def test_a_conflict_of_two_who_apply(api: ApiServer) -> None:
    """Names the other alone."""
    apply(api, NEW, route(hosts=["a"]))
    found = apply(api, NEW, route(hosts=["b"]), "other").json["message"]
    assert 'Apply failed with 1 conflict: conflict with "me": .spec.hosts' == found


def test_containers_merge_by_name(api: ApiServer) -> None:
    """Two managers, a container each."""
    apply(api, DEPLOYMENT, deployment({"name": "a", "image": "1"}))
    found = apply(api, DEPLOYMENT, deployment({"name": "b", "image": "2"}), "other").json
    assert ["a", "b"] == [c["name"] for c in found["spec"]["template"]["spec"]["containers"]]


def test_a_container_that_is_applied_no_more_goes_whole(api: ApiServer) -> None:
    """Its name with it."""
    apply(api, DEPLOYMENT, deployment({"name": "a", "image": "1"}, {"name": "b", "image": "2"}))
    found = apply(api, DEPLOYMENT, deployment({"name": "a", "image": "1"})).json
    assert [{"name": "a", "image": "1"}] == found["spec"]["template"]["spec"]["containers"]


def test_a_port_that_is_applied_no_more_goes_whole(api: ApiServer) -> None:
    """Also within an item that stays."""
    apply(
        api, DEPLOYMENT, deployment({"name": "a", "ports": [{"containerPort": 80, "name": "x"}, {"containerPort": 81}]})
    )
    found = apply(api, DEPLOYMENT, deployment({"name": "a", "ports": [{"containerPort": 81}]})).json
    assert [{"name": "a", "ports": [{"containerPort": 81}]}] == found["spec"]["template"]["spec"]["containers"]


def test_a_conflict_within_a_list_names_the_item(api: ApiServer) -> None:
    """By its key."""
    apply(api, DEPLOYMENT, deployment({"name": "a", "image": "1"}))
    found = apply(api, DEPLOYMENT, deployment({"name": "a", "image": "2"}), "other").json
    assert '.spec.template.spec.containers[name="a"].image' == found["details"]["causes"][0]["field"]


def test_yaml_is_read(api: ApiServer) -> None:
    """An apply patch may be YAML, and its times stay text."""
    text = b"kind: VirtualService\nmetadata: {annotations: {at: 2026-01-01T00:00:00Z}}\nspec: {hosts: [a]}\n"
    headers = {"Content-Type": "application/apply-patch+yaml"}
    found = ask(api, f"{NEW}?fieldManager=me", "PATCH", text, headers).json
    assert "2026-01-01T00:00:00Z" == found["metadata"]["annotations"]["at"]


def test_an_apply_needs_a_manager(api: ApiServer) -> None:
    """422 without fieldManager."""
    found = ask(api, ROUTE, "PATCH", route(), {"Content-Type": "application/apply-patch+yaml"})
    assert 422 == found.status


def test_an_apply_must_not_say_who_owns_what(api: ApiServer) -> None:
    """400 with managedFields."""
    assert 400 == apply(api, ROUTE, {**route(), "metadata": {"managedFields": [{"manager": "x"}]}}).status


def test_a_set_is_read_as_it_is_written() -> None:
    """`fieldsV1` there and back."""
    each: Json = {
        "metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "a"}},
        "spec": {"ports": [{"port": 80, "name": "http"}], "selector": {}},
    }
    paths = set(fieldsets.leaves(each, atomic=False))
    assert paths == fieldsets.read(fieldsets.written(paths))
