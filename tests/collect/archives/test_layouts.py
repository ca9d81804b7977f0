"""Support archives of every kind, made of a few small objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.collect.archives.packing import PACKERS, Files, tar_gz, zip_of
from tests.collect.conftest import Write, no_stdin
from tests.collect.manifests import SERVICE, VIRTUAL_SERVICE, service
from troubleshooter.collect import Collected, InputError, read_input
from troubleshooter.collect.archives import logs, sorting

POD = {
    "metadata": {"name": "web-1", "namespace": "shop", "uid": "u1", "resourceVersion": "7"},
    "status": {"phase": "Running"},
}
POD_YAML = """\
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, uid: u1, resourceVersion: '9'}
status: {phase: Running}
"""
CERTS = '{"certificates": []}'


def a_list(*manifests: str) -> str:
    """A List of YAML objects, as kubectl prints it."""
    items = "".join("- " + manifest.rstrip("\n").replace("\n", "\n  ") + "\n" for manifest in manifests)
    return f"apiVersion: v1\nitems:\n{items}kind: List\nmetadata:\n  resourceVersion: ''\n"


def collected(write: Write, files: Files) -> Collected:
    """What an archive `a.tgz` of these files gives."""
    return read_input([write("a.tgz", tar_gz(files))], stdin=no_stdin)


def things(found: Collected) -> list[str]:
    """The objects, as people name them."""
    return [str(thing) for thing in found.inventory.objects]


def texts(found: Collected) -> dict[str, str]:
    """The pod of each exhibit, by its name."""
    return {one.name: one.pod for one in found.exhibits}


BUG_REPORT: dict[str, str | bytes] = {
    "bug-report/bug-report.log": "took long",
    "bug-report/versions": "client version: 1.30.0",
    "bug-report/cluster/k8s-resources": a_list(SERVICE),
    "bug-report/cluster/crs": a_list(VIRTUAL_SERVICE),
    "bug-report/cluster/secrets": "NAMESPACE  NAME  TYPE  DATA  AGE\nshop  web  Opaque  1  1d\n",
    "bug-report/proxies/shop/web-1/certs": CERTS,
    "bug-report/proxies/shop/web-1/config_dump?include_eds": '{"configs": []}',
    "bug-report/proxies/shop/web-1/memory": "{}",
    "bug-report/proxies/shop/web-1/cores/1.core": b"\x7fELF\0",
    "bug-report/istio/istio-system/istiod-1/debug/syncz": "[]",
    "bug-report/istio/istio-system/istiod-1/debug/configz": json.dumps([{"apiVersion": "v1", "kind": "Pod"}]),
}


@pytest.mark.parametrize("kind", PACKERS)
def test_bug_report_gives_objects_and_pages(write: Write, kind: str) -> None:
    """No file in it has an ending: the place tells what it is, and which pod a page is of."""
    found = read_input([write("report", PACKERS[kind](BUG_REPORT))], stdin=no_stdin)

    assert ["Service shop/web", "VirtualService shop/web"] == things(found)
    assert "report!bug-report/cluster/crs" == found.inventory.objects[1].file
    assert () == found.inventory.not_checked
    assert texts(found) == {
        "report!bug-report/versions": "",
        "report!bug-report/cluster/secrets": "",
        "report!bug-report/proxies/shop/web-1/certs": "shop/web-1",
        "report!bug-report/proxies/shop/web-1/config_dump?include_eds": "shop/web-1",
        "report!bug-report/istio/istio-system/istiod-1/debug/syncz": "istio-system/istiod-1",
        "report!bug-report/istio/istio-system/istiod-1/debug/configz": "istio-system/istiod-1",
    }


@pytest.mark.parametrize("pack", [tar_gz, zip_of])
def test_unpacked_archive_is_read_like_a_packed_one(write: Write, pack: object) -> None:
    """A folder has the same places; the line of a field is that of the member."""
    assert callable(pack)
    packed = read_input([write("a", pack(BUG_REPORT))], stdin=no_stdin)
    for name, content in BUG_REPORT.items():
        write(f"folder/{name}", content)
    unpacked = read_input(["folder"], stdin=no_stdin)

    assert sorted(things(packed)) == sorted(things(unpacked))
    assert texts(unpacked) == {name.replace("a!", "folder/"): pod for name, pod in texts(packed).items()}
    assert {o.line_of("metadata.name") for o in packed.inventory.objects} == {
        o.line_of("metadata.name") for o in unpacked.inventory.objects
    }


def test_bug_report_in_a_zip_is_read(write: Write) -> None:
    """Mail programs and people pack things twice; members keep the whole way."""
    found = read_input([write("mail.zip", zip_of({"bug-report.tar.gz": tar_gz(BUG_REPORT)}))], stdin=no_stdin)

    assert "mail.zip!bug-report.tar.gz!bug-report/cluster/crs" == found.inventory.objects[1].file


def test_pages_beside_no_object_are_read(write: Write) -> None:
    """An archive of pages alone is evidence without a mesh."""
    found = collected(write, {"proxies/shop/web-1/certs": CERTS})

    assert ([], {"a.tgz!proxies/shop/web-1/certs": "shop/web-1"}) == (things(found), texts(found))


def _typed(kind: str, *items: dict[str, Any]) -> str:
    return json.dumps({"kind": kind, "apiVersion": "v1", "items": list(items)}, indent=4) + "\n"


LOG = (
    "==== START logs for container app of pod shop/web-1 ====\nsecret business\n"
    "==== END logs for container app of pod shop/web-1 ====\n"
    "==== START logs for container istio-proxy of pod shop/web-1 ====\nno line break at its end"
    "==== END logs for container istio-proxy of pod shop/web-1 ====\n"
)


def test_cluster_info_dump_is_read(write: Write) -> None:
    """Typed lists whose items do not say what they are, and the logs of the mesh's own containers."""
    found = collected(
        write,
        {"d/shop/pods.json": _typed("PodList", POD), "d/nodes.json": _typed("NodeList"), "d/shop/web-1/logs.txt": LOG},
    )

    assert ["Pod shop/web-1"] == things(found)
    assert ["there is no object of Istio in it"] == [n.why.partition(" (")[0] for n in found.inventory.not_checked]
    assert [("a.tgz!d/shop/web-1/logs.txt!shop/web-1/istio-proxy.log", "no line break at its end", "shop/web-1")] == [
        (one.name, one.text, one.pod) for one in found.exhibits
    ]


