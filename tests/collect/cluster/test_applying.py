"""What is sent to a cluster to change it, and what has to be true for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
import yaml

from tests.collect.cluster.conftest import OBJECTS, Connect
from tests.kube_api import faults
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.applying import CannotApply, Trial, is_rolled_out, try_out
from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.cluster.merging import Manager
from troubleshooter.collect.objects import object_of
from troubleshooter.model import Change, Key, Object

NOW = "2026-03-01T10:00:00Z"
ISTIO = "networking.istio.io"
VS: Key = ("", ISTIO, "VirtualService", "shop", "payments")
DR: Key = ("", ISTIO, "DestinationRule", "shop", "payments")
WEB: Key = ("", "apps", "Deployment", "shop", "web")
ROUTES = yaml.safe_load("""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: payments
  namespace: shop
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
  managedFields:
  - {manager: helm, operation: Update, apiVersion: networking.istio.io/v1, fieldsType: FieldsV1,
     fieldsV1: {"f:spec": {"f:http": {}}}}
  - {manager: argocd, operation: Apply, apiVersion: networking.istio.io/v1, fieldsType: FieldsV1,
     fieldsV1: {"f:spec": {"f:hosts": {}}}}
spec: {hosts: [payments], gateways: [mesh], http: [{route: [{destination: {host: payments}}]}]}
status: {observedGeneration: 3}
""")
PLAIN = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "DestinationRule",
    "metadata": {"name": "payments", "namespace": "shop"},
    "spec": {"host": "payments"},
}
HTTP = [{"route": [{"destination": {"host": "other"}}]}]


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """The shop, with routes that helm and argocd have written."""
    with ApiServer([*OBJECTS, ROUTES]) as running:
        yield running


@pytest.fixture
def connection(api: ApiServer, connect: Connect) -> Connection:
    """A connection to it."""
    return connect(api)


def held(api: ApiServer, key: Key) -> Any:
    """An object as the cluster has it, None if it has none."""
    found = (one for one in api.objects if Object(raw=one).key == key)
    return next(found, None)


def seen(api: ApiServer, key: Key) -> Object:
    """An object as it was read for a diagnosis."""
    return object_of(deepcopy(held(api, key)), "")


def changing(before: Object, spec: Mapping[str, Any], **more: Any) -> Change:
    """A change of an object's spec, field by field."""
    after = before.with_raw({**before.raw, "spec": {**before.spec, **spec}})
    return Change(put={before.key: after}, before={before.key: before}, **more)


def written(api: ApiServer) -> list[tuple[str, str]]:
    """Requests that write, in their order: method and path with query."""
    return [(method, path) for method, path, _ in api.requests if method not in {"GET", "HEAD"}]


def try_one(connection: Connection, change: Change) -> Trial:
    """The one request that a change comes to."""
    (found,) = try_out({"": connection}, change, NOW)
    return found


def test_dry_run_changes_nothing(api: ApiServer, connection: Connection) -> None:
    """Trying a change asks the server with dryRun=All, and leaves the object as it was."""
    before = deepcopy(held(api, VS))
    try_one(connection, changing(seen(api, VS), {"http": HTTP}))

    assert before == held(api, VS)
    assert [("PATCH", True)] == [(method, "dryRun=All" in path) for method, path in written(api)]


