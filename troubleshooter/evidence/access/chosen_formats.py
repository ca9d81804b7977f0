"""The access log formats that a mesh's configuration chooses.

Decides: where they stand. A format that cannot be read is left out: istiod, too, falls back to its own then. Must not
know: lines.

Sources: accessLogFormat, accessLogEncoding and extensionProviders[].envoyFileAccessLog.logFormat (`text`, `labels`),
https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/; what is done with them: Istio,
pilot/pkg/model/telemetry_logging.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from troubleshooter.evidence.access.formats import Format, compile_format, json_format
from troubleshooter.evidence.access.operators import FormatError
from troubleshooter.model import as_list, as_map


def formats_in(mesh_config: Mapping[str, Any]) -> tuple[Format, ...]:
    """The formats in the values of a mesh config, each once."""
    chosen: dict[str, Format] = {}
    for told in _told(mesh_config):
        try:
            chosen.setdefault(str(told), compile_format(told) if isinstance(told, str) else json_format(told))
        except FormatError:
            continue
    return tuple(chosen.values())


def _told(mesh_config: Mapping[str, Any]) -> Iterator[str | Mapping[str, Any]]:
    told = mesh_config.get("accessLogFormat")
    is_json = isinstance(told, str) and told.lstrip().startswith("{")
    if isinstance(told, str) and told and is_json == (mesh_config.get("accessLogEncoding") == "JSON"):
        yield told
    for provider in as_list(mesh_config.get("extensionProviders")):
        form = as_map(as_map(as_map(provider).get("envoyFileAccessLog")).get("logFormat"))
        text, labels = form.get("text"), form.get("labels")
        if isinstance(text, str) and text:
            yield text
        if isinstance(labels, dict) and labels:
            yield labels
