"""What a support archive lists completely."""

from __future__ import annotations

import pytest

from tests.collect.archives.packing import tar_gz
from tests.collect.conftest import Write, no_stdin
from tests.collect.manifests import SERVICE, service
from troubleshooter.collect import read_input
from troubleshooter.model import Listing

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n"
NO_PODS = "apiVersion: v1\nitems: []\nkind: PodList\n"


def listed(write: Write, path: str, text: str) -> set[Listing]:
    """What a file at that path of an archive lists completely."""
    data = tar_gz({path: text, "mesh.yaml": SERVICE})
    return set(read_input([f"east={write('a.tgz', data)}"], stdin=no_stdin).inventory.listed)


def test_bug_report_lists_every_pod(write: Write) -> None:
    """It asks for all namespaces, which shows in the Service of the API server."""
    text = f"{service('kubernetes', 'default')}---\n{POD}"

    assert {("east", "", "Pod", "")} == listed(write, "bug-report/cluster/k8s-resources", text)


@pytest.mark.parametrize("text", [f"{SERVICE}---\n{POD}", service("kubernetes", "default")])
def test_bug_report_that_does_not_show_it_lists_nothing(write: Write, text: str) -> None:
    """It may have been asked for one namespace, or be a part of one."""
    assert set() == listed(write, "bug-report/cluster/k8s-resources", text)


@pytest.mark.parametrize(
    ("names", "expected"), [(["default", "kube-system"], {("east", "", "Namespace", "")}), (["shop"], set())]
)
def test_bug_report_lists_every_namespace(write: Write, names: list[str], expected: set[Listing]) -> None:
    """Which shows in those that every cluster has."""
    text = "---\n".join(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n" for name in names)

    assert expected == listed(write, "bug-report/cluster/k8s-cluster-resources", text)


@pytest.mark.parametrize(
    ("path", "text"),
    [("mg/namespaces/shop/core/pods.yaml", NO_PODS), ("b/cluster-resources/pods/shop.json", "[]")],
)
def test_list_of_a_namespace_is_whole(write: Write, path: str, text: str) -> None:
    """Also where it is empty: there are no pods then."""
    assert {("east", "", "Pod", "shop")} == listed(write, path, text)


def test_damaged_list_is_not_whole(write: Write) -> None:
    """What stands in the damaged part is not known."""
    text = f"{service('kubernetes', 'default')}---\na: b: c\n---\n{POD}"

    assert set() == listed(write, "bug-report/cluster/k8s-resources", text)


def test_other_files_list_nothing(write: Write) -> None:
    """Of an ordinary file nobody says that it is all there is."""
    assert set() == listed(write, "shop/pods.yaml", NO_PODS)
