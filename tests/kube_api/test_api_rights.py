"""What may be done, and what reviews say of it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.kube_api.asking import ask, shop
from tests.kube_api.messages import Json
from tests.kube_api.server import ApiServer

PODS = "/api/v1/pods"
IN_SHOP = "/api/v1/namespaces/shop/pods"
IN_BANK = "/api/v1/namespaces/bank/pods"

ROLES: list[Json] = list(
    yaml.safe_load_all("""
kind: ClusterRole
metadata: {name: read}
rules:
- {apiGroups: [""], resources: [namespaces], verbs: [get, list]}
- {apiGroups: [""], resources: [configmaps], resourceNames: [istio], verbs: [get, list]}
- {apiGroups: [networking.istio.io], resources: ["*"], verbs: [get, list]}
---
kind: Role
metadata: {name: pods, namespace: shop}
rules:
- {apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}
""")
)


def rules(api: ApiServer, namespace: str) -> list[Json]:
    """What SelfSubjectRulesReview says."""
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    found: Any = ask(api, path, "POST", {"spec": {"namespace": namespace}}).json
    return list(found["status"]["resourceRules"])


def allowed(api: ApiServer, **attributes: str) -> bool:
    """What SelfSubjectAccessReview says."""
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    found: Any = ask(api, path, "POST", {"spec": {"resourceAttributes": attributes}}).json
    return bool(found["status"]["allowed"])


def test_a_refusal_is_worded_as_kubernetes_does() -> None:
    """Who cannot do what, where."""
    with ApiServer(shop(), forbidden=[("list", "", "pods", "shop")]) as api:
        found = ask(api, IN_SHOP).json
    expected = 'pods is forbidden: User "tester" cannot list resource "pods" in API group "" in the namespace "shop"'
    assert (403, "Forbidden", expected) == (found["code"], found["reason"], found["message"])


def test_a_refusal_for_the_whole_cluster() -> None:
    """At the cluster scope."""
    with ApiServer(shop(), forbidden=[("*", "*", "*", "*")]) as api:
        said = ask(api, "/apis/networking.istio.io/v1/virtualservices").json["message"]
    expected = (
        'virtualservices.networking.istio.io is forbidden: User "tester" cannot list resource "virtualservices" '
        'in API group "networking.istio.io" at the cluster scope'
    )
    assert expected == said


@pytest.mark.parametrize(
    ("namespace", "statuses"),
    [("shop", [403, 403, 200]), ("", [403, 200, 200]), ("*", [403, 403, 403]), ("!shop", [403, 200, 403])],
)
def test_where_a_row_forbids(namespace: str, statuses: list[int]) -> None:
    """A row for one namespace forbids the whole cluster too; "" that alone; "!shop" all but shop."""
    with ApiServer(shop(), forbidden=[("list", "", "pods", namespace)]) as api:
        assert statuses == [ask(api, path).status for path in (PODS, IN_SHOP, IN_BANK)]


def test_a_row_forbids_its_verb_alone() -> None:
    """Who may not list may still get."""
    with ApiServer(shop(), forbidden=[("list", "", "pods", "*")]) as api:
        assert [403, 200] == [ask(api, path).status for path in (IN_SHOP, f"{IN_SHOP}/web-1")]


def test_a_subresource_has_rights_of_its_own() -> None:
    """The pod may be read, its log not."""
    with ApiServer(shop(), forbidden=[("get", "", "pods/log", "*")]) as api:
        assert [200, 403] == [ask(api, f"{IN_SHOP}/web-2{sub}").status for sub in ("", "/log")]


def test_some_names_may_be_left() -> None:
    """A list that is asked for by one of these names alone is allowed, as by resourceNames."""
    path = "/api/v1/configmaps"
    with ApiServer(shop(), forbidden=[("*", "", "configmaps", "*", "!istio,ca")]) as api:
        statuses = [ask(api, f"{path}{q}").status for q in ("", "?fieldSelector=metadata.name%3Distio")]
    assert [403, 200] == statuses


def test_rules_name_what_is_left() -> None:
    """A rule with resourceNames."""
    with ApiServer(shop(), forbidden=[("*", "", "configmaps", "*", "!istio,ca")]) as api:
        found = [r for r in rules(api, "shop") if r["resources"] == ["configmaps"]]
    assert [["istio", "ca"]] == [rule.get("resourceNames") for rule in found]


def test_without_rows_everything_is_allowed() -> None:
    """One rule with stars."""
    with ApiServer(shop()) as api:
        assert {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]} in rules(api, "shop")


def test_rules_leave_out_what_is_forbidden() -> None:
    """A namespace in which pods may not be listed."""
    with ApiServer(shop(), forbidden=[("list", "", "pods", "shop")]) as api:
        verbs = {
            where: "list" in next(r["verbs"] for r in rules(api, where) if r["resources"] == ["pods"])
            for where in ("shop", "bank")
        }
    assert {"shop": False, "bank": True} == verbs


def test_a_single_question() -> None:
    """SelfSubjectAccessReview agrees with what happens."""
    with ApiServer(shop(), forbidden=[("get", "", "pods/exec", "*")]) as api:
        asked = {"verb": "get", "resource": "pods", "namespace": "shop"}
        assert [True, False] == [allowed(api, **asked), allowed(api, **asked, subresource="exec")]


def test_reviews_are_open_to_everybody() -> None:
    """Even where all else is forbidden."""
    with ApiServer(shop(), forbidden=[("*", "*", "*", "*")]) as api:
        assert not allowed(api, verb="list", resource="pods")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/namespaces", 200),
        (PODS, 403),
        (IN_SHOP, 200),
        (IN_BANK, 403),
        (f"{IN_SHOP}/web-2/log", 200),
        ("/api/v1/secrets", 403),
        ("/api/v1/configmaps", 403),
        ("/api/v1/configmaps?fieldSelector=metadata.name%3Distio", 200),
        ("/apis/networking.istio.io/v1/sidecars", 200),
    ],
)
def test_only_what_roles_allow(path: str, status: int) -> None:
    """A ClusterRole counts everywhere, a Role in its namespace, resourceNames for these names."""
    with ApiServer(shop(), roles=ROLES) as api:
        assert status == ask(api, path).status


def test_rules_are_those_of_the_roles() -> None:
    """Of a namespace: of both roles in shop, of one elsewhere; beside that for the reviews."""
    with ApiServer(shop(), roles=ROLES) as api:
        assert [5, 4] == [len(rules(api, where)) for where in ("shop", "bank")]


@pytest.mark.parametrize(("minor", "status"), [(34, 400), (35, 403)])
def test_websockets_to_a_pod_take_create_since_1_35(minor: int, status: int) -> None:
    """Before, `get` is enough, and only the missing upgrade is refused."""
    with ApiServer(shop(), forbidden=[("create", "", "pods/exec", "*")], version=(1, minor)) as api:
        assert status == ask(api, f"{IN_SHOP}/web-2/exec?command=ls").status
