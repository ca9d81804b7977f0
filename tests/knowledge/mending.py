"""What `good.yaml` and `session.txt` hold: a mesh after its fix, and the consultation on it, as text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tests.knowledge.applying import apply, objects_in
from tests.knowledge.knowledge_base import LOG, MARK, asked_of, diagnosis, inventory, root_of
from troubleshooter.model import Fix, Key, Object
from troubleshooter.remedy.manifests import manifest
from troubleshooter.remedy.verify import ONLY_TRAFFIC
from troubleshooter.report import Screen, to_text
from troubleshooter.rulebook import Example

DIVIDER = re.compile(r"^---[ \t]*\n", re.MULTILINE)
WIDTH = 80


def fix_that_holds(mesh: Path) -> Fix | None:
    """The first fix that holds in a mesh; where none can be tried for want of traffic, the first of those."""
    fixes = root_of(mesh).fixes
    untried = (fix for fix in fixes if fix.why_not_verified == ONLY_TRAFFIC and (fix.manifest or fix.commands))
    return next((fix for fix in fixes if fix.verified), next(untried, None))


def mended_text(mesh: Path, fix: Fix) -> str:
    """The mesh's text after a fix. What the fix leaves alone stays as it was written, without the marks; what it
    changes stands in the same place, what it makes at the end."""
    before = {thing.key: thing for thing in inventory(mesh).objects}
    after = {thing.key: thing for thing in apply(inventory(mesh), fix).objects}
    parts = DIVIDER.split(mesh.read_text(encoding="utf-8"))
    documents = [_document(part, before, after) for part in parts]
    documents += [manifest([thing.raw]) for key, thing in after.items() if key not in before]
    return "---\n".join(document for document in documents if document)


def _document(part: str, before: Mapping[Key, Object], after: Mapping[Key, Object]) -> str:
    keys = [thing.key for thing in objects_in(part)]
    if all(key in after and after[key].raw == before[key].raw for key in keys):
        return MARK.sub("", part)
    return manifest(after[key].raw for key in keys if key in after)


def session_text(mesh: Path) -> str:
    """The command line that asks the example of a mesh, and what comes out, as 80 columns show it."""
    arguments = ["troubleshoot diagnose", f"-f {mesh.name}", *_arguments(asked_of(mesh).example)]
    line = " ".join(arguments)
    command = line if len(line) + 2 <= WIDTH else " \\\n    ".join(arguments)
    return f"$ {command}\n\n{to_text(replace(diagnosis(mesh), engine=''), Screen(width=WIDTH))}\n"


def _given(name: str) -> tuple[str, str]:
    return ("--log" if name.endswith(LOG) else "--envoy", name)


def _arguments(example: Example | None) -> Iterator[str]:
    """The flags of an example, each with its value."""
    if example is None:
        return
    headers = [("-H", f"{name}: {value}") for name, value in example.headers.items()]
    method = "" if example.method == "GET" else example.method
    given = [("--from", example.source), ("--to", example.to), ("-X", method), *headers]
    given += [("--sni", example.sni), ("--expect", example.expect), *map(_given, example.evidence)]
    yield from (shlex.join(pair) for pair in given if pair[1])
    yield from ["--plaintext"] if example.plaintext else []
    yield from ["--http1.0"] if example.http10 else []
