"""`/config_dump` of a proxy, with or without endpoints; also istiod's idea of it, and what istioctl prints of it.

Decides: which part of a text is which section. Must not know what follows from a section.

Sources: envoy/admin/v3/config_dump.proto and config_dump_shared.proto; istioctl proxy-config -o json prints either
whole sections, or the bare resources as a list (istioctl/pkg/writer/envoy).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from troubleshooter.evidence.envoy import fields
from troubleshooter.evidence.envoy.cluster_configs import cluster, endpoints, secret
from troubleshooter.evidence.envoy.dump import (
    ClusterConfig,
    ConfigDump,
    ConfigState,
    EndpointConfig,
    ListenerConfig,
    Node,
    RouteConfig,
    SecretConfig,
)
from troubleshooter.evidence.envoy.fields import part, parts, text
from troubleshooter.evidence.envoy.listener_configs import dynamic_listeners, listener
from troubleshooter.evidence.envoy.nodes import node_of
from troubleshooter.evidence.envoy.route_configs import route_config
from troubleshooter.evidence.kinds import DAMAGED, Kind, Partly, Unreadable
from troubleshooter.evidence.page import Page
from troubleshooter.model import as_list, as_map

_CONFIGS = re.compile(r'"configs"\s*:\s*\[\s*')
_COMMA = re.compile(r"\s*,\s*")

A, S, W = ConfigState.ACTIVE, ConfigState.STATIC, ConfigState.WARMING


@dataclass(slots=True)
class _Held:
    """The sections of a dump, None until one is met."""

    node: Node = field(default_factory=Node)
    listeners: list[ListenerConfig] | None = None
    routes: list[RouteConfig] | None = None
    clusters: list[ClusterConfig] | None = None
    endpoints: list[EndpointConfig] | None = None
    secrets: list[SecretConfig] | None = None

    def dump(self) -> ConfigDump:
        """All sections, frozen."""
        return ConfigDump(
            node=self.node,
            listeners=None if self.listeners is None else tuple(self.listeners),
            routes=None if self.routes is None else tuple(self.routes),
            clusters=None if self.clusters is None else tuple(self.clusters),
            endpoints=None if self.endpoints is None else tuple(self.endpoints),
            secrets=None if self.secrets is None else tuple(self.secrets),
        )


Raw = Mapping[str, Any]
Reader = Callable[[Raw, str], Iterator[Any]]


def _each(read: Callable[..., Any], key: str, state: ConfigState) -> Reader:
    """Reads an entry whose resource stands under `key`, beside its version and date."""

    def one(raw: Raw, place: str) -> Iterator[Any]:
        yield read(part(raw, key), state, raw, place)

    return one


def _secret(state: ConfigState) -> Reader:
    def one(raw: Raw, place: str) -> Iterator[Any]:
        yield secret(raw, state, place)

    return one


def _endpoints(raw: Raw, place: str) -> Iterator[Any]:
    return endpoints(part(raw, "endpoint_config"), place)


_SECTIONS: dict[str, tuple[str, Reader]] = {
    "static_listeners": ("listeners", _each(listener, "listener", S)),
    "dynamic_listeners": ("listeners", dynamic_listeners),
    "static_route_configs": ("routes", _each(route_config, "route_config", S)),
    "dynamic_route_configs": ("routes", _each(route_config, "route_config", A)),
    "static_clusters": ("clusters", _each(cluster, "cluster", S)),
    "dynamic_active_clusters": ("clusters", _each(cluster, "cluster", A)),
    "dynamic_warming_clusters": ("clusters", _each(cluster, "cluster", W)),
    "static_endpoint_configs": ("endpoints", _endpoints),
    "dynamic_endpoint_configs": ("endpoints", _endpoints),
    "static_secrets": ("secrets", _secret(S)),
    "dynamic_active_secrets": ("secrets", _secret(A)),
    "dynamic_warming_secrets": ("secrets", _secret(W)),
}
"""Each list of a dump: the section it belongs to, and how an entry is read."""

_TYPES = {
    "ListenersConfigDump": "listeners",
    "RoutesConfigDump": "routes",
    "ClustersConfigDump": "clusters",
    "EndpointsConfigDump": "endpoints",
    "SecretsConfigDump": "secrets",
}
"""A section that is there and empty has been seen: it has its type and no list."""

_BARE: tuple[tuple[str, str, Callable[[Raw, str], Iterator[Any]]], ...] = (
    ("cluster_name", "endpoints", endpoints),
    ("virtual_hosts", "routes", lambda raw, place: iter([route_config(raw, A, {}, place)])),
    ("filter_chains", "listeners", lambda raw, place: iter([listener(raw, A, {}, place)])),
    ("connect_timeout", "clusters", lambda raw, place: iter([cluster(raw, A, {}, place)])),
)
"""What istioctl prints as a list: the field by which a resource is known, and how it is read."""


def _of_sections(raw: Raw) -> ConfigDump:
    held = _Held()
    sections = list(parts(raw, "configs")) if "configs" in raw else [raw]
    for number, section in enumerate(sections):
        if "bootstrap" in section:
            held.node = node_of(part(section, "bootstrap").get("node"))
        place = f"configs[{number}]" if "configs" in raw else ""
        known = _TYPES.get(text(section, "@type").rpartition(".")[2])
        if known and getattr(held, known) is None:
            setattr(held, known, [])
        _take(held, section, place)
    return held.dump()


def _take(held: _Held, section: Raw, place: str) -> None:
    for key, (name, read) in _SECTIONS.items():
        entries = fields.field(section, key)
        if entries is None:
            continue
        into = getattr(held, name) or []
        for number, entry in enumerate(as_list(entries)):
            into.extend(read(as_map(entry), f"{place}.{key}[{number}]".lstrip(".")))
        setattr(held, name, into)


def _of_list(resources: list[Any]) -> ConfigDump:
    held = _Held()
    for number, raw in enumerate(map(as_map, resources)):
        for key, name, read in _BARE:
            if fields.field(raw, key) is not None:
                into = getattr(held, name) or []
                into.extend(read(raw, f"[{number}]"))
                setattr(held, name, into)
                break
    return held.dump()


def _read(page: Page) -> ConfigDump | Partly:
    if page.json is None:
        return _of_whole_sections(page.text)
    return _of_list(page.json) if isinstance(page.json, list) else _of_sections(as_map(page.json))


def _of_whole_sections(dump: str) -> Partly:
    """The sections before the place where a dump is damaged or cut off: a section counts whole or not at all.

    Raises:
        Unreadable: there is none.
    """
    decoder, whole = json.JSONDecoder(), []
    begin = _CONFIGS.search(dump)
    at = begin.end() if begin else -1
    while at >= 0:
        try:
            section, end = decoder.raw_decode(dump, at)
        except (ValueError, RecursionError):
            break
        whole.append(section)
        comma = _COMMA.match(dump, end)
        at = comma.end() if comma else -1
    if not whole:
        raise Unreadable(DAMAGED)
    return Partly(value=_of_sections({"configs": whole}), why=f"{DAMAGED} after that")


def _is_dump(page: Page) -> bool:
    return page.looks_like_json and "envoy.admin.v3." in page.head and '"configs"' in page.head


def _is_section(page: Page) -> bool:
    if not page.looks_like_json or not isinstance(page.json, dict):
        return False
    return "bootstrap" in page.json or any(fields.field(page.json, key) is not None for key in _SECTIONS)


def _is_list(page: Page) -> bool:
    if not page.looks_like_json or not isinstance(page.json, list):
        return False
    first = as_map(page.json[0]) if page.json else {}
    return "apiVersion" not in first and any(fields.field(first, key) is not None for key, _, _ in _BARE)


KINDS = (
    Kind(words="the configuration of a proxy (config_dump)", fits=_is_dump, read=_read),
    Kind(words="a part of the configuration of a proxy", fits=_is_section, read=_read),
    Kind(words="a part of the configuration of a proxy (istioctl proxy-config -o json)", fits=_is_list, read=_read),
)
