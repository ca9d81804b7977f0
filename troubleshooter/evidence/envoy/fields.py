"""Fields of Envoy's configuration in JSON, which come in two spellings.

Envoy's own pages write `active_state`; what istioctl and libraries print is `activeState` (both are JSON of protobuf).
Decides: nothing else. A field of another type than is meant is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from troubleshooter.evidence.envoy.nodes import word
from troubleshooter.model import as_list, as_map

ISTIO = "istio"


@lru_cache(maxsize=512)
def _other(name: str) -> str:
    """`active_state` as `activeState`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def field(raw: Mapping[str, Any], name: str) -> Any:
    """The value of a field, by its name with `_`; None if it is not there."""
    return raw[name] if name in raw else raw.get(_other(name))


def part(raw: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The map at the end of a path of fields; empty if it is not there."""
    for name in names:
        raw = as_map(field(raw, name))
    return raw


def parts(raw: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """The maps in a list."""
    return (as_map(one) for one in as_list(field(raw, name)))


def text(raw: Mapping[str, Any], name: str) -> str:
    """A text; "" if there is none."""
    return word(field(raw, name))


def texts(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The texts in a list."""
    return tuple(found for one in as_list(field(raw, name)) if (found := word(one)))


def made_from(raw: Mapping[str, Any]) -> str:
    """The Istio object behind a route or cluster, as istiod notes it in the metadata (Istio:
    util.BuildConfigInfoMetadata)."""
    return text(part(raw, "metadata", "filter_metadata", ISTIO), "config")


def fault_of(config: Mapping[str, Any]) -> str:
    """What the configuration of a fault filter does (extensions/filters/http/fault/v3/fault.proto); "" for nothing, and
    for any other configuration."""
    if not word(config.get("@type")).endswith(".HTTPFault"):
        return ""
    does = [name for name in ("abort", "delay") if field(config, name) is not None]
    return "both" if len(does) > 1 else "".join(does)


def secrets_of(context: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the SDS secrets that a TLS context needs."""
    common = part(context, "common_tls_context")
    own = [text(one, "name") for one in parts(common, "tls_certificate_sds_secret_configs")]
    roots = (
        part(common, "combined_validation_context", "validation_context_sds_secret_config"),
        part(common, "validation_context_sds_secret_config"),
    )
    return tuple(name for name in (*own, *(text(one, "name") for one in roots)) if name)
