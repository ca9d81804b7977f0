"""Logs to lines, however long, packed or damaged they are."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.collect import InputError, log_files
from troubleshooter.collect.log_files import LONGEST, lines, opened_log


def no_stdin() -> BinaryIO:
    """Nobody asks for standard input here."""
    raise AssertionError


def piecewise(data: bytes, size: int) -> Callable[[int], bytes]:
    """Reads like a pipe that gives few bytes at a time."""
    stream = io.BytesIO(data)
    return lambda wanted: stream.read(min(wanted, size))


def read(name: Path) -> list[str]:
    """All lines of a file."""
    with opened_log(str(name), no_stdin) as found:
        return list(found)


def test_every_file_of_a_folder_that_is_not_hidden(tmp_path: Path) -> None:
    """Files of folders below it are meant, in a fixed order; links that lead out are not followed."""
    inside = tmp_path / "logs"
    (inside / "b").mkdir(parents=True)
    for name in ("b/2.log", "a.txt", ".hidden"):
        (inside / name).write_text("x")
    (tmp_path / "secret").write_text("x")
    (inside / "out").symlink_to(tmp_path / "secret")

    assert [(f"{inside}/a.txt", False), (f"{inside}/b/2.log", False)] == list(log_files.log_files([str(inside)]))
    assert [("-", True), ("a", True)] == list(log_files.log_files(["-", "a"]))


@given(st.binary(max_size=200), st.integers(1, 7))
def test_lines_do_not_depend_on_how_bytes_arrive(data: bytes, size: int) -> None:
    """Any bytes, in any pieces, are the lines of their text."""
    expected = data.decode("utf-8", "replace").split("\n")

    assert expected == [*lines(piecewise(data, size)), *([""] if expected[-1] == "" else [])]


def test_a_line_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an endless line only the beginning is kept, and the next line is whole."""
    monkeypatch.setattr(log_files, "CHUNK", 1000)
    cut, after = lines(io.BytesIO(b"x" * 3 * LONGEST + b"\nnext\n").read)

    assert len(cut) < LONGEST + 2000
    assert after == "next"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings(tmp_path: Path, encoding: str, packed: bool) -> None:  # noqa: FBT001 - a parameter of a test
    """Text of any of these encodings is read, packed or not; so is an empty log."""
    file = tmp_path / "a.log"
    for text in ("ä\r\nb", ""):
        data = text.encode(encoding)
        file.write_bytes(gzip.compress(data) if packed else data)
        assert read(file) == (["ä\r", "b"] if text else [])


def test_what_is_no_text(tmp_path: Path) -> None:
    """A binary file is refused, packed or not."""
    for data in (b"\0\1", gzip.compress(b"\0\1")):
        (tmp_path / "a").write_bytes(data)
        with pytest.raises(InputError, match="this is no text"):
            read(tmp_path / "a")


def test_what_is_not_there(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(InputError, match="there is no such file"):
        read(tmp_path / "a")


def test_a_damaged_archive_gives_what_stands_before(tmp_path: Path) -> None:
    """Of a compressed log that is cut off, the lines before are read, then it is said."""
    text = "".join(f"line {n} {n * 7919}\n" for n in range(200_000))
    (tmp_path / "a.gz").write_bytes(gzip.compress(text.encode())[:-20_000])
    found: list[str] = []
    with pytest.raises(InputError, match="it is damaged"), opened_log(str(tmp_path / "a.gz"), no_stdin) as told:
        found.extend(told)

    assert len(found) > 1000
    assert found[:2] == ["line 0 0", "line 1 7919"]


def test_a_compressed_log_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to more than is read is used up to there, and said."""
    monkeypatch.setattr(log_files, "MAX_UNPACKED", 5_000_000)
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x\n" * 5_000_000))
    found: set[str] = set()
    with pytest.raises(InputError, match="it unpacks to more"), opened_log(str(tmp_path / "a.gz"), no_stdin) as told:
        found.update(told)

    assert found == {"x"}
