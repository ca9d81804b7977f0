"""Looks into running pods, over HTTP and websockets: which way is taken, and what each failure is called."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.kube_api import faults
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.connection import Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.looks import Looker
from troubleshooter.model import RuntimePage, Sight

BIG = b'{"configs": [' + b'"' + b"\xc3\xa9" * 1_000_000 + b'"]}'
PAGES = {
    "config_dump?include_eds": BIG,
    "clusters?format=json": b'{"cluster_statuses": []}',
    "certs": b'{"certificates": []}',
    "stats": b"cluster.x.upstream_cx_total: 1\n",
}
SYNC = b'[{"proxy": "web-1.shop"}]'
NO_FORWARD = ("*", "", "pods/portforward", "shop")
NO_EXEC = ("*", "", "pods/exec", "shop")


def _pod(name: str, namespace: str = "shop", *, native: bool = False) -> dict[str, Any]:
    containers = [{"name": "app"}, *([] if native else [{"name": "istio-proxy"}]), {"name": "discovery"}]
    first = [{"name": "istio-proxy", "restartPolicy": "Always"}] if native else []
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": containers, "initContainers": first},
    }


OBJECTS = [
    _pod("web-1"),
    _pod("web-2", native=True),
    _pod("istiod-1", "istio-system"),
    _pod("istiod-2", "istio-system"),
]
PROXIES: dict[tuple[str, str], Any] = {
    ("shop", "web-1"): {15000: PAGES, 15020: {"stats/prometheus": b"envoy_server_live{} 1\n"}},
    ("shop", "web-2"): {15000: PAGES},
    ("istio-system", "istiod-1"): {15014: {"debug/syncz": SYNC}},
}
LOGS = {("shop", "web-1", "istio-proxy"): "one\n", ("shop", "web-2", "istio-proxy"): "two\n"}


@contextmanager
def _looking(folder: Path, limits: Limits | None = None, **more: Any) -> Iterator[tuple[Looker, ApiServer]]:
    options: dict[str, Any] = {"proxies": PROXIES, "logs": LOGS, **more}
    with ApiServer(OBJECTS, **options) as api:
        found = connections([], str(api.kubeconfig(folder / "config")), limits or Limits(silence=5, whole=20))
        looker = Looker(found)
        try:
            yield looker, api
        finally:
            looker.close()


def _of(page: RuntimePage, *pods: str, namespace: str = "shop", container: str = "istio-proxy") -> Sight:
    return Sight(page=page, namespace=namespace, pods=pods or ("web-1",), container=container)


def _asked(api: ApiServer, word: str) -> list[str]:
    return [path for _, path, _ in api.requests if word in path]


def _failure(looker: Looker, sight: Sight) -> ClusterError:
    with pytest.raises(ClusterError) as caught:
        looker.look(sight)
    return caught.value


def test_page_is_read_through_a_port_forward(tmp_path: Path) -> None:
    """Two megabytes arrive as they were, though they come in many pieces."""
    with _looking(tmp_path) as (looker, api):
        found = looker.look(_of(RuntimePage.CONFIG_DUMP)).exhibits[0]

    assert BIG.decode() == found.text
    assert ("shop/web-1", "shop/web-1: config_dump?include_eds") == (found.pod, found.name)
    assert [] == _asked(api, "/exec")


def test_pages_of_one_proxy_share_a_connection(tmp_path: Path) -> None:
    """The proxy keeps the connection open."""
    with _looking(tmp_path) as (looker, api):
        texts = [looker.look(_of(page)).exhibits[0].text for page in (RuntimePage.CLUSTERS, RuntimePage.CERTS)]

    assert ['{"cluster_statuses": []}', '{"certificates": []}'] == texts
    assert 1 == len(_asked(api, "/portforward"))


def test_page_is_fetched_once(tmp_path: Path) -> None:
    """Whoever goes back in a consultation sees what was seen before."""
    with _looking(tmp_path) as (looker, api):
        for _ in range(2):
            looker.look(_of(RuntimePage.LOG))

    assert 1 == len(_asked(api, "/log"))


def test_exec_stands_in_where_port_forward_is_forbidden(tmp_path: Path) -> None:
    """Also in a native sidecar, which is an init container; and what is forbidden is not tried."""
    with _looking(tmp_path, forbidden=[NO_FORWARD]) as (looker, api):
        found = looker.look(_of(RuntimePage.CONFIG_DUMP, "web-2")).exhibits[0]

    assert BIG.decode() == found.text
    assert ["[]"] == [str(_asked(api, "/portforward"))]


def test_exec_stands_in_where_port_forward_is_refused(tmp_path: Path) -> None:
    """Some gateways let no port-forward through."""
    with _looking(tmp_path, faults=[faults.refused("*/portforward*", 400, times=9)]) as (looker, _):
        found = looker.look(_of(RuntimePage.CERTS)).exhibits[0]

    assert '{"certificates": []}' == found.text


def test_counters_are_had_without_both(tmp_path: Path) -> None:
    """Those for Prometheus come through the API server."""
    with _looking(tmp_path, forbidden=[NO_FORWARD, NO_EXEC]) as (looker, _):
        found = looker.look(_of(RuntimePage.STATS)).exhibits[0]

    assert "envoy_server_live{} 1\n" == found.text


def test_what_is_forbidden_names_the_role(tmp_path: Path) -> None:
    """Nothing is tried; whoever may give the right is told the command."""
    with _looking(tmp_path, forbidden=[NO_FORWARD, NO_EXEC]) as (looker, api):
        error = _failure(looker, _of(RuntimePage.CERTS))
        unlock = looker.unlock(_of(RuntimePage.CERTS), error)

    assert Why.FORBIDDEN is error.why
    assert "-n shop --verb=get,create --resource=pods/portforward,pods/exec" in unlock
    assert [] == _asked(api, "/exec")


def test_both_verbs_are_wanted_since_135(tmp_path: Path) -> None:
    """A role with `get` alone is refused there."""
    role = {
        "kind": "ClusterRole",
        "metadata": {"name": "old"},
        "rules": [{"apiGroups": [""], "resources": ["pods/portforward", "pods/exec"], "verbs": ["get"]}],
    }
    with _looking(tmp_path, roles=[role], version=(1, 35)) as (looker, _):
        error = _failure(looker, _of(RuntimePage.CERTS))

    assert Why.FORBIDDEN is error.why


def test_all_istiods_are_asked(tmp_path: Path) -> None:
    """One that does not answer is named, the other's page is there."""
    with _looking(tmp_path) as (looker, _):
        sight = _of(RuntimePage.SYNC, "istiod-1", "istiod-2", namespace="istio-system", container="discovery")
        found = looker.look(sight)

    assert [SYNC.decode()] == [one.text for one in found.exhibits]
    assert ["istio-system/istiod-2: debug/syncz"] == [one.what for one in found.missing]
    assert "connection refused" in found.missing[0].why


