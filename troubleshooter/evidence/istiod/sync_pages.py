"""Which proxies are connected to an istiod, and what has become of what it sent them, from its pages in JSON.

Decides: the state of each type. Must not know what a state means for a request.

Sources: pilot/pkg/xds/debug.go (`SyncStatus`, `AdsClients`) for `/debug/syncz`, `/debug/adsz` and `/debug/connections`.
Every version has `proxy`; older ones a pair of nonces for each of five types (`cluster_sent`, `cluster_acked`), newer
ones also `resources` with nonces, times and the text of the last refusal. The same as an xDS resource, as `istioctl
proxy-status -o json` prints it, is envoy.service.status.v3.ClientConfig (envoy/service/status/v3/csds.proto); istiod
fills its `genericXdsConfigs`, and `xdsConfig` before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from troubleshooter.evidence.cleaning import MAX_FIELD
from troubleshooter.evidence.envoy.fields import field, part, parts, text
from troubleshooter.evidence.envoy.nodes import word
from troubleshooter.evidence.istiod.sync_table import pod_of
from troubleshooter.evidence.istiod.values import (
    Connection,
    Connections,
    ProxySync,
    SyncState,
    SyncStatus,
    TypeSync,
)
from troubleshooter.evidence.kinds import Kind, json_list, json_map
from troubleshooter.evidence.page import Page
from troubleshooter.model import as_list, as_map

_PAIRS = (("CDS", "cluster"), ("LDS", "listener"), ("RDS", "route"), ("EDS", "endpoint"), ("ECDS", "extensionconfig"))
_SHORT = {
    "Cluster": "CDS",
    "Listener": "LDS",
    "RouteConfiguration": "RDS",
    "ClusterLoadAssignment": "EDS",
    "TypedExtensionConfig": "ECDS",
    "Secret": "SDS",
    "NameTable": "NDS",
    "ProxyConfig": "PCDS",
    "Address": "WDS",
    "Authorization": "WADS",
}
_OLD_FORMS = {
    "clusterConfig": "CDS",
    "listenerConfig": "LDS",
    "routeConfig": "RDS",
    "endpointConfig": "EDS",
}
_STATUS = {
    "SYNCED": SyncState.SYNCED,
    "STALE": SyncState.STALE,
    "NOT_SENT": SyncState.NOT_SENT,
    "ERROR": SyncState.ERROR,
}
_CLIENT_CONFIG = ("genericXdsConfigs", "generic_xds_configs", "xdsConfig", "xds_config")


def short_type(url: str) -> str:
    """`LDS` for the type URL of listeners; a short name stays as it is."""
    name = url.rpartition(".")[2]
    return _SHORT.get(name, name)


def _syncz(page: Page) -> SyncStatus:
    held = json_list(page)
    newest = _newest(_times(held))
    return SyncStatus(proxies=tuple(found for raw in held if (found := _entry(as_map(raw), newest))))


def _entry(raw: Mapping[str, Any], newest: datetime | None) -> ProxySync | None:
    pod, namespace = pod_of(word(raw.get("proxy")))
    if not pod:
        return None
    resources = as_map(raw.get("resources"))
    newer = [_resource(short_type(word(url)), as_map(told), newest) for url, told in resources.items()]
    older = [_pair(short, word(raw.get(f"{key}_sent")), word(raw.get(f"{key}_acked"))) for short, key in _PAIRS]
    return ProxySync(
        pod=pod,
        namespace=namespace,
        cluster=word(raw.get("cluster_id")),
        version=word(raw.get("istio_version")),
        types=tuple(newer or older),
    )


def _resource(short: str, told: Mapping[str, Any], newest: datetime | None) -> TypeSync:
    error = word(told.get("lastError"))[:MAX_FIELD]
    found = _pair(short, word(told.get("sent")), word(told.get("acked")))
    state = SyncState.ERROR if error else found.state
    return TypeSync(type=short, state=state, age=_age(told.get("sentTime"), newest), error=error)


def _pair(short: str, sent: str, acked: str) -> TypeSync:
    """What two nonces tell: sent and taken, sent and not (yet) taken, nothing sent."""
    state = SyncState.NOT_SENT if not sent else SyncState.SYNCED if sent == acked else SyncState.STALE
    return TypeSync(type=short, state=state)


def _clients(page: Page) -> SyncStatus:
    held = [*_client_configs(page.json)]
    newest = _newest(_times(held))
    return SyncStatus(proxies=tuple(found for raw in held if (found := _client(raw, newest))))


def _client_configs(raw: Any) -> Iterator[Mapping[str, Any]]:
    """Every ClientConfig in it: alone, in a list, in answers of several istiods."""
    waiting = [raw]
    while waiting:
        one = waiting.pop(0)
        found = as_map(one)
        if any(key in found for key in _CLIENT_CONFIG):
            yield found
        else:
            waiting.extend(as_list(found.get("resources")) or as_list(one))


def _client(raw: Mapping[str, Any], newest: datetime | None) -> ProxySync | None:
    node = part(raw, "node")
    about = part(node, "metadata")
    identifier = text(node, "id")
    pod, namespace = pod_of(identifier.split("~")[2] if identifier.count("~") > 2 else identifier)
    types = [_generic(one, newest) for one in parts(raw, "generic_xds_configs")]
    types += [old for one in parts(raw, "xds_config") if (old := _old(one))]
    if not pod:
        return None
    return ProxySync(
        pod=pod,
        namespace=namespace,
        cluster=text(about, "CLUSTER_ID"),
        version=text(about, "ISTIO_VERSION"),
        types=tuple(types),
    )


def _generic(raw: Mapping[str, Any], newest: datetime | None) -> TypeSync:
    error = text(part(raw, "error_state"), "details")[:MAX_FIELD]
    state = SyncState.ERROR if error else _STATUS.get(text(raw, "config_status"), SyncState.NOT_SENT)
    return TypeSync(
        type=short_type(text(raw, "type_url")), state=state, age=_age(field(raw, "last_updated"), newest), error=error
    )


def _old(raw: Mapping[str, Any]) -> TypeSync | None:
    short = next((short for key, short in _OLD_FORMS.items() if key in raw), None)
    state = _STATUS.get(text(raw, "status"))
    return TypeSync(type=short, state=state) if short and state else None


def _times(held: Iterable[Any]) -> Iterator[datetime]:
    """Every time at which something was sent."""
    for raw in held:
        for told in as_map(as_map(raw).get("resources")).values():
            if (found := _time(as_map(told).get("sentTime"))) is not None:
                yield found
        for told in parts(as_map(raw), "generic_xds_configs"):
            if (found := _time(field(told, "last_updated"))) is not None:
                yield found


def _newest(times: Iterable[datetime]) -> datetime | None:
    """The latest: the page is at least as young as that."""
    return max(times, default=None)


def _age(raw: Any, newest: datetime | None) -> int | None:
    """How many seconds at least lie between then and the page."""
    then = _time(raw)
    return int((newest - then).total_seconds()) if newest is not None and then is not None else None


def _time(raw: Any) -> datetime | None:
    """A time as Go and protobuf write it, in UTC or with an offset; None for what is none, or Go's zero."""
    written = word(raw)
    try:
        found = datetime.fromisoformat(written[:19] + "+00:00")
    except ValueError:
        return None
    return found if found.year > 1 else None


