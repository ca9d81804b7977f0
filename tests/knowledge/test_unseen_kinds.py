"""Nothing is found because objects are missing that nobody was allowed to list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.knowledge.knowledge_base import KNOWLEDGE, book, inventory, situation
from troubleshooter.inference import UNEXPLAINED, PlainEvaluator
from troubleshooter.model import Inventory, Request
from troubleshooter.remedy import Situation, examine
from troubleshooter.walk import RequestError

AREAS = sorted(KNOWLEDGE.glob("causes/*"))


def _causes(held: Inventory, request: Request | None = None) -> set[str]:
    """What is found, confirmed or likely."""
    situation_ = Situation(inventory=held, request=request)
    return {one.cause for one in examine(book(), situation_, PlainEvaluator()).conclusions}


def _without(whole: Inventory, group: str, kind: str) -> Inventory:
    """What is left where a kind may not be listed."""
    clusters = {one.cluster for one in whole.objects}
    left = tuple(one for one in whole.objects if (one.group, one.kind) != (group, kind))
    return replace(whole, objects=left, unseen=frozenset((cluster, group, kind, "") for cluster in clusters))


def _meshes(area: Path) -> Iterable[Path]:
    """Where something is wrong, or looks as if it were."""
    found = sorted(file for name in ("bad", "near") for file in area.glob(f"*/{name}*.yaml"))
    return [file for file in found if not file.stem.endswith(".example")]


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_audit_without_a_kind(area: Path) -> None:
    """Whatever kind was not seen, an audit finds no cause that it does not find with it."""
    wrong = []
    for mesh in _meshes(area):
        whole = inventory(mesh)
        known = _causes(whole)
        for group, kind in sorted({(one.group, one.kind) for one in whole.objects}):
            held = _without(whole, group, kind)
            more = _causes(held) - known if held.objects else set()
            wrong += [(f"{mesh.parent.name}/{mesh.name}", kind, cause) for cause in more]

    assert [] == wrong


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_request_without_a_kind(area: Path) -> None:
    """The same of a request that fails. One of which the failure is certain may be left without an explanation."""
    wrong = []
    for mesh in (one for one in _meshes(area) if one.stem == "bad"):
        whole, request = inventory(mesh), situation(mesh).request
        if request is None:
            continue
        known = _causes(whole, request)
        for group, kind in sorted({(one.group, one.kind) for one in whole.objects}):
            try:
                more = _causes(_without(whole, group, kind), request) - known
            except RequestError as error:
                more = {str(error)}
            wrong += [(f"{mesh.parent.name}/{mesh.name}", kind, cause) for cause in more - {UNEXPLAINED}]

    assert [] == wrong
