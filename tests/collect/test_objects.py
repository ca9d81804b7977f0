"""What becomes of an object on its way in."""

from __future__ import annotations

import json

import pytest

from tests.collect.conftest import ReadOne, Write, no_stdin
from tests.collect.manifests import SERVICE, VIRTUAL_SERVICE
from troubleshooter.collect import InputError, overlay, read_inventory
from troubleshooter.collect.yaml_tree import build
from troubleshooter.model import Inventory

SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: istio-remote-secret-east
  namespace: istio-system
  annotations:
    networking.istio.io/cluster: east
    openshift.io/token-secret.value: HUSH-1
    kubectl.kubernetes.io/last-applied-configuration: HUSH-2
  managedFields:
  - manager: kubectl
type: Opaque
data:
  east: HUSH-3
stringData:
  west: HUSH-4
"""


def as_json(text: str) -> str:
    """The same document as JSON."""
    return json.dumps(build(text).value)


def as_list(text: str) -> str:
    """The same object as an item of a SecretList, which names the kind."""
    raw = build(text).value
    return json.dumps({"kind": f"{raw.pop('kind')}List", "apiVersion": raw.pop("apiVersion"), "items": [raw]})


@pytest.mark.parametrize("form", [str, as_json, as_list])
def test_no_value_of_a_secret_comes_in(write: Write, form: type[str]) -> None:
    """Not from its data, not from annotations that repeat it, in no format."""
    (thing,) = read_inventory([write("mesh.yaml", form(SECRET))], stdin=no_stdin).objects

    assert "HUSH" not in json.dumps(thing.raw)


def test_secret_keeps_what_is_no_secret(read_one: ReadOne) -> None:
    """Its keys, its type, and Istio's annotations say what it is for."""
    raw = read_one(SECRET).raw

    assert ({"east": ""}, {"west": ""}, "Opaque") == (raw["data"], raw["stringData"], raw["type"])
    assert "east" == raw["metadata"]["annotations"]["networking.istio.io/cluster"]


def test_line_of_a_secrets_key_is_known(read_one: ReadOne) -> None:
    """A reference to a Secret's key has its line, without its value."""
    assert 14 == read_one(SECRET).line_of("data.east")


def test_secret_with_data_of_a_wrong_shape_gives_nothing_away(read_one: ReadOne) -> None:
    """A list or a text where the data belongs is emptied."""
    head = SECRET.partition("data:\n  east")[0]

    assert {} == read_one(f"{head}data: [HUSH]\n").raw["data"]
    assert {} == read_one(f"{head}data: HUSH\n").raw["data"]


@pytest.mark.parametrize("field", ["metadata.managedFields", "last-applied-configuration"])
def test_repeated_content_is_dropped(read_one: ReadOne, field: str) -> None:
    """Managed fields and the last applied configuration repeat the object, and with it what somebody took out of it."""
    text = SECRET.replace("Secret", "ConfigMap")

    assert field.rpartition(".")[2] not in json.dumps(read_one(text).raw)


def test_same_object_twice_is_one(write: Write) -> None:
    """Where both say the same, the first is kept and nothing is said."""
    paths = [write("a.yaml", SERVICE), write("b.yaml", as_json(SERVICE))]
    inventory = read_inventory(paths, stdin=no_stdin)

    assert (["a.yaml"], ()) == ([thing.file for thing in inventory.objects], inventory.not_checked)


def test_of_two_that_differ_the_later_counts_and_both_are_named(write: Write) -> None:
    """The places of both are said."""
    paths = [write("a.yaml", SERVICE), write("b.yaml", f"# two\n{SERVICE.replace('80', '81')}")]
    inventory = read_inventory(paths, stdin=no_stdin)

    assert [81] == [thing.spec["ports"][0]["port"] for thing in inventory.objects]
    assert [
        (
            "Service shop/web",
            "it is there twice: in a.yaml, line 1, and with other content, which counts, in b.yaml, line 2",
        )
    ] == [(note.what, note.why) for note in inventory.not_checked]


def test_versions_of_a_kind_are_one_object(write: Write) -> None:
    """The same object in v1beta1 and v1 is there twice."""
    text = f"{VIRTUAL_SERVICE}---\n{VIRTUAL_SERVICE.replace('io/v1', 'io/v1beta1')}"
    inventory = read_inventory([write("mesh.yaml", text)], stdin=no_stdin)

    assert (1, 1) == (len(inventory.objects), len(inventory.not_checked))


def test_same_object_in_two_kubernetes_clusters_is_two(write: Write) -> None:
    """Clusters keep their objects apart."""
    path = write("mesh.yaml", SERVICE)

    assert 2 == len(read_inventory([f"east={path}", f"west={path}"], stdin=no_stdin).objects)


