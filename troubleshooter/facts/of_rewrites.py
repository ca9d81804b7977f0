"""Facts about the path that a route sends on: does a rewrite join it well, or does the matched prefix stay in front?

Must not know which paths an application serves: no object tells that. Sources:
https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite;
https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ProxyPathNormalization.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from troubleshooter.evidence import details_key
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.differences import path_of
from troubleshooter.facts.observe import Observation
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.routing.routes import Attempt, Route
from troubleshooter.model import Request, as_list, as_map
from troubleshooter.walk import Hop
from troubleshooter.walk.routes.rewriting import rewritten

MERGING = frozenset({"MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"})


def about_rewrite(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop, taken: Attempt) -> None:
    """What becomes of the path on the route that took a request. `taken` is the match block that did."""
    route, number = taken.route, taken.number
    rewrite = as_map(route.raw.get("rewrite"))
    sent = path_of(rewritten(request, route.raw, taken.match, {}))
    word = _word(request, rewrite, taken.match)
    if word == "doubled" and _merged(mesh, hop):
        word = "clean"
    field = "rewrite.uri" if rewrite.get("uri") else "rewrite" if rewrite else f"match[{number}].uri"
    case.fact("route.rewrite", word, route.at(field if word != "none" else ""))
    case.detail("route.sent_path", sent)
    case.detail("route.route_field", route.path)
    if word not in {"doubled", "glued", "kept"}:
        return
    uri, prefix = str(rewrite.get("uri") or ""), _prefix(taken.match)
    case.detail("route.own_prefix", prefix)
    case.detail("route.rewrite_uri", uri)
    case.detail("route.rewrite_joined", f"{uri.rstrip('/')}/")
    case.detail("route.prefix_joined", f"{prefix.rstrip('/')}/")
    case.detail("route.bare_path", f"/{path_of(request)[len(prefix) :].lstrip('/')}")
    if number is not None:
        case.detail("route.match_field", f"{route.path}.match[{number}]")
        case.detail("route.match_bare", _bare(route, number, prefix))


def _prefix(match: Mapping[str, Any]) -> str:
    """The prefix that a rewrite replaces; without any path match it is `/`."""
    return str(as_map(match.get("uri")).get("prefix") or "") if match.get("uri") else "/"


def _word(request: Request, rewrite: Mapping[str, Any], match: Mapping[str, Any]) -> str:
    uri, prefix = str(rewrite.get("uri") or ""), _prefix(match)
    rest = path_of(request)[len(prefix) :]
    if not rewrite:
        return "kept" if prefix not in ("", "/") else "none"
    if not uri or not prefix or rewrite.get("uriRegexRewrite"):
        return "clean"
    if uri.endswith("/") and rest.startswith("/"):
        return "doubled"
    return "glued" if prefix.endswith("/") and not uri.endswith("/") and rest else "clean"


def _merged(mesh: Mesh, hop: Hop) -> bool:
    """Whether the target's proxy makes one slash of several."""
    mode = as_map(mesh.settings.values.get("pathNormalization")).get("normalization")
    return mode in MERGING and bool(hop.endpoint and hop.endpoint.pod and hop.endpoint.pod.proxy)


def _bare(route: Route, number: int, prefix: str) -> dict[str, Any]:
    """The match block, for nothing but the prefix itself, without a slash behind it."""
    written = as_map(as_list(route.raw.get("match"))[number])
    return {**{k: v for k, v in written.items() if k != "name"}, "uri": {"exact": prefix.rstrip("/")}}


def about_unknown_path(case: CaseBuilder, observation: Observation) -> None:
    """Whether a log line says that whoever the request reached does not know the path."""
    entry = observation.entry
    passed_on = details_key(entry.details).base == "via_upstream"
    unknown = entry.response_code == HTTPStatus.NOT_FOUND and passed_on
    case.seen("failure.unknown_path", "yes" if unknown else "no", observation.source)
