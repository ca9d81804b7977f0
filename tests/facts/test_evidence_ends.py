"""Which proxies of the evidence sent and took a request."""

from __future__ import annotations

from typing import Any

from tests.facts.proxy_pages import page, put_in
from troubleshooter.evidence import AccessLogEntry, Evidence, NamedStage
from troubleshooter.evidence.envoy.dump import Node
from troubleshooter.evidence.envoy.proxies import Proxy
from troubleshooter.evidence.envoy.status import Clusters, ClusterStatus, ServerInfo
from troubleshooter.facts import Observation
from troubleshooter.facts.of_evidence import Scene
from troubleshooter.facts.of_evidence.ends import Ends, ends_of
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory

API = "outbound|80||api.shop.svc.cluster.local"


def _evidence(*pages: tuple[str, Any]) -> Evidence:
    return put_in(*(page(value, origin) for origin, value in pages))


def _clusters(*names: str) -> Clusters:
    return Clusters(by_name={name: ClusterStatus(name=name) for name in names})


def _ends(evidence: Evidence) -> Ends:
    entry = AccessLogEntry(start_time="", flags=("UC",), upstream_cluster=API)
    seen = Observation(entry=entry, named=NamedStage())
    return ends_of(Scene(mesh=Mesh(Inventory()), evidence=evidence, observation=seen))


def _pods(ends: Ends) -> tuple[str, str]:
    return _pod(ends.sender), _pod(ends.target)


def _pod(end: Proxy | None) -> str:
    return end.node.pod if end else ""


def test_the_proxy_with_the_logged_cluster_sent_it() -> None:
    """A proxy that has the cluster is the sender, one with inbound clusters beside it the target."""
    web, api = Node(id="a", pod="web"), Node(id="b", pod="api")
    pages = [("web", _clusters(API, "inbound|8080||")), ("api", _clusters("inbound|80||"))]
    infos = [("web", ServerInfo(node=web)), ("api", ServerInfo(node=api))]

    assert _pods(_ends(_evidence(*pages, *infos))) == ("web", "api")


def test_two_proxies_that_could_have_sent_it_tell_nothing() -> None:
    """Where two proxies have the cluster, neither is taken."""
    assert _ends(_evidence(("one", _clusters(API)), ("two", _clusters(API)))) == Ends()
