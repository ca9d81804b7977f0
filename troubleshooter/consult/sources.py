"""Which running thing can tell which fact: the pages of the proxies on the way, of istiod, and their logs.

Decides: of which pods a page is worth a look for a request. A page has a row for each end whose page tells something
else. Must not know how a page is fetched, or which cause a fact belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum, auto
from typing import NamedTuple

from troubleshooter.facts import sending_hop
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.workload.trouble import BEFORE_PROXY
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Case, HopKind, RuntimePage, Sight
from troubleshooter.model.sights import DISCOVERY, PROXY
from troubleshooter.walk import Trail

MOST_LOGS = 3
"""Pods of a workload whose logs are read: a request fails at any of them."""


SETUP = "pod.init_failed"
"""The fact that names an init container of Istio that fails."""


class Whose(Enum):
    """Whose page it is."""

    SENDER = auto()
    TARGET = auto()
    ISTIOD = auto()
    ZTUNNEL = auto()


class Row(NamedTuple):
    """What a page tells, and what it tells only beside a failed line of an access log."""

    page: RuntimePage
    whose: Whose
    tells: frozenset[str] = frozenset()
    beside_a_line: frozenset[str] = frozenset()


LOGGED = frozenset(
    {
        *(f"failure.{name}" for name in ("flag", "reason", "status", "timeout", "lasted", "tls", "hop", "endpoint")),
        *(f"failure.{name}" for name in ("answered_by", "refused_by", "unknown_path", "pattern", "time", "body")),
        *(
            "failure.client_left",
            "failure.message",
            "failure.unreadable_answer",
            "failure.authorizer",
            "failure.filter",
            "failure.lookup",
            "failure.headers",
            "failure.unread",
            "failure.peer_name",
            "failure.answer",
            "request.http_version",
        ),
        *("evidence.retries", "evidence.overload", "evidence.idle_limit", "evidence.answer"),
        *("request_authentication.token", "authorization_policy.decision"),
    }
)
"""What a failed line of an access log tells."""
CERTIFIED = frozenset({"evidence.certificate", "evidence.renewal", "evidence.root_certificate", "evidence.roots"})
HELD = frozenset({"evidence.hosts", "evidence.outlier_check"})
CALLED = "evidence.called_host"
PLACED = frozenset({"evidence.priority", "evidence.panic", "evidence.placement"})

ROWS = (
    Row(RuntimePage.LOG, Whose.SENDER, tells=LOGGED | {"evidence.proxy_log"}),
    Row(RuntimePage.LOG, Whose.TARGET, tells=LOGGED | {"evidence.proxy_log"}),
    Row(RuntimePage.LOG, Whose.ZTUNNEL, tells=LOGGED | {"failure.ztunnel", "failure.sent_by"}),
    Row(RuntimePage.ZTUNNEL, Whose.ZTUNNEL, beside_a_line=frozenset({"caller.ambient"})),
    Row(RuntimePage.CLUSTERS, Whose.SENDER, tells=PLACED | HELD, beside_a_line=frozenset({CALLED})),
    Row(
        RuntimePage.STATS,
        Whose.SENDER,
        tells=frozenset({"evidence.handshake", "evidence.hello", "evidence.panic"}),
        beside_a_line=frozenset({"evidence.config_lost", "evidence.outlier_check"}),
    ),
    Row(RuntimePage.STATS, Whose.TARGET, tells=frozenset({"evidence.server_refused"})),
    Row(RuntimePage.CERTS, Whose.SENDER, tells=CERTIFIED, beside_a_line=frozenset({"failure.peer_name"})),
    Row(RuntimePage.CERTS, Whose.TARGET, tells=CERTIFIED, beside_a_line=frozenset({"failure.peer_name"})),
    Row(
        RuntimePage.CONFIG_DUMP,
        Whose.SENDER,
        tells=frozenset({"evidence.proxy_config", "evidence.endpoint_mark", "gateway.secret", *PLACED, *HELD}),
        beside_a_line=frozenset({"evidence.config_lost", CALLED}),
    ),
    Row(
        RuntimePage.SYNC,
        Whose.ISTIOD,
        tells=frozenset({"evidence.sync"}),
        beside_a_line=frozenset({"evidence.config_lost", "evidence.refused_for"}),
    ),
    Row(RuntimePage.SERVICES, Whose.ISTIOD, beside_a_line=frozenset({"evidence.istiod_service"})),
    Row(RuntimePage.ENDPOINTS, Whose.ISTIOD, beside_a_line=frozenset({"evidence.istiod_endpoints"})),
    Row(RuntimePage.CONFIG, Whose.ISTIOD, beside_a_line=frozenset({"evidence.istiod_config"})),
    Row(RuntimePage.REMOTE_CLUSTERS, Whose.ISTIOD, tells=frozenset({"evidence.remote_cluster"})),
    Row(
        RuntimePage.LOG,
        Whose.ISTIOD,
        tells=frozenset({"evidence.api_access", "evidence.remote_cluster", "evidence.jwks_fetch", "gateway.secret"}),
    ),
)
"""The first page that tells a fact is looked at first: logs, then what is short, then what is long."""


class Source(NamedTuple):
    """A sight, and the facts that it can tell now."""

    sight: Sight
    tells: frozenset[str]


def sources(mesh: Mesh, trail: Trail, *, failed_line: bool) -> Iterator[Source]:
    """Everything on one way of a request that can be looked at, in the order of the rows. `failed_line` says whether a
    failed line of an access log is there."""
    for row in ROWS:
        for sight in _sights(mesh, trail, row):
            yield Source(sight, row.tells | row.beside_a_line if failed_line else row.tells)


def _sights(mesh: Mesh, trail: Trail, row: Row) -> Iterator[Sight]:
    sender = sending_hop(trail)
    if row.whose is Whose.SENDER:
        yield from _of_pods(sender.party.workload, sender.party.pod, row.page)
    elif row.whose is Whose.TARGET:
        yield from _of_pods(*_target(trail), row.page)
    elif row.whose is Whose.ZTUNNEL:
        yield from _of_ztunnel(mesh, trail, row.page)
    else:
        yield from _of_istiod(mesh, sender.party.cluster, row.page)


def _target(trail: Trail) -> tuple[Workload | None, Pod | None]:
    """Who takes the request, or would have taken it where it died before that."""
    hop = trail.hop
    if hop.kind is HopKind.TARGET:
        return hop.party.workload, hop.party.pod
    return (hop.endpoint.workload, hop.endpoint.pod) if hop.endpoint else (None, None)


def _of_pods(workload: Workload | None, pod: Pod | None, page: RuntimePage) -> Iterator[Sight]:
    """A pod that handles the request; of a log, those beside it too."""
    if workload is None or pod is None or not pod.proxy or pod.standin:
        return
    beside = [one for one in workload.staying if one.name != pod.name and one.proxy and not one.standin]
    if page.is_log:
        yield replace(_sight(page, [pod, *beside[: MOST_LOGS - 1]]), others=len(beside[MOST_LOGS - 1 :]))
    else:
        yield _sight(page, [pod])


def logs_of_setup(cases: Iterable[Case]) -> Iterator[Sight]:
    """The logs of the init containers of Istio that keep pods from starting: why, no object tells."""
    for case in cases:
        pod, failed = case.roles.get("pod"), case.facts.get(SETUP)
        if pod is not None and pod.kind == "Pod" and failed is not None and failed.word in BEFORE_PROXY:
            yield Sight(
                page=RuntimePage.LOG,
                namespace=pod.namespace,
                pods=(pod.name,),
                container=failed.word,
                cluster=pod.cluster,
            )


def _of_ztunnel(mesh: Mesh, trail: Trail, page: RuntimePage) -> Iterator[Sight]:
    """The ztunnels of the nodes on which pods without a proxy of their own send and take the request."""
    parties = [hop.party for hop in (sending_hop(trail), trail.hop)]
    nodes = {(p.cluster, p.pod.node) for p in parties if p.pod and p.pod.node and not p.pod.proxy}
    for cluster, pod in _in_root(mesh, "ztunnel"):
        if (cluster, pod.node) in nodes:
            yield _sight(page, [pod])


def _of_istiod(mesh: Mesh, cluster: str, page: RuntimePage) -> Iterator[Sight]:
    """All istiods of a Kubernetes cluster: each proxy is connected to one of them."""
    pods = [pod for home, pod in _in_root(mesh, "istiod") if home == cluster]
    alive = [pod for pod in pods if pod.ready] or pods
    if alive:
        yield _sight(page, alive, DISCOVERY)


def _in_root(mesh: Mesh, app: str) -> Iterator[tuple[str, Pod]]:
    """The running pods of a part of the control plane, each with its cluster. Istio's charts label them so."""
    for workload in mesh.workloads.inside(mesh.settings.root_namespace):
        for pod in _labelled(workload, app):
            yield workload.object.cluster, pod


def _labelled(workload: Workload, app: str) -> Iterator[Pod]:
    return (pod for pod in workload.staying if pod.labels.get("app") == app and not pod.standin)


def _sight(page: RuntimePage, pods: list[Pod], container: str = PROXY) -> Sight:
    first = pods[0]
    names = tuple(pod.name for pod in pods)
    return Sight(page=page, namespace=first.namespace, pods=names, container=container, cluster=first.owner.cluster)
