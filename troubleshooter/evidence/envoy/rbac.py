"""RBAC filters of a filter chain: what their policies ask of a request.

Decides: which kind of thing each test looks at. Must not know requests.

Sources: envoy/config/rbac/v3/rbac.proto; what istiod writes for the fields of an AuthorizationPolicy:
pilot/pkg/security/authz/model in Istio (generator.go, permission.go, principal.go). Who calls is told by the
certificate (`authenticated`), by metadata of `istio_authn`, or by the filter state `io.istio.peer_principal`; a token
by metadata of `istio_authn` or of `envoy.filters.http.jwt_authn`. Which it is depends on the release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from troubleshooter.evidence.envoy.dump import RbacFilter, RbacKind, RbacPolicy, RbacTest
from troubleshooter.evidence.envoy.fields import field, part, parts, text
from troubleshooter.evidence.envoy.nodes import number, word
from troubleshooter.model import as_map

MAX_DEPTH = 30
"""Tests within tests deeper than this are not read; istiod nests five deep."""

TOKENS = frozenset({"sub", "request.auth.principal"})
"""The last keys of the metadata that stand for a token's subject. One certain subject is a claim like any other: a good
token may have another one."""

_MANY = {"and_rules": ("rules", RbacKind.ALL), "or_rules": ("rules", RbacKind.ANY)}
_MANY_IDS = {"and_ids": ("ids", RbacKind.ALL), "or_ids": ("ids", RbacKind.ANY)}
_HOW = ("exact", "prefix", "suffix", "contains")
_OLD_HOW = {f"{how}_match": how for how in _HOW}

OTHER = RbacTest(kind=RbacKind.OTHER)


def filters_of(config: Mapping[str, Any]) -> Iterator[RbacFilter]:
    """Those among a network filter and the HTTP filters in it that decide something. One without `rules` decides
    nothing; one whose `rules` have no policies allows nobody."""
    for one in (config, *(part(each, "typed_config") for each in parts(config, "http_filters"))):
        if not word(one.get("@type")).endswith(".RBAC") or field(one, "rules") is None:
            continue
        rules = part(one, "rules")
        policies = part(rules, "policies")
        yield RbacFilter(
            allows=text(rules, "action") in {"", "ALLOW"},
            policies=tuple(_policy(word(name), as_map(raw)) for name, raw in policies.items()),
        )


def _policy(name: str, raw: Mapping[str, Any]) -> RbacPolicy:
    return RbacPolicy(
        name=name,
        permissions=RbacTest(kind=RbacKind.ANY, of=tuple(_test(one, 0) for one in parts(raw, "permissions"))),
        principals=RbacTest(kind=RbacKind.ANY, of=tuple(_test(one, 0) for one in parts(raw, "principals"))),
    )


def _test(raw: Mapping[str, Any], depth: int) -> RbacTest:
    """One permission or principal: both are built alike."""
    if depth > MAX_DEPTH:
        return OTHER
    for key, (inner, kind) in (*_MANY.items(), *_MANY_IDS.items()):
        if field(raw, key) is not None:
            return RbacTest(kind=kind, of=tuple(_test(one, depth + 1) for one in parts(part(raw, key), inner)))
    for key in ("not_rule", "not_id"):
        if field(raw, key) is not None:
            return RbacTest(kind=RbacKind.NOT, of=(_test(part(raw, key), depth + 1),))
    return _leaf(raw)


def _leaf(raw: Mapping[str, Any]) -> RbacTest:
    if field(raw, "any") is True:
        return RbacTest(kind=RbacKind.ALL)
    if field(raw, "authenticated") is not None or "peer_principal" in text(part(raw, "filter_state"), "key"):
        return RbacTest(kind=RbacKind.IDENTITY)
    if field(raw, "url_path") is not None:
        return _matching(RbacKind.PATH, part(raw, "url_path", "path"))
    if field(raw, "destination_port") is not None:
        return RbacTest(kind=RbacKind.PORT, how="exact", value=str(number(field(raw, "destination_port"))))
    if field(raw, "metadata") is not None:
        return _of_metadata(part(raw, "metadata"))
    header = part(raw, "header")
    if text(header, "name") == ":method" and field(header, "invert_match") is not True:
        return _matching(RbacKind.METHOD, header)
    return OTHER


def _of_metadata(raw: Mapping[str, Any]) -> RbacTest:
    keys = [text(one, "key") for one in parts(raw, "path")]
    last = keys[-1] if keys else ""
    if last in {"source.principal", "source.namespace"}:
        return RbacTest(kind=RbacKind.IDENTITY)
    if text(raw, "filter") in {"istio_authn", "envoy.filters.http.jwt_authn"}:
        any_subject = last in TOKENS and field(part(raw, "value", "string_match"), "exact") is None
        return RbacTest(kind=RbacKind.TOKEN if any_subject or last == "iss" else RbacKind.CLAIM)
    return OTHER


def _matching(kind: RbacKind, raw: Mapping[str, Any]) -> RbacTest:
    """A test of a text; how it is compared stands in one of two forms."""
    matcher = part(raw, "string_match") or raw
    for key, how in (*((how, how) for how in _HOW), *_OLD_HOW.items()):
        if field(matcher, key) is not None:
            ignores_case = field(matcher, "ignore_case") is True
            return OTHER if ignores_case else RbacTest(kind=kind, how=how, value=text(matcher, key))
    return OTHER
