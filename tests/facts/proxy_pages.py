"""Pages of proxies made by hand, and what they tell of a failed line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troubleshooter.evidence import AccessLogEntry, Evidence, Kind, NamedStage, Reading
from troubleshooter.evidence.envoy.dump import (
    ClusterConfig,
    ConfigDump,
    ConfigState,
    FilterChain,
    ListenerConfig,
    Node,
    RouteConfig,
    RouteRule,
    VirtualHost,
)
from troubleshooter.evidence.envoy.status import Clusters, ClusterStatus, Counter, Host, Stats
from troubleshooter.facts import Observation
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence import Scene, about_evidence, evidence_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Inventory

ANY = Kind(words="a page", fits=lambda _page: True, read=lambda page: page)
HOST = "payments.shop.svc.cluster.local"
PAYMENTS = f"outbound|8080||{HOST}"
V2 = f"outbound|8080|v2|{HOST}"
ANYWHERE = "0.0.0.0"  # noqa: S104 - what a listener of a proxy says; nothing is bound
ACTIVE = ConfigState.ACTIVE
NODE = Node(id="n", type="sidecar", pod="web-1", namespace="shop")
GATEWAY = Node(id="g", type="router", pod="ingress-1", namespace="edge")


def page(value: Any, origin: str = "pod") -> Reading[Any]:
    """A page of one proxy."""
    return Reading(value=value, kind=ANY, name=f"{origin}.json", origin=origin)


def put_in(*pages: Reading[Any]) -> Evidence:
    """Pages of any proxies, as evidence."""
    readings: dict[type[Any], tuple[Reading[Any], ...]] = {}
    for one in pages:
        readings[type(one.value)] = (*readings.get(type(one.value), ()), one)
    return Evidence(readings=readings)


def evidence(*pages: Any) -> Evidence:
    """All pages of one proxy."""
    return put_in(*map(page, pages))


def cluster(name: str, **more: Any) -> ClusterConfig:
    """A cluster that is in use, unless told otherwise."""
    return ClusterConfig(name=name, **{"state": ACTIVE, "discovery": "EDS", **more})


def listener(*chains: FilterChain, name: str = "0.0.0.0_8080", **more: Any) -> ListenerConfig:
    """The listener for port 8080 that asks for the routes 8080, unless told otherwise."""
    held = chains or (FilterChain(route_config="8080"),)
    return ListenerConfig(name=name, chains=held, **{"state": ACTIVE, "address": ANYWHERE, "port": 8080, **more})


def routes(*hosts: VirtualHost, name: str = "8080") -> RouteConfig:
    """A route configuration in use."""
    return RouteConfig(name=name, state=ACTIVE, hosts=hosts)


def payments(*rules: RouteRule) -> VirtualHost:
    """The virtual host of the Service payments."""
    return VirtualHost(name=f"{HOST}:8080", domains=(HOST, "payments", "payments.shop"), routes=rules)


def dump(*clusters: ClusterConfig, hosts: tuple[VirtualHost, ...] = (), node: Node = NODE, **more: Any) -> ConfigDump:
    """A dump with these clusters, and one listener with the routes of these virtual hosts."""
    return ConfigDump(
        node=node, **{"clusters": clusters, "listeners": (listener(),), "routes": (routes(*hosts),), **more}
    )


def status(name: str, *flags: str, **more: Any) -> Clusters:
    """`/clusters` with a host for each of `flags` ("" for a healthy one)."""
    hosts = tuple(
        Host(address=f"10.0.0.{n}", port=8080, flags=frozenset([f] if f else [])) for n, f in enumerate(flags)
    )
    return Clusters(by_name={name: ClusterStatus(name=name, hosts=hosts, **more)})


def counters(**values: int) -> Stats:
    """Counters without an owner."""
    return Stats(scopes={"": {"": {name: Counter(value=value, line=None) for name, value in values.items()}}})


def line(*flags: str, details: str = "", **more: Any) -> AccessLogEntry:
    """A failed request to payments:8080."""
    known = {"response_code": 503, "method": "GET", "authority": "payments:8080", "route_name": "default"}
    return AccessLogEntry(
        **{"start_time": "2026-11-21T09:00:00.000Z", "downstream_local": "10.96.0.7:8080", **known, **more},
        flags=flags,
        details=details,
    )


def case_of(entry: AccessLogEntry, *pages: Any) -> Case:
    """What pages tell of a line where nobody sees the mesh."""
    return _case(entry, evidence(*pages))


def _case(entry: AccessLogEntry, given: Evidence) -> Case:
    case = CaseBuilder("told", CaseKind.WALK)
    seen = Observation(entry=entry, named=NamedStage())
    about_evidence(case, Scene(mesh=Mesh(Inventory()), evidence=given, observation=seen))
    return case.build()


def told(entry: AccessLogEntry, *pages: Any) -> dict[str, str]:
    """The words of these facts."""
    return words_of(entry, evidence(*pages))


def words_of(entry: AccessLogEntry, given: Evidence) -> dict[str, str]:
    """The word of each fact that this evidence tells of a line."""
    return {name: fact.word for name, fact in _case(entry, given).facts.items()}


def alone(*pages: Any) -> Iterator[tuple[str, str]]:
    """What pages tell by themselves, of configuration that is lost and of istiod, with the piece."""
    for case in evidence_cases(Mesh(Inventory()), evidence(*pages)):
        for name in ("evidence.config_lost", "evidence.istiod"):
            if name in case.facts:
                yield case.facts[name].word, str(case.details.get("evidence.config_part", ""))