def test_change_is_made(api: ApiServer, connection: Connection) -> None:
    """Sent, it changes the field, and what nobody talks about stays."""
    try_one(connection, changing(seen(api, VS), {"http": HTTP})).send()
    now = held(api, VS)

    assert (HTTP, ["mesh"]) == (now["spec"]["http"], now["spec"]["gateways"])
    assert "{}" == now["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]


def test_field_is_taken_away(api: ApiServer, connection: Connection) -> None:
    """A field that somebody else wrote can be taken away, which server-side apply could not."""
    before = seen(api, VS)
    spec = {key: value for key, value in before.spec.items() if key != "gateways"}
    after = before.with_raw({**before.raw, "spec": spec})
    try_one(connection, Change(put={VS: after}, before={VS: before})).send()

    assert "gateways" not in held(api, VS)["spec"]


def test_only_what_changes_becomes_ours(api: ApiServer, connection: Connection) -> None:
    """The field manager `troubleshoot` owns the changed field, and no other one."""
    try_one(connection, changing(seen(api, VS), {"http": HTTP})).send()
    owned = {one["manager"]: one["fieldsV1"] for one in held(api, VS)["metadata"]["managedFields"]}

    assert {"f:spec": {"f:http": {}}} == owned["troubleshoot"]
    assert {"f:spec": {"f:hosts": {}}} == owned["argocd"]


def test_managers_of_changed_fields_are_told(api: ApiServer, connection: Connection) -> None:
    """Who wrote the field until now is said; who wrote other fields is not."""
    assert (Manager("helm", "spec.http"),) == try_one(connection, changing(seen(api, VS), {"http": HTTP})).managers


def test_trial_shows_what_would_be(api: ApiServer, connection: Connection) -> None:
    """Before and after, without status and what the server sets."""
    trial = try_one(connection, changing(seen(api, VS), {"http": HTTP}))

    assert trial.now
    assert trial.then
    assert HTTP == trial.then["spec"]["http"]
    assert {"kind", "metadata", "spec"} == set(trial.now)
    assert {"name", "namespace", "annotations"} == set(trial.now["metadata"])


def test_way_back_keeps_annotations(api: ApiServer, connection: Connection) -> None:
    """What the object was can be put back whole, with what kubectl keeps in it."""
    trial = try_one(connection, changing(seen(api, VS), {"http": HTTP}))

    assert trial.whole
    assert {**ROUTES["metadata"]["annotations"]} == trial.whole["metadata"]["annotations"]
    assert "resourceVersion" not in trial.whole["metadata"]


def test_object_that_changed_since_it_was_read(api: ApiServer, connection: Connection) -> None:
    """It is not touched, and nothing is tried."""
    before = seen(api, VS)
    old = before.with_raw({**before.raw, "spec": {"hosts": ["other"]}})
    with pytest.raises(CannotApply, match="VirtualService shop/payments: somebody has made or changed it since"):
        try_one(connection, changing(old, {"http": HTTP}))

    assert [] == written(api)


def test_object_that_changes_before_it_is_sent(api: ApiServer, connection: Connection) -> None:
    """Between the dry run and the change somebody else wins."""
    trial = try_one(connection, changing(seen(api, VS), {"http": HTTP}))
    try_one(connection, changing(seen(api, VS), {"hosts": ["theirs"]})).send()
    with pytest.raises(CannotApply, match="somebody has made or changed it since"):
        trial.send()

    assert HTTP != held(api, VS)["spec"]["http"]


def test_new_object(api: ApiServer, connection: Connection) -> None:
    """It is tried first, then made."""
    trial = try_one(connection, Change(put={DR: Object(raw=PLAIN)}, before={DR: None}))
    tried = held(api, DR)
    trial.send()

    assert (None, None) == (tried, trial.now)
    assert "payments" == held(api, DR)["spec"]["host"]


def test_new_object_in_a_version_that_is_served(connect: Connect) -> None:
    """An old cluster gets the version that it knows."""
    with ApiServer(OBJECTS, served={ISTIO: ["v1beta1"]}) as api:
        try_one(connect(api), Change(put={DR: Object(raw=PLAIN)}, before={DR: None})).send()
        paths = [path for _, path in written(api)]

    assert all(f"/apis/{ISTIO}/v1beta1/" in path for path in paths)


def test_object_that_somebody_made_meanwhile(connection: Connection) -> None:
    """A new object never takes the place of another one."""
    change = Change(put={DR: Object(raw=PLAIN)}, before={DR: None})
    try_one(connection, change).send()

    with pytest.raises(CannotApply, match="somebody has made"):
        try_one(connection, change)


def test_deletion(api: ApiServer, connection: Connection) -> None:
    """It is tried first; then the object is gone, and can be made again."""
    trial = try_one(connection, Change(put={}, before={VS: seen(api, VS)}, drop=(VS,)))
    tried = held(api, VS)
    trial.send()

    assert tried
    assert (None, None) == (held(api, VS), trial.then)
    assert trial.whole
    assert ROUTES["spec"] == trial.whole["spec"]


def test_deletion_of_what_changed(api: ApiServer, connection: Connection) -> None:
    """What somebody has changed meanwhile is not deleted."""
    trial = try_one(connection, Change(put={}, before={VS: seen(api, VS)}, drop=(VS,)))
    try_one(connection, changing(seen(api, VS), {"hosts": ["theirs"]})).send()
    with pytest.raises(CannotApply, match="somebody has made or changed it"):
        trial.send()

    assert held(api, VS)


def test_restart(api: ApiServer, connection: Connection) -> None:
    """The pods of a workload are made anew as `kubectl rollout restart` does it."""
    try_one(connection, Change(put={}, before={}, restart=(WEB,))).send()

    assert {"kubectl.kubernetes.io/restartedAt": NOW} == held(api, WEB)["spec"]["template"]["metadata"]["annotations"]


def test_change_and_restart_are_one_request(api: ApiServer, connection: Connection) -> None:
    """A workload that changes and is restarted makes new pods once."""
    trial = try_one(connection, changing(seen(api, WEB), {"replicas": 2}, restart=(WEB,)))
    trial.send()

    assert 2 == held(api, WEB)["spec"]["replicas"]
    assert NOW in json.dumps(held(api, WEB)["spec"]["template"])


@pytest.mark.parametrize(
    ("spec", "kind"),
    [({"paused": True}, "Deployment"), ({"updateStrategy": {"type": "OnDelete"}}, "StatefulSet"), ({}, "Job")],
)
def test_pods_that_are_not_made_anew_from_here(connect: Connect, spec: dict[str, Any], kind: str) -> None:
    """Where changing a template makes no new pods, nothing is changed."""
    group = "batch" if kind == "Job" else "apps"
    thing = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "x", "namespace": "shop"}, "spec": spec}
    with ApiServer([*OBJECTS, thing]) as api:
        with pytest.raises(CannotApply, match="pods"):
            try_one(connect(api), Change(put={}, before={}, restart=(("", group, kind, "shop", "x"),)))
        sent = written(api)

    assert [] == sent