def _connections(page: Page) -> Connections:
    clients = [as_map(one) for one in as_list(json_map(page).get("clients"))]
    return Connections(all=tuple(found for one in clients if (found := _connection(one))))


def _connection(raw: Mapping[str, Any]) -> Connection | None:
    """The id of a connection is that of the proxy, and a number behind it (`web-1.shop-42`)."""
    name, _, number = word(raw.get("connectionId")).rpartition("-")
    pod, namespace = pod_of(name)
    if not pod or not number.isdigit():
        return None
    return Connection(
        pod=pod, namespace=namespace, since=word(raw.get("connectedAt")), address=word(raw.get("address"))
    )


def _begins(page: Page, bracket: str) -> bool:
    return page.looks_like_json and page.head.lstrip("\ufeff \t\r\n").startswith(bracket)


def _is_syncz(page: Page) -> bool:
    marks = ('"cluster_sent"', '"listener_sent"', '"istio_version"', '"proxy_type"', '"resources"')
    return _begins(page, "[") and '"proxy"' in page.head and any(mark in page.head for mark in marks)


def _is_client_configs(page: Page) -> bool:
    return page.looks_like_json and any(f'"{key}"' in page.text for key in _CLIENT_CONFIG)


KINDS = (
    Kind(words="which proxies are in step with an istiod (/debug/syncz)", fits=_is_syncz, read=_syncz),
    Kind(
        words="which proxies are in step with istiod (proxy-status as JSON)",
        fits=lambda page: _is_client_configs(page) and any(True for _ in _client_configs(page.json)),
        read=_clients,
    ),
    Kind(
        words="the connections of an istiod (/debug/adsz)",
        fits=lambda page: _begins(page, "{") and '"totalClients"' in page.head,
        read=_connections,
    ),
)
