"""The formats in which a proxy writes its access log, as a listener of its dump has them.

Decides: where they stand. Must not know lines. A logger that names no format writes Envoy's own.

Sources: envoy/config/listener/v3/listener.proto and the filters' `access_log`;
envoy/extensions/access_loggers/file/v3/file.proto (`log_format`; `format`, `json_format` and `typed_json_format` before
1.16); envoy/extensions/access_loggers/stream/v3/stream.proto; envoy/config/core/v3/substitution_format_string.proto.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from troubleshooter.evidence.access.operators import MAX_FORMAT
from troubleshooter.evidence.envoy.fields import field, part, parts


def log_formats_of(listener: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of a listener and of its filters, each once: a text, or the JSON of an object of texts."""
    chains = (*parts(listener, "filter_chains"), part(listener, "default_filter_chain"))
    configs = (part(one, "typed_config") for chain in chains for one in parts(chain, "filters"))
    loggers = (part(one, "typed_config") for holder in (listener, *configs) for one in parts(holder, "access_log"))
    return tuple(dict.fromkeys(found for logger in loggers for found in _formats(logger)))


def _formats(logger: Mapping[str, Any]) -> Iterator[str]:
    form = part(logger, "log_format")
    texts = (field(form, "text_format"), field(part(form, "text_format_source"), "inline_string"))
    yield from (one for one in (*texts, field(logger, "format")) if isinstance(one, str) and len(one) <= MAX_FORMAT)
    objects = (part(form, "json_format"), part(logger, "json_format"), part(logger, "typed_json_format"))
    written = (json.dumps(one) for one in objects if one)
    yield from (one for one in written if len(one) <= MAX_FORMAT)
