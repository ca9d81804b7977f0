"""Habits of this code that no linter knows: short files, short functions, and a core that opens and asks nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "troubleshooter"
CORE = ("consult", "evidence", "facts", "inference", "mesh", "model", "rulebook", "remedy", "walk")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
# They need no import, so the import contract cannot see them; print() is ruff's.
REACHING_OUT = {"breakpoint", "compile", "eval", "exec", "input", "open", "__import__"}


def long_files(folder: Path) -> Iterator[str]:
    """The files of a folder that are too long, with their length."""
    for file in sorted(folder.rglob("*.py")):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            yield f"{file}: {lines} lines; at most {LONGEST_FILE}: turn a list into data or a topic into a module"


def nodes(folder: Path) -> Iterator[tuple[Path, ast.AST]]:
    """Every syntax node of every file of a folder."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            yield file, node


def long_functions(folder: Path) -> Iterator[str]:
    """The functions of a folder that are too long, with their length."""
    for file, node in nodes(folder):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{file}:{node.lineno}: {node.name} has {lines} lines; at most {LONGEST_FUNCTION}: split it"


def outward_calls(folder: Path) -> Iterator[str]:
    """The calls in a folder of what reaches out without an import."""
    for file, node in nodes(folder):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REACHING_OUT:
            yield f"{file}:{node.lineno}: {node.func.id}() is for the edges; the core takes values and returns values"


def test_no_file_is_too_long() -> None:
    """A file of the program has at most 300 lines."""
    assert [] == list(long_files(PACKAGE))


def test_no_function_is_too_long() -> None:
    """A function of the program has at most 40 lines."""
    assert [] == list(long_functions(PACKAGE))


@pytest.mark.parametrize("package", CORE)
def test_the_core_opens_and_asks_nothing(package: str) -> None:
    """No package of the core opens a file, asks a person or runs text as code."""
    assert [] == list(outward_calls(PACKAGE / package))


def test_a_long_file_is_noticed(tmp_path: Path) -> None:
    """A file of 301 lines is reported, one of 300 is not."""
    (tmp_path / "long.py").write_text("pass\n" * 301)
    (tmp_path / "short.py").write_text("pass\n" * 300)

    assert [f"{tmp_path}/long.py: 301 lines"] == [found.split(";")[0] for found in long_files(tmp_path)]


def test_a_long_function_is_noticed(tmp_path: Path) -> None:
    """A function of 41 lines is reported, one of 40 is not."""
    (tmp_path / "a.py").write_text("def long():\n" + "    pass\n" * 40 + "def short():\n" + "    pass\n" * 39)

    assert [f"{tmp_path}/a.py:1: long has 41 lines"] == [found.split(";")[0] for found in long_functions(tmp_path)]


def test_a_call_that_reaches_out_is_noticed(tmp_path: Path) -> None:
    """A call of open() is reported, a method of that name is not."""
    (tmp_path / "a.py").write_text("circuit.open()\nopen('file')\n")

    assert [f"{tmp_path}/a.py:2: open() is for the edges"] == [found.split(";")[0] for found in outward_calls(tmp_path)]
