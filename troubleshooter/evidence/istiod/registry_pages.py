"""What istiod knows of services, endpoints, Istio objects and other clusters, from its pages in JSON.

Decides: which of it is kept. Must not know which of it a request needs.

Sources: pilot/pkg/xds/debug.go for the pages; pilot/pkg/model/service.go (`Service`, `IstioEndpoint`) for the fields of
`/debug/registryz` and `/debug/endpointShardz`, whose endpoints have one `Address` in older versions and `Addresses` in
newer ones; pilot/pkg/model/push_context.go (`ProxyPushStatus`) for `/debug/push_status`; pkg/cluster (`DebugInfo`) for
`/debug/clusterz`. `/debug/configz` holds objects as Kubernetes writes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from troubleshooter.evidence.envoy.nodes import number, word
from troubleshooter.evidence.istiod.values import (
    Conflict,
    EndpointShards,
    PushStatus,
    Registry,
    RegistryService,
    RemoteCluster,
    RemoteClusters,
    ShardEndpoint,
    UsedConfig,
)
from troubleshooter.evidence.kinds import Kind, json_list, json_map
from troubleshooter.evidence.page import Page
from troubleshooter.model import as_list, as_map

_METRICS = ("pilot_", "endpoint_no_pod")
"""How the names of what istiod notes in a push begin (push_context.go)."""
_HEALTHY = (0, None)
"""IstioEndpoint.HealthStatus: 0 is healthy, 1 is not, 2 draining."""
_DOMAINS = ("istio.io/", "gateway.networking.k8s.io/")


def _registry(held: list[Any]) -> Registry:
    by_host: dict[str, list[RegistryService]] = defaultdict(list)
    for raw in held:
        found = _service(as_map(raw))
        if found.host:
            by_host[found.host].append(found)
    return Registry(by_host={host: tuple(found) for host, found in by_host.items()})


def _service(raw: Mapping[str, Any]) -> RegistryService:
    about = as_map(raw.get("Attributes"))
    ports = (number(as_map(port).get("port")) for port in as_list(raw.get("ports")))
    return RegistryService(
        host=word(raw.get("hostname")),
        name=word(about.get("Name")),
        namespace=word(about.get("Namespace")),
        registry=word(about.get("ServiceRegistry")),
        ports=tuple(port for port in ports if port is not None),
    )


def _shards(raw: Mapping[str, Any]) -> EndpointShards:
    found = {word(host): tuple(_of_host(as_map(spaces))) for host, spaces in raw.items()}
    return EndpointShards(by_host=found)


def _of_host(spaces: Mapping[str, Any]) -> Iterator[ShardEndpoint]:
    for space in spaces.values():
        for shard, endpoints in as_map(as_map(space).get("Shards")).items():
            for raw in as_list(endpoints):
                yield from _endpoint(as_map(raw), word(shard))


def _endpoint(raw: Mapping[str, Any], shard: str) -> Iterator[ShardEndpoint]:
    addresses = [word(one) for one in as_list(raw.get("Addresses"))] or [word(raw.get("Address"))]
    for address in addresses:
        if address:
            yield ShardEndpoint(
                address=address,
                port=number(raw.get("EndpointPort")) or 0,
                port_name=word(raw.get("ServicePortName")),
                shard=shard,
                healthy=raw.get("HealthStatus") in _HEALTHY,
            )


def _config(held: list[Any]) -> UsedConfig:
    return UsedConfig(objects=frozenset(_object(as_map(raw)) for raw in held))


def _object(raw: Mapping[str, Any]) -> tuple[str, str, str]:
    about = as_map(raw.get("metadata"))
    return word(raw.get("kind")), word(about.get("namespace")), word(about.get("name"))


def _push(raw: Mapping[str, Any]) -> PushStatus:
    return PushStatus(conflicts=tuple(_conflicts(raw)))


def _conflicts(raw: Mapping[str, Any]) -> Iterator[Conflict]:
    for metric, entries in raw.items():
        for about, told in as_map(entries).items():
            yield Conflict(
                metric=word(metric),
                about=word(about),
                proxy=word(as_map(told).get("proxy")),
                message=word(as_map(told).get("message")),
            )


def _clusters(held: list[Any]) -> RemoteClusters:
    found = (as_map(raw) for raw in held)
    return RemoteClusters(
        all=tuple(
            RemoteCluster(
                id=word(raw.get("id")), status=word(raw.get("syncStatus")).lower(), secret=word(raw.get("secretName"))
            )
            for raw in found
        )
    )


def _begins(page: Page, bracket: str, *marks: str) -> bool:
    opens = page.looks_like_json and page.head.lstrip("\ufeff \t\r\n").startswith(bracket)
    return opens and all(mark in page.head for mark in marks)


def _is_config(page: Page) -> bool:
    if not _begins(page, "[", '"kind"', '"apiVersion"', '"metadata"'):
        return False
    held = [as_map(one) for one in as_list(page.json)] or [{}]
    return all(any(domain in word(one.get("apiVersion")) for domain in _DOMAINS) for one in held)


def _is_push_status(page: Page) -> bool:
    raw = page.json if _begins(page, "{") and any(f'"{name}' in page.head for name in _METRICS) else None
    return isinstance(raw, dict) and all(word(key).startswith(_METRICS) for key in raw)


KINDS = (
    Kind(
        words="the services that istiod knows (/debug/registryz)",
        fits=lambda page: _begins(page, "[", '"Attributes"', '"hostname"'),
        read=lambda page: _registry(json_list(page)),
    ),
    Kind(
        words="the endpoints that istiod knows (/debug/endpointShardz)",
        fits=lambda page: _begins(page, "{", '"Shards"'),
        read=lambda page: _shards(json_map(page)),
    ),
    Kind(
        words="the clusters that istiod reads (/debug/clusterz)",
        fits=lambda page: _begins(page, "[", '"syncStatus"'),
        read=lambda page: _clusters(json_list(page)),
    ),
    Kind(
        words="the Istio objects that istiod uses (/debug/configz)",
        fits=_is_config,
        read=lambda page: _config(json_list(page)),
    ),
    Kind(
        words="what istiod noted in its last push (/debug/push_status)",
        fits=_is_push_status,
        read=lambda page: _push(json_map(page)),
    ),
)
