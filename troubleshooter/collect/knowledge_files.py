"""A knowledge folder to texts and names.

Decides: which files of the folder are read, which are only named, and what is no part of it at all (hidden files and
what editors leave behind). A folder that cannot be read as a whole is an error: conclusions drawn from half of the
knowledge would be wrong without a sign. Must not know what any file says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from troubleshooter.collect.errors import InputError, note
from troubleshooter.collect.inputs import read_bytes, unreadable
from troubleshooter.collect.text import decode
from troubleshooter.model import NotChecked
from troubleshooter.model.plain import plain

MAX_BYTES = 4 * 2**20
"""The biggest file of knowledge that is read; those that there are hold a few kilobytes."""

_READ = re.compile(r"(?!causes/)(?:[^/]+/)?[^/]+\.(?:yaml|md)|causes/[^/]+/[^/]+/cause\.yaml")
"""What holds knowledge itself. Fixtures beside a cause are named, and read by those who use them."""

_LEFT_BEHIND = re.compile(r"\..*|.*~|#.*#|.*\.(?:swp|swo|orig|rej|bak|tmp)|__pycache__")
"""Hidden files, and what editors, merges and interpreters leave in a folder."""

_KNOWLEDGE = ("causes", "symptoms", "questions.yaml")
"""One of these is in every knowledge folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeFiles:
    """`texts` are the files that hold knowledge, `names` the paths of all files; both relative to the folder, with
    slashes."""

    texts: dict[str, str]
    names: frozenset[str]


def read_knowledge(folder: Path) -> KnowledgeFiles:
    """Everything that `rulebook.parse` (texts) and `rulebook.check` (names) ask for.

    Raises InputError where the folder is none, holds no knowledge, or holds something that cannot be read. Links that
    lead out of the folder, pipes and devices are not followed.
    """
    _demand(folder)
    texts: dict[str, str] = {}
    names: set[str] = set()
    missing: list[NotChecked] = []
    for name in _names(folder, missing):
        names.add(name)
        try:
            if _READ.fullmatch(name):
                texts[name] = _text(folder / name)
        except InputError as error:
            missing.append(error.note)
    if missing:
        raise InputError(missing[0], others=len(missing) - 1)
    return KnowledgeFiles(texts=texts, names=frozenset(names))


def _demand(folder: Path) -> None:
    """Raise InputError unless `folder` looks like one of ours, before all of a wrong one is walked."""
    try:
        there = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise InputError(unreadable(str(folder), error)) from None
    if there.isdisjoint(_KNOWLEDGE):
        unlock = "Name a folder that holds causes/, symptoms/ or questions.yaml"
        raise InputError(note(str(folder), "there is no knowledge base in this folder", unlock))


def _names(root: Path, missing: list[NotChecked]) -> Iterator[str]:
    """The files of the folder, in a fixed order; what is not followed is added to `missing`."""
    denied: list[OSError] = []
    for folder, below, files in os.walk(root, onerror=denied.append):
        kept = [name for name in sorted(below) if not _LEFT_BEHIND.fullmatch(name)]
        below[:] = [name for name in kept if not Path(folder, name).is_symlink()]
        linked = [name for name in kept if name not in below]
        inside = Path(folder).relative_to(root)
        for name in [*linked, *sorted(files)]:
            if _LEFT_BEHIND.fullmatch(name):
                continue
            if why := _refused(folder, name, root, linked=name in linked):
                missing.append(note(str(Path(folder, name)), why, "Put a plain file with a plain name in its place"))
            else:
                yield name if folder == str(root) else f"{inside.as_posix()}/{name}"
    missing.extend(unreadable(str(error.filename), error) for error in denied)


def _refused(folder: str, name: str, root: Path, *, linked: bool) -> str:
    """Why a file of the folder is not taken; "" if it is."""
    if plain(name) != name:
        return "its name has characters that cannot be shown"
    path = os.path.join(folder, name)  # noqa: PTH118 - there are thousands of files, and Path takes its time
    if linked or (os.path.islink(path) and not _leads_inside(path, root)):  # noqa: PTH114 - the same
        return "this is a link to a folder, or one that leads out of the knowledge base; it was not followed"
    return ""


def _leads_inside(path: str, root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def _text(path: Path) -> str:
    data = read_bytes(str(path))
    if len(data) > MAX_BYTES:
        why = f"it is bigger than {MAX_BYTES // 2**20} MiB, which no file of knowledge is"
        raise InputError(note(str(path), why, "Move it out of the knowledge base"))
    return decode(str(path), data).text
