"""The access log formats that a mesh's configuration chooses, or that proxies say they write.

Decides: where they stand in a mesh config. A format that cannot be read is left out: istiod, too, falls back to its own
then. Must not know: lines.

Sources: accessLogFormat, accessLogEncoding and extensionProviders[].envoyFileAccessLog.logFormat (`text`, `labels`),
https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/; what is done with them: Istio,
pilot/pkg/model/telemetry_logging.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from troubleshooter.evidence.access.formats import Format, JsonFormat, compile_format, json_format
from troubleshooter.evidence.access.json_form import KEYS
from troubleshooter.evidence.access.operators import FormatError
from troubleshooter.model import as_list, as_map

ISTIO = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% '
    '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" '
    '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER% %UPSTREAM_LOCAL_ADDRESS% '
    "%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%"
)
"""Istio's own text format since 1.9, with the older name of the cluster (EnvoyTextLogFormat in
pilot/pkg/model/telemetry_logging.go). Lines in it are read without being told, and faster."""


def formats_in(mesh_config: Mapping[str, Any]) -> tuple[Format, ...]:
    """The formats in the values of a mesh config, each once."""
    return _compiled(_told(mesh_config))


def formats_written(texts: Iterable[str]) -> tuple[Format, ...]:
    """The formats that proxies say they write, each once, but for Istio's own."""
    return tuple(form for form in _compiled(text for text in texts if not _is_istios(text)) if not _has_its_keys(form))


def _is_istios(text: str) -> bool:
    return text.strip().replace("_RAW%", "%") == ISTIO


def _has_its_keys(form: Format) -> bool:
    """Whether it is JSON with no keys but those of Istio's own."""
    return isinstance(form, JsonFormat) and all(path[0] in KEYS for path, _ in form.keys)


def _compiled(every: Iterable[str | Mapping[str, Any]]) -> tuple[Format, ...]:
    chosen: dict[str, Format] = {}
    for told in every:
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
