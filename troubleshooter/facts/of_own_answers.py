"""Facts about a route that answers requests by itself (directResponse).

Must not know why somebody wants it.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPDirectResponse.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.routing.routes import Route
from troubleshooter.model import HopKind, as_map
from troubleshooter.walk import Hop

ERRORS = 400
"""From which status on an answer is an error."""


def about_own_answer(case: CaseBuilder, hop: Hop, route: Route) -> None:
    """Whether an http route answers with an error, and which service would get the request otherwise."""
    status = as_map(route.raw.get("directResponse")).get("status")
    error = is_number(status) and status >= ERRORS and route.raw.get("redirect") is None
    case.fact("route.direct_response", "error" if error else "other", route.at("directResponse" if error else ""))
    if not error:
        return
    case.detail("route.route_field", route.path)
    case.detail("route.answer_code", status)
    inside = hop.kind is HopKind.SENDER and hop.service is not None
    case.fact("route.answers_for", "service" if inside else "others", route.at())
    case.detail("route.answer_host", hop.service.host if inside and hop.service else "")
