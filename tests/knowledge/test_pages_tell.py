"""What pages in the knowledge base tell, a look at the same page of a live mesh is known to tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from tests.knowledge.knowledge_base import asked_of, book, meshes, situation
from troubleshooter.consult.sources import ROWS
from troubleshooter.evidence.envoy.dump import ConfigDump
from troubleshooter.evidence.envoy.status import Certificates, Clusters, Stats
from troubleshooter.evidence.istiod.values import (
    EndpointShards,
    IstiodLog,
    Registry,
    RemoteClusters,
    SyncStatus,
    UsedConfig,
)
from troubleshooter.facts import CATALOGUE
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import CaseKind, RuntimePage
from troubleshooter.remedy import examine

PAGES: dict[type[Any], RuntimePage] = {
    ConfigDump: RuntimePage.CONFIG_DUMP,
    Clusters: RuntimePage.CLUSTERS,
    Stats: RuntimePage.STATS,
    Certificates: RuntimePage.CERTS,
    SyncStatus: RuntimePage.SYNC,
    Registry: RuntimePage.SERVICES,
    EndpointShards: RuntimePage.ENDPOINTS,
    UsedConfig: RuntimePage.CONFIG,
    RemoteClusters: RuntimePage.REMOTE_CLUSTERS,
    IstiodLog: RuntimePage.LOG,
}
TELLS = {page: frozenset().union(*(r.tells | r.beside_a_line for r in ROWS if r.page is page)) for page in RuntimePage}


def _with_pages() -> list[ParameterSet]:
    """The meshes with evidence that is no access log."""
    found = []
    for given in meshes("bad(-.+)?"):
        mesh = Path(str(given.values[0]))
        example = asked_of(mesh).example
        if example and example.to and any(Path(name).suffix != ".log" for name in example.evidence):
            found.append(given)
    return found


@pytest.mark.parametrize("mesh", _with_pages())
def test_page_tells_what_a_look_at_it_would(mesh: Path) -> None:
    """A fact that a page tells of a request is in a row of that page; else nobody would look for it there."""
    given = situation(mesh)
    pages = {one.name: page for kind, page in PAGES.items() for one in given.evidence.of(kind)}
    cases = (case for case in examine(book(), given, PlainEvaluator()).cases if case.kind is CaseKind.WALK)
    told = [
        (pages[s.file], fact.name) for c in cases for fact in c.facts.values() for s in fact.sources if s.file in pages
    ]
    seen = [(page, name) for page, name in told if CATALOGUE.facts[name].derived_by == "evidence"]

    assert [] == [(page, name) for page, name in seen if name not in TELLS[page]]
