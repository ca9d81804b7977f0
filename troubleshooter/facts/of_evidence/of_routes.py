"""What the dump of the proxy that sent says of the routes that a failed line met.

Decides: facts of configuration that a dump proves, where there is no mesh to read them from; and routes that a listener
asks for and that never came. Must not know which cause follows.
"""

from __future__ import annotations

from http import HTTPStatus

from troubleshooter.evidence import AccessLogEntry, details_key
from troubleshooter.evidence.envoy.dump import RouteConfig, RouteRule, VirtualHost
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.observe import Observation
from troubleshooter.facts.of_evidence.asked import (
    CATCH_ALL,
    NOTHING_BOUND,
    listeners_for,
    object_of,
    route_names,
    rules_taken,
    virtual_hosts,
)
from troubleshooter.facts.of_evidence.ends import GATEWAY, ends_of
from troubleshooter.facts.of_evidence.held import Held, Piece
from troubleshooter.facts.of_evidence.proxies_alone import pod_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.facts.of_timeouts import LIMITS, about_lateness, milliseconds

NO_ROUTE = "route_not_found"
OWN_ANSWER = "direct_response"
SHOWN = 5
ON_PURPOSE = {"FI": "abort", "DI": "delay"}


def about_routes(case: CaseBuilder, scene: Scene) -> None:
    """The virtual host and the route behind a failed line; what there is none of."""
    observation = scene.observation
    if observation is None or scene.trail is not None:
        return
    sender, entry = ends_of(scene).sender, observation.entry
    _about_fault(case, scene, entry)
    if sender is None:
        return
    held = Held(sender)
    if details_key(entry.details).base == NO_ROUTE:
        _about_missing_route(case, held, entry, gateway=sender.node.type == GATEWAY)
    rules = rules_taken(held, entry)
    _about_own_answer(case, observation, rules)
    _about_times(case, held, entry, rules)
    about_lateness(case, observation)


def about_unseen_limit(case: CaseBuilder, scene: Scene) -> None:
    """A limit of time that was over, at a route that nobody saw: Istio sets none by itself."""
    observation = scene.observation
    if observation is None or scene.trail is not None or "route.timeout" in case.facts:
        return
    over = LIMITS.get(details_key(observation.entry.details).base)
    if over is not None and "UT" in observation.entry.flags:
        case.seen("failure.timeout", over, observation.source)
        case.seen("route.timeout_unseen", over, observation.source)


def _about_fault(case: CaseBuilder, scene: Scene, entry: AccessLogEntry) -> None:
    """The flags are set by the fault filter alone, and nothing but a VirtualService's `fault` configures it in Istio,
    or an EnvoyFilter."""
    assert scene.observation is not None  # noqa: S101 - the caller looked
    made = [word for flag, word in ON_PURPOSE.items() if flag in entry.flags]
    if made:
        about_unseen_fault(case, entry)
    if "abort" in made:
        case.seen("route.fault", "both" if len(made) > 1 else "abort", scene.observation.source)
    elif made and not entry.upstream_host:
        # It was delayed still when it failed: no host had been chosen.
        case.seen("route.fault", "delay", scene.observation.source)


def about_unseen_fault(case: CaseBuilder, entry: AccessLogEntry) -> None:
    """Words for a fault of which a line tells, and no route was seen."""
    case.detail("route.route_field", "one of its routes")
    case.detail("route.delay_share", "requests")
    case.detail("route.delay", "some time")
    case.detail("route.abort_share", "requests")
    case.detail("route.abort_code", str(entry.response_code or ""))


def _about_own_answer(case: CaseBuilder, observation: Observation, rules: list[RouteRule]) -> None:
    """A route that answers with an error itself. `block_all`, by which REGISTRY_ONLY does so, is not of a
    VirtualService."""
    answers = {rule.direct_response for rule in rules if rule.name not in CATCH_ALL}
    wrong = [code for code in answers if code is not None and code >= HTTPStatus.BAD_REQUEST]
    if observation.entry.details == OWN_ANSWER and len(answers) == len(wrong) == 1:
        case.seen("route.direct_response", "error", observation.source)
        case.detail("route.answer_code", wrong[0])
        case.role("virtual_service", object_of(rules[0].made_from, "VirtualService"))


def _about_missing_route(case: CaseBuilder, held: Held, entry: AccessLogEntry, *, gateway: bool) -> None:
    """Why no route was found: the routes never came, no virtual host is for the host, or none of its routes fits."""
    names = route_names(held, entry)
    if not names or held.routes() is None or not held.whole:
        return
    found = list(virtual_hosts(held, entry))
    if not found:
        source = listeners_for(held, entry)[0].source
        case.seen("evidence.config_lost", "not-received", source)
        case.role("pod", pod_of(held.proxy.node))
        case.detail("evidence.config_part", f"the routes {names[0]}, for which its listener asks")
        return
    config, host = found[0]
    if host is not None and host.name not in CATCH_ALL and not host.name.startswith(NOTHING_BOUND):
        _about_unmatched(case, config, host)
    elif gateway:
        _about_unknown_host(case, config, entry)


def _about_unmatched(case: CaseBuilder, config: Piece[RouteConfig], host: VirtualHost) -> None:
    made = [found for rule in host.routes if (found := object_of(rule.made_from, "VirtualService"))]
    case.role("virtual_service", made[0] if made else None)
    case.seen("route.match", "none", config.source)
    case.seen("route.default", "absent", config.source)
    case.detail("route.held", "; ".join(rule.match for rule in host.routes[:SHOWN] if rule.match))


def _about_unknown_host(case: CaseBuilder, config: Piece[RouteConfig], entry: AccessLogEntry) -> None:
    """A gateway's routes without a virtual host for this one."""
    named = [h for h in config.value.hosts if not h.name.startswith(NOTHING_BOUND)]
    case.seen("caller.kind", "gateway", config.source)
    case.detail("request.host_asked", entry.authority)
    if not named:
        case.seen("gateway.routes", "none", config.source)
        return
    case.seen("request.host_routes", "none", config.source)
    domains = [host.domains[0] for host in named if host.domains]
    case.detail("request.hosts_known", ", ".join(domains[:SHOWN]))


def _about_times(case: CaseBuilder, held: Held, entry: AccessLogEntry, rules: list[RouteRule]) -> None:
    """The timeouts of the route that took it, where all that may have taken it agree."""
    times = {(rule.timeout, rule.try_timeout) for rule in rules}
    config = next((config for config, _ in virtual_hosts(held, entry)), None)
    if "UT" not in entry.flags or len(times) != 1 or config is None:
        return
    whole, one = next(iter(times))
    words = {(True, True): "both", (True, False): "route", (False, True): "try", (False, False): "none"}
    case.seen("route.timeout", words[milliseconds(whole) > 0, milliseconds(one) > 0], config.source)
    case.detail("route.timeout", whole if milliseconds(whole) else "")
    case.detail("route.try_timeout", one)
    case.role("virtual_service", object_of(rules[0].made_from, "VirtualService"))
