"""What ztunnel itself says of workloads, on its own page (`/config_dump`).

Decides: which of it is kept; the same as of the table that istioctl makes of it. Must not know what follows.
Source: istioctl/pkg/writer/ztunnel/configdump/api.go in istio/istio (`workloads`, in older versions by their keys;
`waypoint` and `protocol` of each).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from troubleshooter.evidence.ambient.workload_table import ZtunnelWorkload, ZtunnelWorkloads
from troubleshooter.evidence.envoy.nodes import word
from troubleshooter.evidence.kinds import Kind, json_map
from troubleshooter.evidence.page import Page
from troubleshooter.model import as_list, as_map

_BESIDE = ("services", "policies", "certificates")
"""What stands beside the workloads, in every version some of it."""


def _fits(page: Page) -> bool:
    held = page.json if page.looks_like_json else None
    return isinstance(held, dict) and "workloads" in held and any(name in held for name in _BESIDE)


def _read(page: Page) -> ZtunnelWorkloads:
    held = json_map(page).get("workloads")
    all_of_them: Iterable[Any] = held.values() if isinstance(held, dict) else as_list(held)
    return ZtunnelWorkloads(all=tuple(_workload(one) for one in all_of_them if as_map(one).get("name")))


def _workload(raw: Any) -> ZtunnelWorkload:
    told = as_map(raw)
    return ZtunnelWorkload(
        namespace=word(told.get("namespace")),
        name=word(told.get("name")),
        protocol=word(told.get("protocol")),
        waypoint=word(as_map(told.get("waypoint")).get("destination")),
    )


KINDS = (Kind(words="what ztunnel knows (/config_dump)", fits=_fits, read=_read),)
