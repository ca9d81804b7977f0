"""Where pods and endpoints of the namespaces alone are read that a request touches, the answer is the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.knowledge.knowledge_base import diagnosed, meshes, situation
from tests.tables.rows import TABLES, answer_of, inventory_of, request_of, rows_of
from troubleshooter.collect.cluster.kinds import KUBERNETES
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, Request
from troubleshooter.report import to_json
from troubleshooter.walk.reach.closure import ROUNDS, Space, namespaces_touched

HEAVY = frozenset((kind.group, kind.kind) for kind in KUBERNETES if kind.heavy)
AREAS = sorted(TABLES.glob("*.yaml"))


def _read(whole: Inventory, spaces: frozenset[Space]) -> Inventory:
    """Configuration, and of the heavy kinds what is in some namespaces, which are listed there."""
    left = (o for o in whole.objects if (o.group, o.kind) not in HEAVY or (o.cluster, o.namespace) in spaces)
    listed = frozenset((cluster, *kind, space) for cluster, space in spaces for kind in HEAVY)
    return replace(whole, objects=tuple(left), listed=whole.listed | listed)


def _all(whole: Inventory) -> Inventory:
    spaces = {o.namespace or o.name for o in whole.objects if o.namespace or o.kind == "Namespace"}
    clusters = {o.cluster for o in whole.objects}
    return _read(whole, frozenset((cluster, space) for cluster in clusters for space in spaces))


def _closed(whole: Inventory, request: Request, namespace: str) -> Inventory:
    """What a reader of a live cluster has read once no namespace is new."""
    spaces: frozenset[Space] = frozenset()
    for _ in range(ROUNDS):
        more = namespaces_touched(Mesh(_read(whole, spaces)), request, namespace)
        if more <= spaces:
            break
        spaces |= more
    return _read(whole, spaces)


@pytest.mark.parametrize("area", AREAS, ids=lambda file: file.stem)
def test_walk_of_every_row(area: Path) -> None:
    """The walk of each row of the tables is the same."""
    wrong = []
    for row in (one for one in rows_of(area) if "without" not in one.raw):
        whole, request = inventory_of(row), request_of(row)
        part = _closed(whole, request, row.raw.get("namespace", "shop"))
        if answer_of(row, _all(whole)) != answer_of(row, part):
            wrong.append(row.place)

    assert [] == wrong


def _json(mesh: Path, held: Inventory) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(to_json(diagnosed(replace(situation(mesh), inventory=held))))
    return {key: told[key] for key in ("verdict", "path", "findings")}


@pytest.mark.parametrize("mesh", meshes(r"bad(-.+)?"))
def test_diagnosis_of_every_cause(mesh: Path) -> None:
    """Verdict, path and findings, with the fixes that were tried, are the same."""
    asked = situation(mesh)
    if asked.request is None or asked.entry is not None:
        pytest.skip("no request is named by flags alone, and for a log all is read")
    whole = asked.inventory

    assert _json(mesh, _all(whole)) == _json(mesh, _closed(whole, asked.request, "default"))
