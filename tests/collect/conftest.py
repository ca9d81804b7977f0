"""Small files to read, made where the test runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from troubleshooter.collect import read_inventory
from troubleshooter.model import Inventory, Object

Write = Callable[[str, str | bytes], str]
Read = Callable[..., Inventory]
ReadOne = Callable[[str], Object]


def no_stdin() -> bytes:
    """Standard input that nobody may read."""
    pytest.fail("standard input was read")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """`write("a/b.yaml", text)` makes a file below the current folder and gives its path, as a user would name it."""
    monkeypatch.chdir(tmp_path)

    def make(name: str, content: str | bytes) -> str:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    return make


@pytest.fixture
def read_one(write: Write) -> ReadOne:
    """`read_one(text)`: the one object that a file `mesh.yaml` with this text holds."""

    def read(text: str) -> Object:
        (thing,) = read_inventory([write("mesh.yaml", text)], stdin=no_stdin).objects
        return thing

    return read
