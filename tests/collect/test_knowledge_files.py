"""A knowledge folder is read whole or not at all, and nothing outside it is touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from troubleshooter.collect import InputError
from troubleshooter.collect.knowledge_files import MAX_BYTES, read_knowledge


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A knowledge folder with one cause, its fixture and a page of each kind."""
    cause = tmp_path / "kb" / "causes" / "routing" / "lost"
    cause.mkdir(parents=True)
    (cause / "cause.yaml").write_text("id: lost\n")
    (cause / "bad.yaml").write_text("kind: Service\n")
    (tmp_path / "kb" / "questions.yaml").write_text("{}\n")
    (tmp_path / "kb" / "concepts").mkdir()
    (tmp_path / "kb" / "concepts" / "mtls.md").write_text("# mTLS\n")
    return tmp_path / "kb"


def test_what_holds_knowledge_is_read(folder: Path) -> None:
    """Causes, pages and concepts are read; fixtures are left to those who use them."""
    expected = {
        "causes/routing/lost/cause.yaml": "id: lost\n",
        "concepts/mtls.md": "# mTLS\n",
        "questions.yaml": "{}\n",
    }

    assert expected == read_knowledge(folder).texts


def test_every_file_is_named(folder: Path) -> None:
    """Names are those of all files, fixtures too, relative and with slashes."""
    expected = {
        "causes/routing/lost/bad.yaml",
        "causes/routing/lost/cause.yaml",
        "concepts/mtls.md",
        "questions.yaml",
    }

    assert expected == read_knowledge(folder).names


@pytest.mark.parametrize("name", [".bad.yaml.swp", "cause.yaml~", "#cause.yaml#", "cause.yaml.orig", ".DS_Store"])
def test_what_editors_leave_behind_is_no_part_of_it(folder: Path, name: str) -> None:
    """Hidden files and editors' leavings are neither read nor named, whatever they hold."""
    before = read_knowledge(folder)
    (folder / "causes" / "routing" / "lost" / name).write_bytes(b"\xff\x00")

    assert before == read_knowledge(folder)


def test_a_folder_without_knowledge_is_refused(tmp_path: Path) -> None:
    """A folder that is none of ours is not walked; the error says what one looks like."""
    with pytest.raises(InputError) as error:
        read_knowledge(tmp_path)

    said = f"{tmp_path}: there is no knowledge base in this folder. Name a folder that holds causes/, symptoms/"
    assert f"{said} or questions.yaml." == str(error.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A wrong path is said to be wrong, not to be empty."""
    with pytest.raises(InputError, match="there is no such file or folder"):
        read_knowledge(tmp_path / "nowhere")


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """A file that is a link to somewhere else is refused by name, and not opened."""
    (tmp_path / "outside.yaml").write_text("secret: 1\n")
    (folder / "flags.yaml").symlink_to(tmp_path / "outside.yaml")

    with pytest.raises(InputError, match=r"flags\.yaml: this is a link"):
        read_knowledge(folder)


def test_a_linked_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """A folder that is a link is refused, so that no circle is walked."""
    (folder / "symptoms").symlink_to(tmp_path, target_is_directory=True)

    with pytest.raises(InputError, match=r"symptoms: this is a link"):
        read_knowledge(folder)


def test_a_link_within_the_folder_is_read(folder: Path) -> None:
    """A link to a file of the same folder is read, as in a mounted ConfigMap."""
    (folder / ".data").mkdir()
    (folder / ".data" / "flags.yaml").write_text("flags: {}\n")
    (folder / "flags.yaml").symlink_to(folder / ".data" / "flags.yaml")

    assert "flags: {}\n" == read_knowledge(folder).texts["flags.yaml"]


def test_a_pipe_is_not_opened(folder: Path) -> None:
    """Where knowledge should be and a pipe is, nothing waits for it."""
    os.mkfifo(folder / "flags.yaml")

    with pytest.raises(InputError, match="this is a pipe or a device"):
        read_knowledge(folder)


def test_binary_content_is_refused(folder: Path) -> None:
    """What is no text is refused, by name."""
    (folder / "flags.yaml").write_bytes(b"flags:\0")

    with pytest.raises(InputError, match=r"flags\.yaml: it is a binary file"):
        read_knowledge(folder)


def test_a_huge_file_is_refused(folder: Path) -> None:
    """A file beyond all bounds is refused before anything parses it."""
    (folder / "flags.yaml").write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(InputError, match="bigger than 4 MiB"):
        read_knowledge(folder)


def test_a_name_that_a_terminal_obeys_is_refused(folder: Path) -> None:
    """A file whose name holds an escape sequence is refused, and shown without it."""
    (folder / "\x1b[2J.yaml").write_text("{}")

    with pytest.raises(InputError) as error:
        read_knowledge(folder)

    assert "\x1b" not in str(error.value)


def test_all_that_cannot_be_read_is_counted(folder: Path) -> None:
    """The first is named, and how many more there are is said."""
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        (folder / name).write_bytes(b"\0")

    with pytest.raises(InputError, match=r"a\.yaml: .* \(and 2 more\)"):
        read_knowledge(folder)