def test_ztunnel_is_reached_by_port_forward(tmp_path: Path) -> None:
    """Its page is served where a proxy's is."""
    told = b'{"workloads": [], "services": []}'
    with _looking(tmp_path, proxies={("shop", "web-1"): {15000: {"config_dump": told}}}) as (looker, _):
        found = looker.look(_of(RuntimePage.ZTUNNEL)).exhibits[0]

    assert told.decode() == found.text


def test_exec_does_not_stand_in_for_ztunnel(tmp_path: Path) -> None:
    """It would fail there, and hide that a right is missing."""
    with _looking(tmp_path, forbidden=[NO_FORWARD]) as (looker, api):
        error = _failure(looker, _of(RuntimePage.ZTUNNEL))

    assert (Why.FORBIDDEN, []) == (error.why, _asked(api, "/exec"))


def test_logs_of_several_pods_are_read(tmp_path: Path) -> None:
    """Each is a text of its own."""
    with _looking(tmp_path) as (looker, api):
        found = looker.look(_of(RuntimePage.LOG, "web-1", "web-2"))

    assert ["one\n", "two\n"] == [one.text for one in found.exhibits]
    assert all("sinceSeconds=900" in path and "tailLines=5000" in path for path in _asked(api, "/log"))


def test_exec_that_ends_early_is_damaged(tmp_path: Path) -> None:
    """Half a page is no page: the command did not say how it ended."""
    broken = faults.cut("*/exec*", 50_000, times=9)
    with _looking(tmp_path, forbidden=[NO_FORWARD], faults=[broken]) as (looker, _):
        error = _failure(looker, _of(RuntimePage.CONFIG_DUMP))

    assert Why.DAMAGED is error.why


