"""A bundle of a bad mesh gives the diagnosis of the mesh, also without its names; and no name is in it."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.knowledge.knowledge_base import (
    LOG,
    asked_of,
    diagnosed,
    diagnosis,
    inventory,
    meshes,
    request_of,
    situation,
    with_retries,
)
from troubleshooter.collect import read_input
from troubleshooter.collect.bundle.packing import Contents, packed
from troubleshooter.collect.files import Collected
from troubleshooter.collect.redaction.kept_words import is_kept
from troubleshooter.evidence import ONCE, group_failures, parse_lines, take
from troubleshooter.model import Diagnosis, Exhibit
from troubleshooter.remedy import Situation
from troubleshooter.report import to_json

KEY = b"a key of the tests"


@cache
def _given(mesh: Path) -> Contents:
    """The objects of a mesh with its log and its evidence."""
    example = asked_of(mesh).example
    files = [mesh.with_name(name) for name in example.evidence] if example else []
    texts = [(file.suffix == LOG, Exhibit(name=file.name, text=file.read_text(encoding="utf-8"))) for file in files]
    return Contents(
        inventory=inventory(mesh),
        exhibits=tuple(text for is_log, text in texts if not is_log),
        logs=tuple(text for is_log, text in texts if is_log),
    )


def _read(data: bytes, folder: Path) -> Collected:
    """What is in a bundle."""
    (folder / "bundle.tgz").write_bytes(data)
    return read_input([str(folder / "bundle.tgz")], stdin=lambda: b"")


def _asked(mesh: Path, found: Collected, said: Callable[[str], str] = str) -> Diagnosis:
    """The diagnosis of a bundle, of the same request as the mesh itself."""
    example = asked_of(mesh).example
    request = None
    if example and example.to:
        headers = {said(name): said(_token(value, said)) for name, value in example.headers.items()}
        request = request_of(
            replace(
                example,
                source=said(example.source),
                to=said(example.to),
                sni=said(example.sni),
                expect=said(example.expect),
                headers=headers,
            )
        )
    groups = [g for log in found.logs[:1] for g in group_failures(parse_lines(log.text.splitlines(), file=log.name))]
    failure = groups[0] if groups else None
    return diagnosed(
        Situation(
            inventory=found.inventory,
            request=request,
            entry=failure.example if failure else None,
            recurrence=failure.recurrence if failure else ONCE,
            evidence=with_retries(take(found.exhibits)),
            told=situation(mesh).told,
        )
    )


def _token(value: str, said: Callable[[str], str]) -> str:
    """A JSON Web Token whose claims have other names; anything else as it is."""
    parts = value.removeprefix("Bearer ").split(".")
    if not value.startswith("Bearer ") or len(parts) != 3:
        return value
    claims = said(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)).decode())
    return "Bearer " + ".".join([parts[0], base64.urlsafe_b64encode(claims.encode()).decode().rstrip("="), parts[2]])


def _places_left_out(value: Any) -> Any:
    """JSON without the names of files and the lines in them."""
    if isinstance(value, dict):
        return {key: _places_left_out(v) for key, v in value.items() if key not in {"file", "line"}}
    if isinstance(value, list):
        return [_places_left_out(item) for item in value]
    return re.sub(r"\S*\.(?:ya?ml|json|log|txt)(?::\d+)?", "FILE", value) if isinstance(value, str) else value


def _essence(found: Diagnosis) -> tuple[str, list[str], str]:
    """Verdict, the stages at which it dies, and the cause that is to blame."""
    branches = found.walk.branches if found.walk else ()
    return (
        str(found.walk.verdict) if found.walk else "",
        sorted({str(b.failed.stage) for b in branches if b.failed}),
        found.root.cause if found.root else "",
    )


@pytest.mark.parametrize("mesh", meshes(r"bad(-.+)?"))
def test_bundle_gives_the_same_diagnosis(mesh: Path, tmp_path: Path) -> None:
    """All of it: findings, walk and what was not checked; only places are those in the bundle."""
    data, _ = packed(_given(mesh), "test")
    again = _asked(mesh, _read(data, tmp_path))

    assert _places_left_out(json.loads(to_json(diagnosis(mesh)))) == _places_left_out(json.loads(to_json(again)))


@pytest.mark.parametrize("mesh", meshes(r"bad(-.+)?"))
def test_redacted_bundle_has_the_same_cause(mesh: Path, tmp_path: Path) -> None:
    """Verdict, stage and root cause are those of the mesh, where the request is asked by the other names; and no part
    of a name is in the archive or in what comes out."""
    data, names = packed(_given(mesh), "test", key=KEY)
    other: dict[str, str] = json.loads(names)
    longest = "|".join(map(re.escape, sorted(other, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{longest})(?![A-Za-z0-9])")
    again = _asked(mesh, _read(data, tmp_path), lambda text: pattern.sub(lambda found: other[found[0]], text))

    assert _essence(diagnosis(mesh)) == _essence(again)
    assert set() == _named_in(mesh, gzip.decompress(data).decode("utf-8", errors="replace"))
    assert set() == _named_in(mesh, " ".join(_texts(json.loads(to_json(again))["findings"])))


def _named_in(mesh: Path, text: str) -> set[str]:
    """The parts of names of objects and namespaces that stand in a text, but for words that everybody uses."""
    names = (f"{thing.namespace}-{thing.name}" for thing in inventory(mesh).objects)
    parts = {part for name in names for part in re.findall(r"[a-z0-9]+", name)}
    secret = {part for part in parts if not is_kept(part) and len(part) > 3}
    return secret & set(re.findall(r"(?<![A-Za-z0-9_])[a-z0-9]+(?![A-Za-z0-9_])", text))


def _texts(value: Any) -> Iterator[str]:
    """What names objects in a result: its sentences may hold any word."""
    if isinstance(value, dict):
        yield from (v for key, v in value.items() if key in {"name", "namespace", "manifest"} and isinstance(v, str))
        for held in value.values():
            yield from _texts(held)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
