"""What `-f` names, to files, and files to bytes.

Decides: which files a folder gives, what is followed, and what is not read at all. Must not know what files hold. In a
folder: every *.yaml, *.yml and *.json, by name, folders below it too, and what a tool that collects for support put at
a known place; nothing hidden (`.git`, editors' leavings); no link that leads out of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from troubleshooter.collect.archives.layouts import Use, place_of
from troubleshooter.collect.errors import InputError, note
from troubleshooter.model import NotChecked

SUFFIXES = (".yaml", ".yml", ".json")

MAX_BYTES = 512 * 2**20
"""The biggest file that is read: a dump of ten thousand services with their pods has about this size."""

STDIN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """`name` is the path as given (for a file of a folder, joined to the folder's), `-` standard input; `cluster` the
    Kubernetes cluster that `NAME=PATH` says it is of; `direct` whether somebody named this very file; `folder` is the
    argument that named the folder it is in, "" for one that was named itself."""

    name: str
    cluster: str
    direct: bool
    folder: str = ""


def find_files(arguments: Sequence[str]) -> Iterator[InputFile | NotChecked]:
    """The files that arguments of `-f` stand for, in a fixed order, and what of a folder is not followed."""
    for argument in arguments:
        cluster, path = _cluster_and_path(argument)
        if path == STDIN or not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where one may not look
            yield InputFile(name=path, cluster=cluster, direct=True)
        else:
            yield from _folder(path, cluster)


def _cluster_and_path(argument: str) -> tuple[str, str]:
    """`east=mesh.yaml` names a Kubernetes cluster, unless there is a file that is called so."""
    name, equals, path = argument.partition("=")
    if name and equals and path and not os.path.lexists(argument):
        return name, path
    return "", argument


def _wanted(folder: str, name: str) -> bool:
    """Whether a file of a folder is read: for its ending, or for its place."""
    place = place_of(placed(os.path.join(folder, name)))  # noqa: PTH118 - only looked at
    return place.use is not Use.NOTHING if place else name.lower().endswith(SUFFIXES)


def placed(path: str) -> str:
    """The path by which the place of a file in a layout is known: folders above the one that was named tell, too."""
    return os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100 - Path.resolve would follow links


def _folder(root: str, cluster: str) -> Iterator[InputFile | NotChecked]:
    denied: list[OSError] = []
    found = False
    for folder, below, names in os.walk(root, onerror=denied.append):
        below[:] = sorted(name for name in below if not name.startswith("."))
        wanted = sorted(name for name in names if not name.startswith(".") and _wanted(folder, name))
        for name in [*(name for name in below if Path(folder, name).is_symlink()), *wanted]:
            path = os.path.join(folder, name)  # noqa: PTH118 - Path would drop the ./ of a path as given
            if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
                yield note(path, "this link leads out of the folder and was not followed", f"Name it: `-f {path}`")
            elif name in wanted:
                found = True
                yield InputFile(name=path, cluster=cluster, direct=False, folder=root)
    for error in denied:
        yield unreadable(str(error.filename), error)
    if not found:
        yield note(root, "there is no *.yaml, *.yml or *.json file in this folder", "Name another folder, or the files")


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """A regular file, to read. Raises InputError if it is none, or cannot be read."""
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            unlock = "Pipe its content in instead: `... | troubleshoot diagnose -f -`"
            raise InputError(note(path, "this is a pipe or a device, not a file", unlock))
        with Path(path).open("rb") as file:
            yield file
    except OSError as error:
        raise InputError(unreadable(path, error)) from None


def read_bytes(path: str) -> bytes:
    """The content of a regular file. Raises InputError if it is none, is too big, or cannot be read."""
    with opened(path) as file:
        return within_bounds(path, file.read(MAX_BYTES + 1))


def within_bounds(name: str, data: bytes) -> bytes:
    """`data` as it is. Raises InputError if there is more of it than is read."""
    if len(data) > MAX_BYTES:
        why = f"it is bigger than {MAX_BYTES // 2**20} MiB"
        raise InputError(note(name, why, "Give fewer namespaces at a time, or JSON instead of YAML"))
    return data


_REASONS: dict[type[OSError], tuple[str, str]] = {
    FileNotFoundError: ("there is no such file or folder", "Check the path and the folder that you are in"),
    PermissionError: ("reading it is not permitted", "Make it readable for you, or run this as its owner"),
}


def unreadable(path: str, error: OSError) -> NotChecked:
    """Why the system would not give a file."""
    why, unlock = _REASONS.get(type(error), (f"it cannot be read ({error.strerror})", ""))
    return note(path, why, unlock)
