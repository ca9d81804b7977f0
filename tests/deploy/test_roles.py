"""The roles in deploy/rbac/ allow what is read, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from troubleshooter.collect.cluster.kinds import CONFIG_MAPS, ISTIO, KUBERNETES, ReadKind
from troubleshooter.collect.cluster.publishing import KINDS

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "rbac"
LEVELS = ("configuration", "logs", "proxies")
FILES = (*LEVELS, "tls-secrets", "reports")
READING = {"get", "list"}
MAY_CREATE = {
    "selfsubjectaccessreviews": "configuration",
    "selfsubjectrulesreviews": "configuration",
    "selfsubjectreviews": "configuration",
    "pods/exec": "proxies",
    "pods/portforward": "proxies",
}
"""What `create` is given for, and at which level: asking what one may do, and websockets."""
EXAMPLE = "#| "


def role(name: str) -> Any:
    """The role in a file."""
    (found,) = yaml.safe_load_all((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def examples(name: str) -> list[Any]:
    """The bindings that a file shows in its comments."""
    lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    shown = "\n".join(line.removeprefix(EXAMPLE) if line.startswith(EXAMPLE) else "---" for line in lines)
    return [one for one in yaml.safe_load_all(shown) if one]


def grants(name: str) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Everything that a role gives: group, resource, verb, names (none: all)."""
    for rule in role(name)["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                for verb in rule["verbs"]:
                    yield group, resource, verb, tuple(rule.get("resourceNames", ()))


def may(name: str, kind: ReadKind, verb: str) -> bool:
    """Whether a role lets one read all objects of a kind."""
    return any(
        (group, granted) == (kind.group, verb) and resource in {kind.plural, "*"} and not names
        for group, resource, granted, names in grants(name)
    )


def test_each_file_is_tested() -> None:
    """There is no role that these tests do not know."""
    assert sorted(FILES) == sorted(file.stem for file in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", FILES)
def test_role_is_an_object_of_rbac(name: str) -> None:
    """Each file holds one role with rules that name groups, resources and verbs."""
    found = role(name)

    assert "rbac.authorization.k8s.io/v1" == found["apiVersion"]
    assert found["kind"] in {"ClusterRole", "Role"}
    assert f"istio-troubleshooter-{name}" == found["metadata"]["name"]
    assert all({"apiGroups", "resources", "verbs"} <= set(rule) for rule in found["rules"])


@pytest.mark.parametrize("name", [*LEVELS, "tls-secrets"])
def test_role_changes_nothing(name: str) -> None:
    """No verb but get and list is given, except create for reviews of one's own rights and for websockets."""
    granted = {(resource, verb) for _, resource, verb, _ in grants(name) if verb not in READING}

    assert {(resource, "create") for resource, level in MAY_CREATE.items() if level == name} == granted


def test_reports_are_all_that_is_written() -> None:
    """The role for reports gives their two kinds, and nothing of any other group."""
    assert {("wgpolicyk8s.io", kind.plural) for kind in KINDS.values()} == {
        (group, resource) for group, resource, _, _ in grants("reports")
    }


@pytest.mark.parametrize("kind", [*KUBERNETES, *ISTIO], ids=lambda kind: kind.resource)
@pytest.mark.parametrize("verb", sorted(READING))
def test_kind_that_is_read_may_be_read(kind: ReadKind, verb: str) -> None:
    """Level 1 lets one read every kind that a diagnosis reads."""
    assert may("configuration", kind, verb)


def test_nothing_else_may_be_read() -> None:
    """Level 1 gives no core or Kubernetes kind that is not read."""
    read = {(kind.group, kind.plural) for kind in (*KUBERNETES, *ISTIO)} | {("", "configmaps")}
    granted = {(group, resource) for group, resource, verb, _ in grants("configuration") if verb in READING}

    assert {(group, "*") for group, _ in {(kind.group, "") for kind in ISTIO}} == granted - read


def test_config_maps_are_named() -> None:
    """Of ConfigMaps exactly those of the mesh may be read."""
    assert {CONFIG_MAPS} == {names for _, resource, _, names in grants("configuration") if resource == "configmaps"}


@pytest.mark.parametrize("name", LEVELS)
def test_no_level_reads_secrets(name: str) -> None:
    """Secrets are in none of the three levels, and no star covers the core group in which they are."""
    assert [] == [
        resource for group, resource, _, _ in grants(name) if resource == "secrets" or (group, resource) == ("", "*")
    ]


def test_secrets_are_named() -> None:
    """The optional role gives Secrets by name, in one namespace."""
    assert "Role" == role("tls-secrets")["kind"]
    assert [("", "secrets", "get", ("shop-cert",))] == list(grants("tls-secrets"))


@pytest.mark.parametrize("name", FILES)
def test_examples_bind_their_role(name: str) -> None:
    """Each file shows how its role is bound, in objects that bind this role."""
    refs = [(one["roleRef"]["kind"], one["roleRef"]["name"]) for one in examples(name)]

    assert refs
    assert {(role(name)["kind"], role(name)["metadata"]["name"])} == set(refs)


@pytest.mark.parametrize("name", FILES)
def test_examples_are_bindings(name: str) -> None:
    """A binding names whom it binds; one of a namespace says which."""
    for one in examples(name):
        assert one["subjects"]
        assert (one["kind"] == "RoleBinding") == ("namespace" in one["metadata"])
