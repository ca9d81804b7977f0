"""Files and folders of evidence to texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from troubleshooter.collect import InputError
from troubleshooter.collect.exhibits import read_exhibits
from troubleshooter.model import Exhibit, NotChecked


def _nothing() -> bytes:
    return b""


def _read(path: Path) -> list[Exhibit | NotChecked]:
    return list(read_exhibits([str(path)], stdin=_nothing))


def test_every_file_of_a_folder_is_read(tmp_path: Path) -> None:
    """Pages of a proxy have no suffix in most archives; files of one folder have one origin."""
    (tmp_path / "config_dump").write_text("{}")
    (tmp_path / ".hidden").write_text("no")

    assert _read(tmp_path) == [Exhibit(name=f"{tmp_path}/config_dump", text="{}", origin=str(tmp_path))]


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    """A link that leads out is named instead."""
    (tmp_path / "secret").write_text("no")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/out").symlink_to(tmp_path / "secret")

    (found,) = _read(tmp_path / "pages")

    assert isinstance(found, NotChecked)
    assert "leads out of the folder" in found.why


def test_binary_files_are_refused(tmp_path: Path) -> None:
    """A binary file that somebody named is an error; in a folder it is named and the rest is used."""
    (tmp_path / "core").write_bytes(b"\x7fELF\0\0")

    assert [type(found) for found in _read(tmp_path)] == [NotChecked]
    with pytest.raises(InputError, match="binary"):
        _read(tmp_path / "core")


def test_bytes_that_are_no_utf_8_are_replaced(tmp_path: Path) -> None:
    """One wrong byte does not make a page useless."""
    (tmp_path / "stats").write_bytes(b"a\xff: 1\n")

    assert _read(tmp_path / "stats") == [Exhibit(name=f"{tmp_path}/stats", text="a\ufffd: 1\n")]
