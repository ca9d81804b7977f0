"""What the policies that a proxy has ask of a request which none of them allowed.

The log says only that no ALLOW policy matched. The proxy's configuration holds the policies, so each can be tried on
what the log line tells of the request: its method, path and port, and whether it came over mutual TLS. Decides: what
all those ask for that could have matched. Must not know which cause that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from troubleshooter.evidence import AccessLogEntry, Side, parse_cluster
from troubleshooter.evidence.envoy.dump import ConfigDump, FilterChain, RbacKind, RbacPolicy
from troubleshooter.evidence.recognition import Reading
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.connection import inbound_chains
from troubleshooter.facts.of_evidence.ends import ends_of
from troubleshooter.facts.of_evidence.rbac_tests import Asked, passes
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.model import Source

NOTHING_ALLOWED = "rbac_access_denied_matched_policy[none]"
NAME = re.compile(r"ns\[(?P<namespace>[^]]*)\]-policy\[(?P<policy>[^]]*)\]-rule\[(?P<rule>[0-9]+)\]")
"""How istiod names a rule (Istio: pilot/pkg/security/authz/builder/builder.go)."""


def about_policies_seen(case: CaseBuilder, scene: Scene) -> None:
    """Who denied, by the name that a line gives, or else what would have been allowed."""
    entry = scene.observation.entry if scene.observation else None
    if entry is None or scene.observation is None:
        return
    source = scene.observation.source
    if _told(entry) == NOTHING_ALLOWED:
        _about_plaintext(case, scene, entry, source)
        _about_demands(case, scene, entry)


def _told(entry: AccessLogEntry) -> str:
    said = entry.details
    return said if said not in ("", "-") else entry.connection_termination_details


def _about_plaintext(case: CaseBuilder, scene: Scene, entry: AccessLogEntry, source: Source) -> None:
    """Every proxy of the mesh names a host in its TLS hello. A connection into a pod that takes both and that came
    without a name was plaintext."""
    if entry.side is not Side.INBOUND:
        return
    if parse_cluster(entry.sni) is not None:
        case.seen("connection.client", "mtls", source)
    elif not entry.sni and any(not chain.tls for _, chain in _chains(scene, entry)):
        case.seen("connection.client", "plaintext", source)


def _chains(scene: Scene, entry: AccessLogEntry) -> Iterator[tuple[Reading[ConfigDump], FilterChain]]:
    """The filter chains of the target's proxy for the port that was reached."""
    proxy = ends_of(scene).target
    port = entry.downstream_local.rpartition(":")[2]
    for dump in proxy.of(ConfigDump) if proxy and port.isascii() and port.isdigit() else ():
        yield from ((dump, chain) for chain in inbound_chains(dump.value, int(port)))


def _about_demands(case: CaseBuilder, scene: Scene, entry: AccessLogEntry) -> None:
    client = case.facts.get("connection.client")
    plain = client is not None and client.word == "plaintext"
    taken = [(dump, chain) for dump, chain in _chains(scene, entry) if entry.side is Side.INBOUND]
    fitting = [(dump, chain) for dump, chain in taken if chain.tls is not plain] or taken
    for dump, chain in fitting[:1]:
        policies = [policy for one in chain.rbac if one.allows for policy in one.policies]
        if not any(one.allows for one in chain.rbac):
            return
        word = _demands(policies, entry, identity=False if plain else None)
        names = ", ".join(dict.fromkeys(map(_named, policies)))
        source = Source(
            file=dump.name, text=f"the ALLOW policies for the port: {names or 'none, so nothing is allowed'}"
        )
        case.seen("authorization_policy.demands", word, source)
        case.detail("authorization_policy.names", names)


def _named(policy: RbacPolicy) -> str:
    """An AuthorizationPolicy as `shop/allow-get`."""
    found = NAME.fullmatch(policy.name)
    return f"{found['namespace']}/{found['policy']}" if found else policy.name


def _demands(policies: list[RbacPolicy], entry: AccessLogEntry, *, identity: bool | None) -> str:
    """What every rule asks for that could have allowed the request. A rule that could have matched as it was says that
    something else keeps it from doing so (`other`)."""
    path = entry.path.partition("?")[0]
    port = entry.downstream_local.rpartition(":")[2]
    best = [Asked(method=entry.method, path=path, port=port, known={RbacKind.IDENTITY: True, RbacKind.TOKEN: True})]
    could = [policy for policy in policies if passes(policy, best[0]) is not False]
    if not could:
        return "operation" if policies else "nothing"
    strange = Asked(method=entry.method, path=path, port=port, known={RbacKind.IDENTITY: False, RbacKind.TOKEN: True})
    bare = Asked(
        method=entry.method,
        path=path,
        port=port,
        known={RbacKind.IDENTITY: True, RbacKind.TOKEN: False, RbacKind.CLAIM: False},
    )
    if identity is False and all(passes(policy, strange) is False for policy in could):
        return "identity"
    open_to_callers = [p for p in could if identity is not False or passes(p, strange) is not False]
    claims = any(_asks(policy, RbacKind.CLAIM) for policy in open_to_callers)
    if all(passes(policy, bare) is False for policy in open_to_callers) and not claims:
        return "token"
    return "other"


def _asks(policy: RbacPolicy, kind: RbacKind) -> bool:
    held = [policy.permissions, policy.principals]
    while held:
        test = held.pop()
        if test.kind is kind:
            return True
        held.extend(test.of)
    return False