def test_forbidden(connect: Connect) -> None:
    """Who may not do it is told so before anything is changed."""
    with ApiServer([*OBJECTS, ROUTES], forbidden=[("patch", ISTIO, "virtualservices", "*")]) as api:
        change = changing(seen(api, VS), {"http": HTTP})
        with pytest.raises(CannotApply, match="VirtualService shop/payments: you may not do this in this cluster"):
            try_one(connect(api), change)


def test_webhook_says_no(connect: Connect) -> None:
    """What the cluster's own checks refuse is refused by the dry run, in their words."""
    with ApiServer([*OBJECTS, ROUTES], refuse=lambda _: "no such host") as api:
        change = changing(seen(api, VS), {"http": HTTP})
        with pytest.raises(CannotApply, match=r"the cluster refuses it \(.*no such host"):
            try_one(connect(api), change)


def test_answer_that_is_lost(api: ApiServer, connection: Connection) -> None:
    """A change is sent once: where the answer is lost, that is said, and it is not sent again."""
    trial = try_one(connection, changing(seen(api, VS), {"http": HTTP}))
    api.fail(faults.refused("*virtualservices*", 500, method="PATCH"))
    with pytest.raises(CannotApply, match="the API server failed"):
        trial.send()

    assert 2 == len(written(api))


def test_second_of_two_that_fails(api: ApiServer, connection: Connection) -> None:
    """If one of several requests would fail, none is sent."""
    change = Change(
        put={DR: Object(raw=PLAIN), **changing(seen(api, VS), {"http": HTTP}).put},
        before={DR: None, VS: seen(api, VS)},
    )
    api.fail(faults.refused("*virtualservices*", 403, method="PATCH"))
    with pytest.raises(CannotApply):
        try_out({"": connection}, change, NOW)

    assert None is held(api, DR)


@pytest.mark.parametrize("key", [("", "", "Secret", "shop", "x"), ("west", *VS[1:]), ("", "acme.io", "Own", "a", "b")])
def test_what_is_not_changed_from_here(api: ApiServer, connection: Connection, key: Key) -> None:
    """Secrets, objects of clusters that are not connected, and kinds that are not known."""
    with pytest.raises(CannotApply, match="this is not changed from here"):
        try_out({"": connection}, Change(put={}, before={}, restart=(key,)), NOW)

    assert [] == written(api)


@pytest.mark.parametrize(
    ("kind", "status", "done"),
    [
        ("Deployment", {"replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "observedGeneration": 4}, True),
        ("Deployment", {"replicas": 3, "updatedReplicas": 2, "readyReplicas": 3, "observedGeneration": 4}, False),
        ("Deployment", {"replicas": 2, "updatedReplicas": 2, "readyReplicas": 1, "observedGeneration": 4}, False),
        ("Deployment", {"replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "observedGeneration": 3}, False),
        ("Deployment", {}, False),
        (
            "DaemonSet",
            {
                "desiredNumberScheduled": 3,
                "currentNumberScheduled": 3,
                "updatedNumberScheduled": 3,
                "numberReady": 3,
                "observedGeneration": 4,
            },
            True,
        ),
        ("DaemonSet", {"desiredNumberScheduled": 3, "numberReady": 3, "observedGeneration": 4}, False),
    ],
)
def test_new_pods(connect: Connect, kind: str, status: dict[str, Any], *, done: bool) -> None:
    """All pods are new ones when the workload says so of its newest state."""
    spec = {"replicas": 2} if kind == "Deployment" else {}
    metadata = {"name": "x", "namespace": "shop", "generation": 3}
    thing = {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec, "status": status}
    with ApiServer([*OBJECTS, thing]) as api:
        connection = connect(api)
        trial = try_one(connection, Change(put={}, before={}, restart=(("", "apps", kind, "shop", "x"),)))
        trial.send()

        assert done == is_rolled_out(connection, trial)