def test_cluster_info_dump_on_standard_output_is_read(write: Write) -> None:
    """JSON documents with logs between them: what comes after a log keeps its line."""
    text = _typed("NodeList") + LOG + _typed("PodList", POD)
    found = read_input([write("dump.txt", text)], stdin=no_stdin)

    (pod,) = found.inventory.objects
    assert ("Pod shop/web-1", text.splitlines().index('                "name": "web-1",') + 1) == (
        str(pod),
        pod.line_of("metadata.name"),
    )
    assert ["dump.txt!shop/web-1/istio-proxy.log"] == [one.name for one in found.exhibits]
    assert ["there is no object of Istio in it"] == [n.why.partition(" (")[0] for n in found.inventory.not_checked]


def test_a_log_without_its_end_ends_where_the_next_begins() -> None:
    """The dump was stopped, or the log broke off."""
    text = LOG.replace("==== END logs for container app of pod shop/web-1 ====\n", "")

    assert ["app", "istio-proxy"] == [container for _, _, container, _ in logs.sections(text)]


def test_long_log_loses_its_middle_and_keeps_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The beginning tells what it is, the end is what just happened."""
    monkeypatch.setattr(logs, "LONGEST", 100)
    monkeypatch.setattr(logs, "_BEGINNING", 100)
    text = "".join(f"line {number}\n" for number in range(1000))
    short = logs.shortened(text)

    assert (1000, "line 0", "line 999", 999) == (
        short.count("\n"),
        short.splitlines()[0],
        short.splitlines()[-1],
        short.splitlines().index("line 999"),
    )
    assert 300 > len(short.replace("\n\n", ""))


MUST_GATHER = {
    "mg/namespaces/shop/shop.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
    "mg/namespaces/shop/core/pods.yaml": a_list(POD_YAML.replace("'9'", "'8'")),
    "mg/namespaces/shop/pods/web-1/web-1.yaml": POD_YAML,
    "mg/namespaces/shop/networking.istio.io/virtualservices/web.yaml": f"---\n{VIRTUAL_SERVICE}",
    "mg/namespaces/shop/pods/web-1/istio-proxy/istio-proxy/logs/current.log": "a line",
    "mg/namespaces/shop/pods/web-1/app/app/logs/current.log": "secret business",
    "mg/namespaces/shop/pods/web-1/config_dump_proxy.json": "command terminated\n{}",
    "mg/namespaces/shop/pods/web-1/config_dump_istiod.json": "{}",
    "mg/namespaces/shop/pods/web-1/envoyConfiguration": "{}",
    "mg/namespaces/istio-system/default/debug-syncz.json": "[]",
    "mg/namespaces/istio-system/controlplane/synchronization": "[]",
    "mg/cluster-scoped-resources/apiextensions.k8s.io/customresourcedefinitions/x.yaml": "a: b: c",
}


def test_must_gather_is_read(write: Write) -> None:
    """A pod that is there twice, at two moments, is one; what istiod would send is not taken for what a proxy has."""
    found = collected(write, MUST_GATHER)

    assert (["Namespace shop", "Pod shop/web-1", "VirtualService shop/web"], ()) == (
        sorted(things(found)),
        found.inventory.not_checked,
    )
    assert "9" == next(o for o in found.inventory.objects if o.kind == "Pod").metadata["resourceVersion"]
    assert texts(found) == {
        "a.tgz!mg/namespaces/shop/pods/web-1/istio-proxy/istio-proxy/logs/current.log": "shop/web-1",
        "a.tgz!mg/namespaces/shop/pods/web-1/config_dump_proxy.json": "shop/web-1",
        "a.tgz!mg/namespaces/shop/pods/web-1/envoyConfiguration": "shop/web-1",
        "a.tgz!mg/namespaces/istio-system/default/debug-syncz.json": "",
        "a.tgz!mg/namespaces/istio-system/controlplane/synchronization": "",
    }


def test_kiali_offline_folder_is_read(write: Write) -> None:
    """It has the layout of `oc adm inspect`, and a manifest that is no object."""
    for name, content in MUST_GATHER.items():
        write(name.replace("mg/", "kiali/buried/"), content)
    write("kiali/buried/offline-manifest.json", '{"cluster": "east"}')
    found = read_input(["kiali"], stdin=no_stdin)

    assert (3, ()) == (len(found.inventory.objects), found.inventory.not_checked)
    assert "shop/web-1" == texts(found)["kiali/buried/namespaces/shop/pods/web-1/config_dump_proxy.json"]


SUPPORT_BUNDLE = {
    "b/version.yaml": "apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\nspec: {versionNumber: 1}\n",
    "b/cluster-resources/pods/shop.json": json.dumps([POD]),
    "b/cluster-resources/services/shop.json": _typed("ServiceList", {"metadata": {"name": "web", "namespace": "shop"}}),
    "b/cluster-resources/custom-resources/virtualservices.networking.istio.io/shop.yaml": "- "
    + VIRTUAL_SERVICE.rstrip("\n").replace("\n", "\n  "),
    "b/cluster-resources/custom-resource-definitions.json": "[]",
    "b/cluster-resources/pods/logs/shop/web-1/istio-proxy.log": "a line",
    "b/cluster-resources/pods/logs/shop/web-1/app.log": "secret business",
    "b/cluster-resources/secrets-errors.json": '["secrets is forbidden"]',
}


def test_support_bundle_is_read(write: Write) -> None:
    """Old bundles hold bare lists whose kind only the folder tells; what could not be listed is said."""
    found = collected(write, SUPPORT_BUNDLE)

    assert ["Pod shop/web-1", "Service shop/web", "VirtualService shop/web"] == things(found)
    assert {"a.tgz!b/cluster-resources/pods/logs/shop/web-1/istio-proxy.log": "shop/web-1"} == texts(found)
    assert ["this could not be collected: secrets is forbidden"] == [n.why for n in found.inventory.not_checked]


@pytest.mark.parametrize(
    ("file", "errors", "expected"),
    [
        ("services-errors.json", {"shop": "forbidden"}, {("", "Service", "shop")}),
        ("ingress-errors.json", {"shop": "forbidden"}, {("networking.k8s.io", "Ingress", "shop")}),
        ("nodes-errors.json", ["forbidden"], {("", "Node", "")}),
        (
            "custom-resources/custom-resources-errors.json",
            {"virtualservices.networking.istio.io": "forbidden", "certificates.cert-manager.io": "forbidden"},
            {("networking.istio.io", "VirtualService", "")},
        ),
        ("services-errors.json", None, set()),
        ("services-errors.json", {}, set()),
        ("pod-disruption-budgets-errors.json", {"shop": "forbidden"}, set()),
    ],
    ids=["namespaced", "other-group", "of-the-cluster", "custom", "none", "empty", "of-no-use-here"],
)
def test_what_could_not_be_collected_is_unseen(
    write: Write, file: str, errors: object, expected: set[tuple[str, str, str]]
) -> None:
    """Objects of such a list may exist that are not in the bundle."""
    found = collected(write, {**SUPPORT_BUNDLE, f"b/cluster-resources/{file}": json.dumps(errors)})

    assert expected == {(group, kind, space) for _, group, kind, space in found.inventory.unseen}


@pytest.mark.parametrize(
    ("file", "content", "kind"),
    [
        ("custom-resources/custom-resources-errors.json", '{"crdList": "forbidden"}', "AuthorizationPolicy"),
        ("namespaces-errors.json", '["forbidden"]', "Service"),
        ("services-errors.json", '{"cut', "Service"),
    ],
    ids=["no-definitions", "no-namespaces", "damaged"],
)
def test_where_nothing_could_be_collected_all_is_unseen(write: Write, file: str, content: str, kind: str) -> None:
    """Of every kind that is found by way of what is missing."""
    found = collected(write, {**SUPPORT_BUNDLE, f"b/cluster-resources/{file}": content})

    assert (kind, "") in {(kind, space) for _, _, kind, space in found.inventory.unseen}


def test_errors_are_said_once_a_file(write: Write) -> None:
    """A cluster may have a thousand namespaces, each with a sentence of its own."""
    errors = json.dumps({f"n{n}": f"not in n{n}" for n in range(9)})
    found = collected(write, {"b/cluster-resources/pods-errors.json": errors, "b/a.yaml": SERVICE})

    assert ["this could not be collected: not in n0, and 8 more"] == [n.why for n in found.inventory.not_checked]


def test_a_namespace_of_which_a_bundle_has_no_lists_is_unseen(write: Write) -> None:
    """Where the rights do not reach, support bundles pass a namespace over without an error."""
    spaces = [{"metadata": {"name": name}} for name in ("shop", "bank")]
    found = collected(write, {**SUPPORT_BUNDLE, "b/cluster-resources/namespaces.json": json.dumps(spaces)})

    assert {"bank"} == {space for _, _, _, space in found.inventory.unseen}
    assert "namespace bank" in [note.what for note in found.inventory.not_checked]


def test_where_the_mesh_config_is_there_no_config_map_is_missed(write: Write) -> None:
    """No other ConfigMap decides anything."""
    mesh = {"metadata": {"name": "istio", "namespace": "istio-system"}, "data": {"mesh": "{}"}}
    files = {
        "b/cluster-resources/configmaps/istio-system.json": json.dumps([mesh]),
        "b/cluster-resources/configmaps-errors.json": '{"shop": "forbidden"}',
    }

    assert frozenset() == collected(write, files).inventory.unseen


def test_hidden_values_are_not_known(write: Write) -> None:
    """What a redactor took out is no value, and that there is such a thing is said."""
    hidden = {**POD, "metadata": {**POD["metadata"], "annotations": {"a": "x ***HIDDEN*** y", "b": "c"}}}
    found = collected(write, {"cluster-resources/pods/shop.json": json.dumps([hidden])})

    assert {"b": "c"} == found.inventory.objects[0].annotations
    assert "a.tgz!cluster-resources/pods/shop.json" == found.inventory.not_checked[0].what


def test_secrets_in_archives_lose_their_values(write: Write) -> None:
    """In objects as in files; and their text is no exhibit."""
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\ndata: {key: aGVsbG8=}\n"
    found = collected(write, {"bug-report/cluster/secrets": a_list(secret), "x/secret": secret})

    assert [{"key": ""}] == [thing.raw["data"] for thing in found.inventory.objects]
    assert () == found.exhibits


def test_rendered_helm_is_read_without_its_tests(write: Write) -> None:
    """Objects that only `helm test` makes are none of the mesh."""
    test = POD_YAML.replace("uid: u1", "annotations: {helm.sh/hook: 'test'}")
    found = read_input(
        [write("r/all.yaml", f"---\n# Source: shop/x.yaml\n{SERVICE}---\n{test}") and "r"], stdin=no_stdin
    )

    assert (["Service shop/web"], ()) == (things(found), found.inventory.not_checked)


def test_what_is_no_object_in_a_repository_is_skipped_in_one_note(write: Write) -> None:
    """Settings of charts, templates, kustomizations and the patches that they name."""
    write("repo/mesh.yaml", SERVICE)
    write("repo/values.yaml", "replicas: 1\n")
    write("repo/Chart.yaml", "apiVersion: v2\nname: shop\n")
    write("repo/templates/a.yaml", "{{- if .Values.a }}\na: {{ .b }}\n{{- end }}\n")
    write("repo/kustomization.yaml", "resources: [mesh.yaml]\npatches: [{path: ./patch.yaml}]\n")
    write("repo/patch.yaml", SERVICE.replace("port: 80", "port: 81"))
    found = read_input(["repo"], stdin=no_stdin)

    assert [80] == [port["port"] for thing in found.inventory.objects for port in thing.spec["ports"]]
    assert [("repo/Chart.yaml, and 4 more", True)] == [
        (note.what, "no whole Kubernetes object" in note.why) for note in found.inventory.not_checked
    ]


def test_damaged_member_is_named_and_the_rest_is_used(write: Write) -> None:
    """A file that stops in the middle, one that is binary, and one in another encoding."""
    found = collected(
        write,
        {
            "cluster/crs": "a: b: c\n",
            "cut.json": '{"apiVersion": "v1", "kind": "Po',
            "binary.yaml": b"\0\1",
            "wide.yaml": "apiVersion: v1".encode("utf-16"),
            "good.yaml": service("a"),
        },
    )

    assert ["Service shop/a"] == things(found)
    assert ["a.tgz!binary.yaml", "a.tgz!cluster/crs", "a.tgz!cut.json", "a.tgz!wide.yaml"] == sorted(
        note.what.partition(",")[0] for note in found.inventory.not_checked
    )


def test_binaries_without_a_known_place_are_no_business_of_ours(write: Write) -> None:
    """Archives hold profiles and pictures, too."""
    found = collected(write, {"a.png": b"\x89PNG\0", "mesh.yaml": SERVICE})

    assert ((), ()) == (found.exhibits, found.inventory.not_checked)


def test_too_many_texts_are_counted(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, and what is left out is said once."""
    monkeypatch.setattr(sorting, "LONGEST_TEXT", 100)
    monkeypatch.setattr(sorting, "ALL_TEXTS", 150)
    pages = {f"proxies/shop/web-{n}/certs": CERTS + " " * 60 for n in range(5)}
    found = collected(write, {**pages, "proxies/shop/web-9/certs": CERTS + " " * 100})

    assert (1, ["5 texts of a.tgz"]) == (len(found.exhibits), [n.what for n in found.inventory.not_checked])


