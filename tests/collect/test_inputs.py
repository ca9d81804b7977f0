"""What `-f` names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.collect.conftest import Write, no_stdin
from tests.collect.manifests import SERVICE, service
from troubleshooter.collect import InputError, read_inventory
from troubleshooter.model import Inventory


def files(inventory: Inventory) -> list[str]:
    """The files of the objects, in the order of the objects."""
    return [thing.file for thing in inventory.objects]


def test_several_files_are_read_in_the_order_given(write: Write) -> None:
    """`-f` may be repeated."""
    paths = [write("b.yaml", service("b")), write("a.yaml", service("a"))]

    assert paths == files(read_inventory(paths, stdin=no_stdin))


def test_file_named_directly_may_have_any_ending(write: Write) -> None:
    """Endings matter in folders only."""
    assert ["mesh.txt"] == files(read_inventory([write("mesh.txt", SERVICE)], stdin=no_stdin))


def test_path_is_kept_as_it_was_given(write: Write, tmp_path: Path) -> None:
    """The `file` of an object is what the user typed, not what it resolves to."""
    write("mesh.yaml", SERVICE)

    for path in ("mesh.yaml", "./mesh.yaml", str(tmp_path / "mesh.yaml")):
        assert [path] == files(read_inventory([path], stdin=no_stdin))


@pytest.mark.parametrize("folder", ["mesh", "./mesh", "mesh/"])
def test_folder_is_read_below_and_by_name(write: Write, folder: str) -> None:
    """Every *.yaml, *.yml and *.json, first of the folder itself, then of those below it, in the order of names."""
    for name in ("b.yml", "a.YAML", "sub/c.yaml", "notes.txt"):
        write(f"mesh/{name}", service(name[0]))
    write("mesh/d.json", '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "d"}}')

    expected = [os.path.join(folder, *name.split("/")) for name in ("a.YAML", "b.yml", "d.json", "sub/c.yaml")]  # noqa: PTH118 - Path drops the ./
    assert expected == files(read_inventory([folder], stdin=no_stdin))


def test_hidden_files_and_folders_are_left_alone(write: Write) -> None:
    """`.git` and editors' leavings are nobody's manifests."""
    write("mesh/a.yaml", service("a"))
    write("mesh/.b.yaml", service("b"))
    write("mesh/.git/c.yaml", service("c"))

    assert ["mesh/a.yaml"] == files(read_inventory(["mesh"], stdin=no_stdin))


def test_links_within_a_folder_are_read_at_their_place(write: Write) -> None:
    """A mounted ConfigMap is links to a hidden folder beside them: files are read, linked folders not once more."""
    write("mesh/..data/a.yaml", SERVICE)
    Path("mesh/a.yaml").symlink_to("..data/a.yaml")
    write("mesh/sub/b.yaml", service("b"))
    Path("mesh/again").symlink_to("sub")
    inventory = read_inventory(["mesh"], stdin=no_stdin)

    assert (["mesh/a.yaml", "mesh/sub/b.yaml"], ()) == (files(inventory), inventory.not_checked)


def test_links_out_of_a_folder_are_named_and_not_followed(write: Write) -> None:
    """Neither files nor folders elsewhere are read because a link leads there."""
    write("mesh/a.yaml", service("a"))
    Path("mesh/b.yaml").symlink_to("../" + write("secret.yaml", service("b")))
    write("other/c.yaml", service("c"))
    Path("mesh/other").symlink_to("../other")
    inventory = read_inventory(["mesh"], stdin=no_stdin)

    assert ["mesh/a.yaml"] == files(inventory)
    assert [
        ("mesh/other", "Name it: `-f mesh/other`"),
        ("mesh/b.yaml", "Name it: `-f mesh/b.yaml`"),
    ] == [(note.what, note.unlock) for note in inventory.not_checked]


def test_link_in_a_circle_is_named(write: Write) -> None:
    """A link to itself is no file."""
    write("mesh/a.yaml", SERVICE)
    Path("mesh/b.yaml").symlink_to("b.yaml")
    inventory = read_inventory(["mesh"], stdin=no_stdin)

    assert (["mesh/a.yaml"], ["mesh/b.yaml"]) == (files(inventory), [note.what for note in inventory.not_checked])


def test_link_named_directly_is_followed(write: Write) -> None:
    """Who names a link means what it leads to."""
    write("mesh.yaml", SERVICE)
    Path("link.yaml").symlink_to("mesh.yaml")

    assert ["link.yaml"] == files(read_inventory(["link.yaml"], stdin=no_stdin))


def test_bad_file_of_a_folder_is_named_and_the_rest_used(write: Write) -> None:
    """Nobody named the file itself, so it stops nothing."""
    write("mesh/a.yaml", service("a"))
    write("mesh/b.yaml", "a: b: c")
    write("mesh/c.yaml", b"\0\0")
    write("mesh/d.yaml", "")
    inventory = read_inventory(["mesh"], stdin=no_stdin)

    assert ["mesh/a.yaml"] == files(inventory)
    assert ["mesh/b.yaml, line 1, column 5", "mesh/c.yaml"] == [note.what for note in inventory.not_checked]


def test_folder_in_which_every_file_is_bad_is_refused(write: Write) -> None:
    """Where nothing usable is left there is nothing to diagnose."""
    write("mesh/a.yaml", "a: b: c")
    write("mesh/b.yaml", b"\0\0")

    with pytest.raises(InputError, match=r"^mesh/a\.yaml, line 1, column 5: .* \(and 1 more\)$"):
        read_inventory(["mesh"], stdin=no_stdin)


def test_folder_without_manifests_is_refused(write: Write) -> None:
    """A folder of other things is probably not the one that was meant."""
    write("mesh/readme.md", "x")

    with pytest.raises(InputError, match=r"^mesh: there is no \*\.yaml, \*\.yml or \*\.json file in this folder"):
        read_inventory(["mesh"], stdin=no_stdin)


def test_folder_of_empty_files_is_refused(write: Write) -> None:
    """Nothing is in it, and it is named as it was given."""
    write("mesh/a.yaml", "# nothing\n")

    with pytest.raises(InputError, match=r"^mesh: there is no Kubernetes object in it"):
        read_inventory(["mesh"], stdin=no_stdin)


def test_broken_file_is_refused_whatever_else_is_named(write: Write) -> None:
    """Somebody named it, so its loss is not passed over."""
    paths = [write("good.yaml", SERVICE), write("bad.yaml", "a: b: c")]

    with pytest.raises(InputError, match=r"^bad\.yaml, line 1, column 5: "):
        read_inventory(paths, stdin=no_stdin)


@pytest.mark.usefixtures("write")
@pytest.mark.parametrize("path", ["nowhere.yaml", "nowhere/mesh.yaml", "east=nowhere.yaml"])
def test_missing_file_is_refused(path: str) -> None:
    """A path that leads nowhere is a mistake, and says so."""
    name = path.removeprefix("east=")

    with pytest.raises(InputError, match=rf"^{name}: there is no such file or folder\. Check the path"):
        read_inventory([path], stdin=no_stdin)


@pytest.mark.usefixtures("write")
def test_very_long_name_is_refused() -> None:
    """Whatever the system says against a file is said in a sentence."""
    with pytest.raises(InputError, match="it cannot be read"):
        read_inventory(["x" * 5000], stdin=no_stdin)


def test_file_that_may_not_be_read_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are told apart from absence."""
    path = write("mesh.yaml", SERVICE)

    def denied(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(Path, "open", denied)

    with pytest.raises(InputError, match=r"^mesh\.yaml: reading it is not permitted"):
        read_inventory([path], stdin=no_stdin)


def test_folder_that_may_not_be_looked_into_is_named(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder below that is closed costs only itself."""
    write("mesh/a.yaml", SERVICE)
    write("mesh/closed/b.yaml", SERVICE)
    scan = os.scandir

    def closed(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    inventory = read_inventory(["mesh"], stdin=no_stdin)

    assert (["mesh/a.yaml"], ["mesh/closed"]) == (files(inventory), [note.what for note in inventory.not_checked])


def test_pipes_and_devices_are_not_read(write: Write) -> None:
    """Reading one could wait for ever. In a folder it is named, named directly it is refused."""
    write("mesh/a.yaml", SERVICE)
    os.mkfifo("mesh/pipe.yaml")

    inventory = read_inventory(["mesh"], stdin=no_stdin)
    assert ["mesh/pipe.yaml"] == [note.what for note in inventory.not_checked]
    with pytest.raises(InputError, match=r"a pipe or a device, not a file\. Pipe its content in instead"):
        read_inventory(["mesh/pipe.yaml"], stdin=no_stdin)


def test_dash_is_standard_input() -> None:
    """What is piped in has the file `-`."""
    assert ["-"] == files(read_inventory(["-"], stdin=SERVICE.encode))


def test_standard_input_is_read_once() -> None:
    """Named twice, it is read once and counts for both."""
    reads: list[bytes] = []

    def stdin() -> bytes:
        reads.append(SERVICE.encode())
        return reads[-1]

    inventory = read_inventory(["east=-", "west=-"], stdin=stdin)

    assert (["east", "west"], 1) == ([thing.cluster for thing in inventory.objects], len(reads))


def test_standard_input_is_called_so() -> None:
    """A sentence about it does not say `-`."""
    with pytest.raises(InputError, match=r"^standard input, line 1, column 5: "):
        read_inventory(["-"], stdin=lambda: b"a: b: c")


def test_name_before_a_path_names_a_kubernetes_cluster(write: Write) -> None:
    """`NAME=PATH` says of which Kubernetes cluster the objects are; the file is the path alone."""
    write("mesh/a.yaml", SERVICE)
    (thing,) = read_inventory(["east=mesh"], stdin=no_stdin).objects

    assert ("east", "mesh/a.yaml") == (thing.cluster, thing.file)


def test_path_that_exists_is_a_path(write: Write) -> None:
    """A file whose name has an `=` in it can still be named."""
    (thing,) = read_inventory([write("a=b.yaml", SERVICE)], stdin=no_stdin).objects

    assert ("", "a=b.yaml") == (thing.cluster, thing.file)


def test_nothing_named_is_an_empty_inventory() -> None:
    """Without `-f` there is nothing to read, and nothing wrong."""
    assert Inventory() == read_inventory([], stdin=no_stdin)
