"""Pages that belong to one proxy."""

from __future__ import annotations

from typing import Any

from troubleshooter.evidence import Evidence, Kind, Reading
from troubleshooter.evidence.envoy.dump import ConfigDump, Node
from troubleshooter.evidence.envoy.proxies import proxies_of
from troubleshooter.evidence.envoy.status import Ready, ServerInfo

ANY = Kind(words="a page", fits=lambda _page: True, read=lambda page: page)
WEB = Node(id="sidecar~10.0.0.1~web.shop~shop.svc.cluster.local", pod="web", namespace="shop")
API = Node(id="sidecar~10.0.0.2~api.shop~shop.svc.cluster.local", pod="api", namespace="shop")


def _evidence(*pages: tuple[str, Any]) -> Evidence:
    readings: dict[type[Any], tuple[Reading[Any], ...]] = {}
    for origin, value in pages:
        one = Reading(value=value, kind=ANY, name="page", origin=origin)
        readings[type(value)] = (*readings.get(type(value), ()), one)
    return Evidence(readings=readings)


def test_pages_without_a_name_belong_to_the_proxy_beside_them() -> None:
    """A page that names no node is of the one node that another page of its place names."""
    (proxy,) = proxies_of(_evidence(("web", ConfigDump(node=WEB)), ("web", Ready(state="LIVE"))))

    assert (proxy.node, [page.value.state for page in proxy.of(Ready)]) == (WEB, ["LIVE"])


def test_pages_beside_two_proxies_belong_to_neither() -> None:
    """Where a place holds pages of two proxies, one that names none is not given to either."""
    found = proxies_of(_evidence(("", ConfigDump(node=WEB)), ("", ConfigDump(node=API)), ("", Ready(state="LIVE"))))

    assert [proxy.node.pod for proxy in found if proxy.of(Ready)] == [""]


def test_pages_of_one_node_from_two_places_are_one_proxy() -> None:
    """The node's id counts, not where a page was found, and not what else a page tells of the node."""
    found = proxies_of(_evidence(("a", ConfigDump(node=WEB)), ("b", ServerInfo(node=Node(id=WEB.id)))))

    assert [proxy.node for proxy in found] == [WEB]


def _of_pod(pod: str, value: Any) -> Evidence:
    one = Reading(value=value, kind=ANY, name="page", origin="folder", pod=pod)
    return Evidence(readings={type(value): (one,)})


def test_pages_that_an_archive_keeps_for_a_pod_are_of_its_proxy() -> None:
    """No page has to name a node where the path names the pod."""
    (proxy,) = proxies_of(_of_pod("shop/web", Ready(state="LIVE")))

    assert ("shop", "web") == (proxy.node.namespace, proxy.node.pod)


def test_the_path_of_a_page_outranks_the_node_that_it_names() -> None:
    """The address and all else that the node says of itself is kept."""
    (proxy,) = proxies_of(_of_pod("shop/api", ConfigDump(node=WEB)))

    assert ("api", WEB.id) == (proxy.node.pod, proxy.node.id)


def test_a_page_that_names_the_node_of_a_pod_joins_the_pages_of_the_pod() -> None:
    """A dump taken by hand and an archive of the same pod tell of one proxy."""
    kept = _of_pod("shop/web", Ready(state="LIVE"))
    by_hand = _evidence(("", ConfigDump(node=WEB)))

    (proxy,) = proxies_of(Evidence(readings={**kept.readings, **by_hand.readings}))

    assert (1, 1, WEB) == (len(proxy.of(Ready)), len(proxy.of(ConfigDump)), proxy.node)