def test_paths_that_no_pod_can_have_name_none(write: Write) -> None:
    """A path is written by whoever made the archive, and a pod's name is printed."""
    found = collected(write, {"proxies/shop/web\x1b[2J/certs": CERTS})

    assert [""] == list(texts(found).values())


def test_archive_of_nothing_is_refused(write: Write) -> None:
    """Nothing usable is left."""
    with pytest.raises(InputError, match=r"^a\.tgz: there is no Kubernetes object in it"):
        collected(write, {"readme": b"\0"})


def test_archive_that_cannot_be_read_is_refused(write: Write) -> None:
    """One sentence, with what to do."""
    data = tar_gz(BUG_REPORT)[:40]

    with pytest.raises(InputError, match=r"^a\.tgz: it is cut off\. Fetch or make the archive again"):
        read_input([write("a.tgz", data)], stdin=no_stdin)


@pytest.mark.parametrize(("magic", "word"), [(b"BZh91AY&SY", "bzip2"), (b"\xfd7zXZ\0\0", "xz")])
def test_packing_that_is_not_read_is_named(write: Write, magic: bytes, word: str) -> None:
    """It is no plain binary file."""
    with pytest.raises(InputError, match=rf"it is packed with {word}, which is not read\. Unpack it first"):
        read_input([write("a", magic)], stdin=no_stdin)


def test_archive_is_known_by_its_content(write: Write) -> None:
    """Whatever it is called, and on standard input, too; `NAME=` names its Kubernetes cluster."""
    data = tar_gz({"mesh.yaml": SERVICE})
    by_name = read_input([f"east={write('notes.txt', data)}"], stdin=no_stdin)
    piped = read_input(["-"], stdin=lambda: data)

    assert [("east", "notes.txt!mesh.yaml")] == [(o.cluster, o.file) for o in by_name.inventory.objects]
    assert ["-!mesh.yaml"] == [thing.file for thing in piped.inventory.objects]


def test_nothing_is_written_to_disk(write: Write, tmp_path: Path) -> None:
    """Archives are read where they are."""
    collected(write, BUG_REPORT)

    assert ["a.tgz"] == [path.name for path in tmp_path.rglob("*")]
