"""What ztunnel makes of policies that ask what only HTTP shows: it sees connections, and no requests.

A rule of an ALLOW policy that asks for any such thing is left out, so it allows nothing. In a DENY policy that part of
the rule is left out, so it denies more. Decides from one policy, and who calls which port. Must not know why a
connection was closed.
Sources: https://istio.io/latest/docs/ambient/usage/l4-policy/ (which attributes are of layer 4); `handleRule` in
istio/istio pilot/pkg/serviceregistry/kube/controller/ambient/authorization.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from troubleshooter.mesh.policy.policy_values import text_matches
from troubleshooter.model import Object, Raw, as_list, as_map

OF_REQUESTS = ("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths")
OF_CLIENTS = ("requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks")
OF_CONNECTIONS = frozenset({"source.ip", "source.namespace", "source.principal", "destination.ip", "destination.port"})
"""Conditions (`when`) that a connection tells; others are of requests."""
NAMING = frozenset({"principals", "namespaces", *OF_CLIENTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who calls, by its principal and namespace, and which port."""

    principal: str
    namespace: str
    port: int


def asked(rule: Raw) -> str:
    """The first field of a rule that asks what only HTTP shows, "" if none does."""
    return next(_fields(rule), "")


def _fields(rule: Raw) -> Iterator[str]:
    for number, to in enumerate(map(as_map, as_list(rule.get("to")))):
        held = as_map(to.get("operation"))
        yield from (f"to[{number}].operation.{name}" for name in OF_REQUESTS if held.get(name))
    for number, one in enumerate(map(as_map, as_list(rule.get("from")))):
        held = as_map(one.get("source"))
        yield from (f"from[{number}].source.{name}" for name in OF_CLIENTS if held.get(name))
    for number, condition in enumerate(map(as_map, as_list(rule.get("when")))):
        if str(condition.get("key")) not in OF_CONNECTIONS:
            yield f"when[{number}]"


def left_out(policy: Object, peer: Peer) -> str:
    """The field for which a rule of an ALLOW policy is left out that is for this caller and port; "" if there is no
    such rule. A rule that says who may call in another way than by name is passed over."""
    for number, rule in enumerate(map(as_map, as_list(policy.spec.get("rules")))):
        field = asked(rule)
        if field and _is_for(rule, peer):
            return f"spec.rules[{number}].{field}"
    return ""


def widened(policy: Object) -> str:
    """The field that is left out of a DENY policy of which every rule has one, "" where some rule is whole."""
    rules = [as_map(rule) for rule in as_list(policy.spec.get("rules"))]
    fields = [asked(rule) for rule in rules]
    return f"spec.rules[0].{fields[0]}" if fields and all(fields) else ""


def _is_for(rule: Raw, peer: Peer) -> bool:
    sources = [as_map(as_map(one).get("source")) for one in as_list(rule.get("from"))]
    operations = [as_map(as_map(to).get("operation")) for to in as_list(rule.get("to"))]
    said = [c for c in map(as_map, as_list(rule.get("when"))) if str(c.get("key")) in OF_CONNECTIONS]
    called = not operations or any(_is_port(o, peer.port) for o in operations)
    return not said and called and (not sources or any(_is_peer(s, peer) for s in sources))


def _is_port(operation: Raw, port: int) -> bool:
    ports = [str(p) for p in as_list(operation.get("ports"))]
    return not operation.get("notPorts") and (not ports or str(port) in ports)


def _is_peer(source: Raw, peer: Peer) -> bool:
    if any(value and name not in NAMING for name, value in source.items()):
        return False
    wanted = ((source.get("principals"), peer.principal), (source.get("namespaces"), peer.namespace))
    return all(not as_list(w) or any(text_matches(str(one), had) for one in as_list(w)) for w, had in wanted)
