"""Facts about the client TLS that the DestinationRule in force sets: where it stands, and what the rule hides.

Must not know what the server accepts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.routing.destinations import DestinationRule
from troubleshooter.model import Object, Raw, Resource, as_list, as_map
from troubleshooter.model.paths import get, parse_path, print_path
from troubleshooter.walk import Cluster

TLS_WORDS = {"DISABLE": "disable", "SIMPLE": "simple", "MUTUAL": "mutual", "ISTIO_MUTUAL": "istio-mutual"}
MUTUAL = frozenset({"istio-mutual", "mutual"})
OF_NAMESPACE = re.compile(r"\*\.[^.]+\.svc\..+")
"""A wildcard for the services of one namespace, whatever the DNS suffix is."""
REACH = {"mesh-wildcard": "mesh", "namespace-wildcard": "namespace"}


def tls_of(rule: DestinationRule, port: int, subset: str) -> tuple[str, Resource | None]:
    """The client TLS mode that a rule sets for a port and subset, as a word, and its place."""
    found = rule.section("tls", port, subset)
    if found is None:
        return "none", None
    raw, place = found
    return TLS_WORDS.get(str(raw.get("mode") or "DISABLE").upper(), "disable"), place


def host_width(host: str) -> str:
    """How wide a rule's host is: exact, a namespace's services, all services (`*.local`), or some other wildcard."""
    if not host.startswith("*"):
        return "exact"
    if host == "*.local":
        return "mesh-wildcard"
    return "namespace-wildcard" if OF_NAMESPACE.fullmatch(host) else "wildcard"


def about_client_tls(case: CaseBuilder, rule: DestinationRule, cluster: Cluster, owner: Object) -> None:
    """Where the rule (its part in `owner`) sets client TLS for a destination, and which other rule's TLS is lost if it
    sets none."""
    mode, place = tls_of(rule, cluster.port, cluster.subset)
    field = place.field if place else _missing_field(rule, cluster.port)
    spot = place or owner.at("spec.trafficPolicy")
    case.fact("destination_rule.tls_mode", mode, spot)
    case.fact("destination_rule.tls_at", _level(rule, place), spot)
    case.detail("destination_rule.tls_field", field)
    case.detail("destination_rule.tls_removal", emptied(owner.raw, field) if place else None)
    hidden = next((r for r in cluster.rivals if tls_of(r, cluster.port, "")[0] in MUTUAL), None)
    if mode != "none" or hidden is None:
        case.fact("destination_rule.overrides", "nothing", spot)
        return
    merged = hidden.object in rule.objects
    case.fact("rival.hidden_by", "age" if merged else "look-up", hidden.object.at("spec.host"))
    ours, theirs = set(rule.subsets), set(hidden.subsets)
    met = not ours or not theirs or ours & theirs
    case.fact("rival.subsets", "met" if met else "apart", owner.at("spec.subsets"), hidden.object.at("spec.subsets"))
    _about_hidden(case, hidden, cluster.port, spot)


def _about_hidden(case: CaseBuilder, hidden: DestinationRule, port: int, spot: Resource) -> None:
    lost = hidden.section("tls", port)
    assert lost is not None  # noqa: S101 - it was chosen for its TLS
    raw, place = lost
    case.role("rival", hidden.object.at())
    case.fact("destination_rule.overrides", "tls", spot, place)
    case.fact("rival.tls", tls_of(hidden, port, "")[0], place)
    case.fact("rival.reach", REACH.get(host_width(hidden.host), "other"), hidden.object.at("spec.host"))
    case.detail("rival.host", hidden.host)
    case.detail("rival.tls_section", dict(raw))


def _missing_field(rule: DestinationRule, port: int) -> str:
    """Where TLS for a port would have to be set: port-level settings, where there are some for the port, stand for all
    of the others."""
    levels = as_list(rule.policy.raw.get("portLevelSettings")) if rule.policy else []
    own = next((n for n, level in enumerate(levels) if as_map(as_map(level).get("port")).get("number") == port), None)
    return "spec.trafficPolicy.tls" if own is None else f"spec.trafficPolicy.portLevelSettings[{own}].tls"


def _level(rule: DestinationRule, place: Resource | None) -> str:
    """For what its TLS is set: the whole rule, a port, a subset; only for others; or nowhere."""
    if place is not None:
        if place.field.startswith("spec.subsets"):
            return "subset"
        return "port" if "portLevelSettings" in place.field else "rule"
    return "elsewhere" if rule.mentions_tls else "nowhere"


def emptied(raw: Raw, path: str) -> str:
    """What is to be removed for a field to be gone without leaving anything empty behind: the field, or the widest part
    that holds nothing else. istiod refuses a traffic policy without any setting.

    Source: `validateTrafficPolicy` and `validatePortTrafficPolicies` in istio/istio pkg/config/validation.
    """
    parts = parse_path(path)
    while len(parts) > 2:
        holder = get(raw, print_path(parts[:-1]))
        left = [k for k in holder if k not in (parts[-1], "port")] if isinstance(holder, Mapping) else holder[1:]
        if left:
            break
        parts = parts[:-1]
    return print_path(parts)
