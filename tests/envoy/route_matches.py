"""Match blocks of http routes in Envoy's words.

Source: `TranslateRouteMatch` and `translateHeaderMatch` in istio/istio pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tests.envoy.envoy_shapes import Shape
from tests.envoy.tokens import PAYLOAD
from troubleshooter.model import Raw, as_map

CLAIMS = "@request.auth.claims"
OF_THE_LINE = {"method": ":method", "authority": ":authority", "scheme": ":scheme"}


def match_of(match: Raw) -> Shape:
    """A match block as Envoy has it. What it asks of the proxy itself is settled before."""
    made: Shape = {**_path(as_map(match.get("uri"))), "headers": list(_headers(match))}
    if match.get("ignoreUriCase") is True:
        made["case_sensitive"] = False
    query = as_map(match.get("queryParams"))
    made["query_parameters"] = [{"name": name, **_asked(as_map(want))} for name, want in query.items()]
    asked = [(claim_path(name), as_map(want)) for name, want in as_map(match.get("headers")).items()]
    made["dynamic_metadata"] = [_of_claim(path, want, invert=False) for path, want in asked if path]
    left = [(claim_path(name), as_map(want)) for name, want in as_map(match.get("withoutHeaders")).items()]
    made["dynamic_metadata"] += [_of_claim(path, want, invert=True) for path, want in left if path]
    return made


def _of_claim(path: Sequence[str], want: Raw, *, invert: bool) -> Shape:
    """Source: pilot/pkg/networking/core/route/route.go `translateMetadataMatch`, matcher.MetadataListMatcher there."""
    one = {"string_match": string_of(want)}
    value = {"or_match": {"value_matchers": [one, {"list_match": {"one_of": one}}]}}
    keys = [{"key": key} for key in (PAYLOAD, *path)]
    return {"filter": "envoy.filters.http.jwt_authn", "path": keys, "value": value, "invert": invert}


def string_of(want: Raw) -> Shape:
    """A StringMatch."""
    if want.get("regex") is not None:
        return {"safe_regex": {"regex": want["regex"]}}
    return {kind: want[kind] for kind in ("exact", "prefix") if want.get(kind) is not None}


def claim_path(name: str) -> list[str]:
    """The way to a claim that stands where the name of a header would; none of a header."""
    head, found, rest = name.partition(CLAIMS)
    if head or not found:
        return []
    return rest[1:].split(".") if rest.startswith(".") else re.findall(r"\[([^\]]*)\]", rest)


def _path(uri: Raw) -> Shape:
    if uri.get("exact") is not None:
        return {"path": uri["exact"]}
    if uri.get("regex") is not None:
        return {"safe_regex": {"regex": uri["regex"]}}
    return {"prefix": uri.get("prefix") or "/"}


def _headers(match: Raw) -> Iterator[Shape]:
    for key, name in OF_THE_LINE.items():
        if match.get(key) is not None:
            yield {"name": name, **_asked(as_map(match[key]))}
    for name, want in as_map(match.get("headers")).items():
        if claim_path(name):
            continue
        yield {"name": name, **_asked(as_map(want))}
    for name, want in as_map(match.get("withoutHeaders")).items():
        if claim_path(name):
            continue
        asked = _asked(as_map(want))
        # Without a header there is nothing that differs from what is not wanted.
        yield {"name": name, **asked, "invert_match": True, "treat_missing_header_as_empty": "string_match" in asked}


def _asked(want: Raw) -> Shape:
    """What is asked of a text: that it matches, or only that it is there."""
    text = string_of(want)
    present = not text or want.get("regex") == "*"
    return {"present_match": True} if present else {"string_match": text}