@pytest.mark.parametrize(
    ("kind", "namespace"),
    [
        ("v1, kind: Service", "shop"),
        ("networking.istio.io/v1, kind: Gateway", "shop"),
        ("gateway.networking.k8s.io/v1, kind: HTTPRoute", "shop"),
        ("gateway.networking.k8s.io/v1, kind: GatewayClass", ""),
        ("v1, kind: Namespace", ""),
        ("admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration", ""),
        ("example.com/v1, kind: Unheard", ""),
    ],
)
def test_object_without_a_namespace_is_put_into_the_current_one(write: Write, kind: str, namespace: str) -> None:
    """As kubectl does, where the kind is known to live in a namespace."""
    path = write("mesh.yaml", f"{{apiVersion: {kind}, metadata: {{name: a}}}}")
    (thing,) = read_inventory([path], stdin=no_stdin, namespace="shop").objects

    assert (namespace, namespace) == (thing.namespace, thing.metadata.get("namespace", ""))


def test_assumed_namespace_is_said_once(write: Write) -> None:
    """How many objects it concerns, the first of them, and the flag that says it better."""
    text = SERVICE.replace("  namespace: shop\n", "")
    inventory = read_inventory([write("mesh.yaml", f"{text}---\n{text.replace('web', 'b')}")], stdin=no_stdin)

    (note,) = inventory.not_checked
    assert "the namespace of Service web in mesh.yaml, line 1, and of 1 more" == note.what
    assert "assumed: none is named, so default is taken" == note.why
    assert "-n NAMESPACE" in note.unlock


def read(write: Write, name: str, text: str) -> Inventory:
    """What a file gives; the name may be `CLUSTER=FILE`."""
    cluster, _, path = name.rpartition("=")
    write(path, text)
    return read_inventory([f"{cluster}={path}" if cluster else path], stdin=no_stdin)


def test_overlay_replaces_whole_objects_and_adds_new_ones(write: Write) -> None:
    """What is laid over the mesh counts instead of the object of its name, as a whole."""
    mesh = read(write, "mesh.yaml", SERVICE)
    over = read(write, "over.yaml", f"{SERVICE.partition('spec:')[0]}---\n{VIRTUAL_SERVICE}")
    laid = overlay(mesh, over)

    assert [("Service", {}, "over.yaml"), ("VirtualService", over.objects[1].spec, "over.yaml")] == [
        (thing.kind, thing.spec, thing.file) for thing in laid.objects
    ]


def test_overlay_keeps_what_was_not_checked(write: Write) -> None:
    """The doubts of both stay."""
    mesh = read(write, "mesh.yaml", f"{SERVICE}---\na: 1\n")
    over = read(write, "over.yaml", f"{SERVICE}---\nb: 1\n")

    assert ["mesh.yaml", "over.yaml"] == [note.what.split(",")[0] for note in overlay(mesh, over).not_checked]


def test_overlay_joins_the_only_kubernetes_cluster(write: Write) -> None:
    """With one cluster there is no question which one is meant."""
    laid = overlay(read(write, "east=mesh.yaml", SERVICE), read(write, "over.yaml", SERVICE))

    assert [("east", "over.yaml")] == [(thing.cluster, thing.file) for thing in laid.objects]


def test_overlay_over_several_kubernetes_clusters_must_name_one(write: Write) -> None:
    """With several there is: it has to be said."""
    path = write("mesh.yaml", SERVICE)
    mesh = read_inventory([f"east={path}", f"west={path}"], stdin=no_stdin)

    with pytest.raises(InputError, match=r"of which Kubernetes cluster they are. Name one .*: `--with east=FILE`"):
        overlay(mesh, read(write, "over.yaml", SERVICE))
    assert 2 == len(overlay(mesh, read(write, "west=over.yaml", SERVICE)).objects)


@pytest.mark.parametrize(("mesh", "unlock"), [("east=mesh.yaml", "--with east=FILE"), ("mesh.yaml", "--with FILE")])
def test_overlay_for_an_unknown_kubernetes_cluster_is_refused(write: Write, mesh: str, unlock: str) -> None:
    """A wrong name would change nothing, and nobody would notice."""
    over = read(write, "esat=over.yaml", SERVICE)

    with pytest.raises(InputError, match=f"has no Kubernetes cluster esat.*`{unlock}`"):
        overlay(read(write, mesh, SERVICE), over)


def test_overlay_on_nothing_is_what_is_laid(write: Write) -> None:
    """A mesh of nothing but the overlay."""
    over = read(write, "over.yaml", SERVICE)

    assert ["over.yaml"] == [thing.file for thing in overlay(Inventory(), over).objects]


@pytest.mark.parametrize(("argument", "expected"), [("mesh.yaml", "west"), ("east=mesh.yaml", "east")])
def test_an_object_may_say_its_kubernetes_cluster(write: Write, argument: str, expected: str) -> None:
    """By an annotation, so that several clusters fit into one file; a name on the command line outranks it."""
    text = SERVICE.replace("metadata:\n", "metadata:\n  annotations: {troubleshoot/cluster: west}\n", 1)
    name, equals, _ = argument.rpartition("=")
    (thing,) = read_inventory([f"{name}{equals}{write('mesh.yaml', text)}"], stdin=no_stdin).objects

    assert expected == thing.cluster
