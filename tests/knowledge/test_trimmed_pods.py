"""What is dropped of pods changes no diagnosis."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.judge.judging import CASES
from tests.knowledge.knowledge_base import KNOWLEDGE, audit, diagnosed, inventory, situation
from troubleshooter.collect.trimming import Trimming
from troubleshooter.model import Inventory
from troubleshooter.remedy import Situation
from troubleshooter.report import to_json


def _trimmed(whole: Inventory) -> Inventory:
    trim = Trimming()
    objects = (
        thing.with_raw(trim.read(json.dumps(thing.raw).encode())) if thing.kind == "Pod" else thing
        for thing in whole.objects
    )
    return replace(whole, objects=tuple(objects))


def _controlled(text: str) -> bool:
    return "kind: Pod\n" in text and "ownerReferences" in text


MESHES = [
    file
    for file in sorted(KNOWLEDGE.glob("causes/*/*/*.yaml"))
    if file.stem.partition("-")[0] in ("bad", "near")
    and not file.stem.endswith(".example")
    and _controlled(file.read_text(encoding="utf-8"))
]
JUDGED = [file for file in sorted(CASES.glob("*.yaml")) if _controlled(file.read_text(encoding="utf-8"))]


def _json(what: Situation) -> Any:
    return json.loads(to_json(diagnosed(what)))


@pytest.mark.parametrize("mesh", MESHES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_diagnosis_of_the_knowledge_base(mesh: Path) -> None:
    """Each mesh with pods of a controller comes to the same, asked and audited."""
    asked = situation(mesh)
    trimmed = _trimmed(asked.inventory)

    assert _json(asked) == _json(replace(asked, inventory=trimmed))
    assert json.loads(to_json(audit(mesh))) == _json(Situation(inventory=trimmed, evidence=_evidence(mesh)))


def _evidence(mesh: Path) -> Any:
    """What an audit is given beside the objects."""
    asked = situation(mesh)
    return asked.evidence if asked.request is None else Situation(inventory=asked.inventory).evidence


@pytest.mark.parametrize("mesh", JUDGED, ids=lambda file: file.stem)
def test_audit_of_judged_meshes(mesh: Path) -> None:
    """The same of the meshes by which the program is judged."""
    whole = inventory(mesh)

    assert _json(Situation(inventory=whole)) == _json(Situation(inventory=_trimmed(whole)))