def test_port_forward_that_ends_early_is_tried_again(tmp_path: Path) -> None:
    """A connection that breaks once is made anew."""
    with _looking(tmp_path, faults=[faults.cut("*/portforward*", 50_000)]) as (looker, api):
        found = looker.look(_of(RuntimePage.CONFIG_DUMP)).exhibits[0]

    assert BIG.decode() == found.text
    assert 2 == len(_asked(api, "/portforward"))


def test_page_that_is_not_served_says_so(tmp_path: Path) -> None:
    """As where istiod's debug pages are turned off."""
    with _looking(tmp_path) as (looker, _):
        sight = _of(RuntimePage.CONFIG, "istiod-1", namespace="istio-system", container="discovery")
        error = _failure(looker, sight)

    assert "404" in str(error)


def test_server_that_says_nothing_times_out(tmp_path: Path) -> None:
    """Nobody waits for ever."""
    begin = time.monotonic()
    quiet = faults.silent("*/portforward*", times=9)
    with _looking(tmp_path, Limits(silence=0.5, whole=5), faults=[quiet]) as (looker, _):
        error = _failure(looker, _of(RuntimePage.CERTS))

    assert Why.TIMED_OUT is error.why
    assert time.monotonic() - begin < 5


def test_somebody_who_stops_is_heard_within_a_second(tmp_path: Path) -> None:
    """Whatever is waited for."""
    stop = threading.Event()
    limits = Limits(silence=30, whole=60, stop=stop)
    with _looking(tmp_path, limits, faults=[faults.silent("*/portforward*", times=9)]) as (looker, _):
        threading.Timer(0.2, stop.set).start()
        begin = time.monotonic()
        error = _failure(looker, _of(RuntimePage.CERTS))

    assert Why.STOPPED is error.why
    assert time.monotonic() - begin < 1.5


def test_pod_that_is_gone_is_missing(tmp_path: Path) -> None:
    """It may have been replaced since it was listed."""
    with _looking(tmp_path) as (looker, _):
        error = _failure(looker, _of(RuntimePage.CERTS, "gone-1"))

    assert Why.MISSING is error.why


@pytest.mark.parametrize("name", ["web-1/proxy", "../web-1", "web-1?x", "Web", "", "a" * 300, "\x1b[2J"])
def test_names_that_are_none_lead_nowhere(tmp_path: Path, name: str) -> None:
    """A file may call a pod anything, also a path to something else."""
    with _looking(tmp_path) as (looker, api):
        error = _failure(looker, _of(RuntimePage.LOG, name))

    assert (Why.MISSING, []) == (error.why, api.requests)
    assert "\x1b" not in str(error)


def test_many_looks_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """One client serves them all, over both ways, beside ordinary requests."""
    texts: list[str] = []
    pages = [RuntimePage.CONFIG_DUMP, RuntimePage.CLUSTERS, RuntimePage.CERTS, RuntimePage.LOG] * 3

    with ApiServer(OBJECTS, proxies=PROXIES, logs=LOGS) as api:
        found = connections([], str(api.kubeconfig(tmp_path / "config")), Limits(silence=5, whole=20))

        def look(page: RuntimePage) -> None:
            looker = Looker(found)
            texts.append(looker.look(_of(page)).exhibits[0].text)
            looker.close()

        threads = [threading.Thread(target=look, args=(page,)) for page in pages]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert {BIG.decode(), '{"cluster_statuses": []}', '{"certificates": []}', "one\n"} == set(texts)
    assert len(pages) == len(texts)
