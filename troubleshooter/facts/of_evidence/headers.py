"""A request that a proxy refused for its headers.

Decides whether they were too long or too many, by the details of the line. Must not know limits.
Source: the codecs in source/common/http of Envoy (http1/codec_impl.cc, http2/codec_impl.cc).
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.evidence import details_key
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene

WORDS: Mapping[str, str] = {
    "http1.headers_too_large": "too-large",
    "http3.headers_too_large": "too-large",
    "http2.header_list_size_too_large": "too-large",
    "http2.cookies_total_bytes_too_large": "too-large",
    "http1.too_many_headers": "too-many",
    "http2.too_many_headers": "too-many",
    "http3.too_many_headers": "too-many",
}


def about_headers(case: CaseBuilder, scene: Scene) -> None:
    """Too long, or too many; the proxy that refused them is the first that reads the request."""
    if scene.observation is None:
        return
    word = WORDS.get(details_key(scene.observation.entry.details).base)
    if word is not None:
        places = [case.roles["caller"]] if "caller" in case.roles else []
        case.seen("failure.headers", word, scene.observation.source, *places)
