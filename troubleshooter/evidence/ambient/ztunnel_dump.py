"""What a ztunnel has, in JSON: its `/config_dump`, and a part of it as `istioctl ztunnel-config ... -o json` prints it.

Decides: which parts are there, and what of them is kept. Must not know what follows. Certificates themselves, which
stand in the dump too, are not kept: their dates are enough.
Sources: istioctl/pkg/writer/ztunnel/configdump/api.go in istio/istio (the fields; services, policies and workloads were
maps before they were lists); src/state.rs and src/admin.rs in istio/ztunnel (the dump). A waypoint is named by
`NETWORK/ADDRESS` or `NAMESPACE/HOST`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from troubleshooter.evidence.ambient.ztunnel_config import (
    ZtunnelCertificate,
    ZtunnelConfig,
    ZtunnelPolicy,
    ZtunnelService,
    ZtunnelWorkload,
    joined,
)
from troubleshooter.evidence.cleaning import MAX_FIELD, printable
from troubleshooter.evidence.kinds import DAMAGED, Kind, Unreadable
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.pods.columns import MAX_ROWS
from troubleshooter.model import as_list, as_map

T = TypeVar("T")

_MARKS = (
    ('"workloads"', '"protocol"'),
    ('"workloadIps"', '"protocol"'),
    ('"vips"', '"endpoints"'),
    ('"identity"', '"certChain"'),
    ('"scope"', '"action"', '"rules"'),
)
"""What stands at the beginning of a dump, or of one of its parts."""

HEALTHY = "Healthy"


def _dump(raw: Mapping[str, Any]) -> ZtunnelConfig:
    return ZtunnelConfig(
        workloads=_part(raw, "workloads", _workload),
        services=_part(raw, "services", _service),
        policies=_part(raw, "policies", _policy),
        certificates=_part(raw, "certificates", _certificate),
    )


def _part(raw: Mapping[str, Any], key: str, make: Callable[[Mapping[str, Any]], T | None]) -> tuple[T, ...] | None:
    """The entries of a part; None where the dump has no such part."""
    if key not in raw:
        return None
    return tuple(one for entry in _entries(raw[key]) if (one := make(entry)) is not None)


def _entries(held: Any) -> Iterator[Mapping[str, Any]]:
    """The maps of a list, or the values of a map."""
    found = list(as_map(held).values()) or as_list(held)
    yield from (as_map(one) for one in found[:MAX_ROWS])


def _workload(raw: Mapping[str, Any]) -> ZtunnelWorkload | None:
    if not (_word(raw, "name") and _word(raw, "protocol")):
        return None
    addresses = as_list(raw.get("workloadIps") or raw.get("workload_ips"))
    return ZtunnelWorkload(
        namespace=_word(raw, "namespace"),
        name=_word(raw, "name"),
        protocol=_word(raw, "protocol"),
        waypoint=_destination(raw.get("waypoint")),
        addresses=tuple(_text(one) for one in addresses[:4]),
        node=_word(raw, "node"),
        healthy=_word(raw, "status") in {HEALTHY, ""},
    )


def _service(raw: Mapping[str, Any]) -> ZtunnelService | None:
    if not (_word(raw, "name") and _word(raw, "namespace")):
        return None
    return ZtunnelService(
        namespace=_word(raw, "namespace"),
        name=_word(raw, "name"),
        hostname=_word(raw, "hostname"),
        waypoint=_destination(raw.get("waypoint")),
        endpoints=len(raw["endpoints"]) if isinstance(raw.get("endpoints"), (dict, list)) else None,
    )


def _policy(raw: Mapping[str, Any]) -> ZtunnelPolicy | None:
    if not (_word(raw, "name") and _word(raw, "action")):
        return None
    return ZtunnelPolicy(
        namespace=_word(raw, "namespace"),
        name=_word(raw, "name"),
        action=_word(raw, "action"),
        scope=_word(raw, "scope"),
    )


def _certificate(raw: Mapping[str, Any]) -> ZtunnelCertificate | None:
    """The first of the chain is the certificate of the identity."""
    if not _word(raw, "identity"):
        return None
    chain = as_list(raw.get("certChain") or raw.get("cert_chain"))
    first = as_map(chain[0]) if chain else {}
    return ZtunnelCertificate(
        identity=_word(raw, "identity"),
        state=_word(raw, "state"),
        valid_from=_word(first, "validFrom"),
        expires=_word(first, "expirationTime"),
    )


def _destination(raw: Any) -> str:
    """What a waypoint is named by; "" where there is none."""
    told = as_map(raw).get("destination")
    return _text(told if told is not None else raw)


def _word(raw: Mapping[str, Any], key: str) -> str:
    return _text(raw.get(key))


def _text(value: Any) -> str:
    return printable(value[:MAX_FIELD]) if isinstance(value, str) else ""


def _read(page: Page) -> ZtunnelConfig:
    if isinstance(page.json, dict):
        return _dump(page.json)
    if not isinstance(page.json, list):
        raise Unreadable(DAMAGED)
    return joined(_one(entry) for entry in _entries(page.json))


def _one(raw: Mapping[str, Any]) -> object:
    """An entry of a list that holds one part, by the fields that only it has."""
    if "protocol" in raw and "workloadIps" in raw:
        return _workload(raw)
    if "certChain" in raw:
        return _certificate(raw)
    return _policy(raw) if "action" in raw else _service(raw)


def _fits(page: Page) -> bool:
    """Objects of Kubernetes have a kind; services among them have some of these fields, too."""
    if not page.looks_like_json or '"kind"' in page.head:
        return False
    return any(all(mark in page.head for mark in marks) for marks in _MARKS)


KINDS = (Kind(words="what a ztunnel has (its config_dump)", fits=_fits, read=_read),)
