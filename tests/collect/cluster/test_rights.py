"""What somebody may not read."""

from __future__ import annotations

import pytest

from tests.collect.cluster.conftest import ISTIO, OBJECTS, Read
from tests.kube_api import faults
from tests.kube_api.messages import Reply, encoded
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.rights import Rights

NETWORKING = "networking.istio.io"


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("tester", "--user=tester"),
        ("oidc:Ann Other; x", "'--user=oidc:Ann Other; x'"),
        ("system:serviceaccount:shop:reader", "--serviceaccount=shop:reader"),
    ],
)
def test_forbidden_kind_is_named_with_the_role_that_unlocks_it(read: Read, name: str, flag: str) -> None:
    """The command can be handed to somebody who may grant it, whatever people are called."""
    me = Reply(status=201, body=encoded({"status": {"userInfo": {"username": name}}}))
    forbidden = [("list", NETWORKING, "virtualservices", "*")]
    whoami = faults.answered("/apis/authentication.k8s.io/v1/selfsubjectreviews", me)
    with ApiServer([*OBJECTS, *ISTIO], forbidden=forbidden, faults=[whoami]) as api:
        (missing,) = read(api).inventory().not_checked

    assert "virtualservices" == missing.what
    assert "forbidden" == missing.why
    assert "--verb=get,list --resource=virtualservices.networking.istio.io" in missing.unlock
    assert missing.unlock.endswith(flag)


def test_allowed_in_one_namespace_only(read: Read) -> None:
    """There it is read; the rights are asked once a namespace, whatever number of kinds is forbidden."""
    forbidden = [
        ("list", "", "services", ""),
        ("list", "", "services", "istio-system"),
        ("list", "apps", "deployments", ""),
        ("list", "apps", "deployments", "istio-system"),
    ]
    with ApiServer([*OBJECTS, *ISTIO], forbidden=forbidden) as api:
        found = read(api).inventory()
        reviews = [path for _, path, _ in api.requests if "selfsubjectrulesreviews" in path]

    assert {"payments"} == {thing.name for thing in found.objects if thing.kind == "Service"}
    assert ("", "", "Service", "shop") in found.listed
    assert ("", "", "Service", "istio-system") not in found.listed
    assert 2 == len(reviews)


def test_namespaces_that_were_named(read: Read) -> None:
    """Who may not list namespaces is helped where a namespace is named."""
    forbidden = [("list", "*", "*", "!shop")]
    with ApiServer([*OBJECTS, *ISTIO], forbidden=forbidden) as api:
        found = read(api, namespaces=("shop",)).inventory()

    assert {"payments"} == {thing.name for thing in found.objects if thing.kind == "VirtualService"}
    assert any("namespaces" in one.what for one in found.not_checked)


def test_refused_lists_are_recorded(read: Read) -> None:
    """What was refused everywhere is unseen in each namespace, where all of them are known."""
    forbidden = [("list", NETWORKING, "virtualservices", "*")]
    with ApiServer([*OBJECTS, *ISTIO], forbidden=forbidden) as api:
        found = read(api).inventory()

    assert {("", NETWORKING, "VirtualService", space) for space in ("shop", "istio-system")} == found.unseen


def test_lists_of_namespaces_that_nobody_knows(read: Read) -> None:
    """Who may not list namespaces may miss objects of any, but for those that were read."""
    forbidden = [("list", "*", "*", "!shop")]
    with ApiServer([*OBJECTS, *ISTIO], forbidden=forbidden) as api:
        found = read(api, namespaces=("shop",)).inventory()

    assert ("", NETWORKING, "VirtualService", "") in found.unseen
    assert ("", NETWORKING, "VirtualService", "shop") in found.listed


def test_nothing_is_refused(read: Read) -> None:
    """Where all is allowed, nothing is unseen."""
    with ApiServer([*OBJECTS, *ISTIO]) as api:
        assert frozenset() == read(api).inventory().unseen


def test_roots_that_are_refused_are_no_mesh_config(read: Read) -> None:
    """Of the ConfigMaps only the mesh config decides what becomes of a request."""
    forbidden = [("list", "", "configmaps", "shop"), ("list", "", "configmaps", "")]
    with ApiServer([*OBJECTS, *ISTIO], forbidden=forbidden) as api:
        assert frozenset() == read(api).inventory().unseen


def test_nothing_is_allowed(read: Read) -> None:
    """Every kind is named, in one note a reason, and nothing fails."""
    with ApiServer([*OBJECTS, *ISTIO], forbidden=[("list", "*", "*", "*")]) as api:
        found = read(api).inventory()

    assert () == found.objects
    assert frozenset() == {row for row in found.listed if row[2] in {"Pod", "Service", "VirtualService"}}
    assert {"forbidden"} == {one.why for one in found.not_checked}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}, True),
        ({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}, True),
        ({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}, False),
        ({"verbs": ["list"], "apiGroups": ["apps"], "resources": ["pods"]}, False),
        ({"verbs": ["list"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["a"]}, False),
    ],
)
def test_rules(rule: dict[str, list[str]], *, expected: bool) -> None:
    """A rule allows what its verbs, groups and resources name."""
    assert expected == Rights(rules=(rule,), whole=True).may("list", "", "pods")


def test_rules_that_are_not_told() -> None:
    """What is not known to be forbidden is tried."""
    assert Rights().may("list", "", "pods")
