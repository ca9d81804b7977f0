"""A pod whose controller was not read is changed where it comes from."""

from __future__ import annotations

from typing import Any

import pytest

from troubleshooter.model import Change, Object
from troubleshooter.remedy.made_pods import ByTemplate, by_template

LABELS = {"app": "web", "pod-template-hash": "5d9c6"}
DEPLOYED = {"kind": "ReplicaSet", "name": "web-5d9c6", "controller": True}


def pod(owner: dict[str, Any] | None, labels: dict[str, str], containers: tuple[str, ...] = ("app",)) -> Object:
    """A pod of the shop."""
    owners = {"ownerReferences": [owner]} if owner else {}
    return Object(
        raw={
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "web-5d9c6-abcde", "namespace": "shop", "labels": labels, **owners},
            "spec": {"containers": [{"name": name} for name in containers]},
        }
    )


def changed(old: Object, new: Object) -> ByTemplate:
    """What becomes of the change of one pod, which is made anew."""
    return by_template(Change(put={new.key: new}, before={old.key: old}, restart=(old.key,)))


def test_template_of_a_deployment() -> None:
    """The label is set in the template, and nothing else is needed: a Deployment rolls by itself."""
    found = changed(pod(DEPLOYED, LABELS), pod(DEPLOYED, LABELS | {"sidecar.istio.io/inject": "true"}))
    said = '{"spec":{"template":{"metadata":{"labels":{"sidecar.istio.io/inject":"true"}}}}}'
    back = said.replace('"true"', "null")

    assert (f"kubectl patch deployment web -n shop --type merge -p '{said}'",) == found.commands
    assert (f"kubectl patch deployment web -n shop --type merge -p '{back}'",) == found.back
    assert ({}, (), "") == (dict(found.rest.put), found.rest.restart, found.left)


def test_list_is_edited_by_hand() -> None:
    """A merge patch would put the pod's list in the place of the template's."""
    found = changed(pod(DEPLOYED, LABELS), pod(DEPLOYED, LABELS, ("app", "more")))

    assert ("kubectl edit deployment web -n shop  # the same change, below spec.template",) == found.commands


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_controllers_that_make_pods_themselves(kind: str) -> None:
    """They are named by the pod."""
    owner = {"kind": kind, "name": "web", "controller": True}
    (command,) = changed(pod(owner, {"a": "b"}), pod(owner, {"a": "c"})).commands

    assert command.startswith(f"kubectl patch {kind.lower()} web -n shop ")


def test_controllers_that_do_not_roll() -> None:
    """For these there is no command, and it is said what is to be done."""
    owner = {"kind": "Job", "name": "load", "controller": True}
    found = changed(pod(owner, {"a": "b"}), pod(owner, {"a": "c"}))

    assert () == found.commands
    assert "Pod shop/web-5d9c6-abcde is made by Job load, which was not read: change the template there" == found.left


def test_pod_of_nobody() -> None:
    """It is changed itself."""
    old, new = pod(None, {"a": "b"}), pod(None, {"a": "c"})
    found = changed(old, new)

    assert not found.any
    assert {new.key: new} == dict(found.rest.put)
    assert (old.key,) == found.rest.restart


def test_names_cannot_run_anything() -> None:
    """A name is one word of the command, whatever it holds."""
    owner = {"kind": "StatefulSet", "name": "web; reboot", "controller": True}
    (command,) = changed(pod(owner, {"a": "b"}), pod(owner, {"a": "c"})).commands

    assert "statefulset 'web; reboot' -n shop" in command
