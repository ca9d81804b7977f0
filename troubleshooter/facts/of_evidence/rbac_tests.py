"""A policy of an RBAC filter, tried on what is known of a request.

Decides: true, false, or None where what is known does not tell. Must not know where the request comes from.
Source: envoy/config/rbac/v3/rbac.proto.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from troubleshooter.evidence.envoy.dump import RbacKind, RbacPolicy, RbacTest

COMPARES: Mapping[str, Callable[[str, str], bool]] = {
    "exact": str.__eq__,
    "prefix": str.startswith,
    "suffix": str.endswith,
    "contains": str.__contains__,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is known of a request ("" for what is not), and what is taken for granted of the kinds of tests in
    `known`."""

    method: str = ""
    path: str = ""
    port: str = ""
    known: Mapping[RbacKind, bool] = field(default_factory=dict)


def passes(policy: RbacPolicy, asked: Asked) -> bool | None:
    """Whether a policy matches: any of its permissions and any of its principals."""
    return _all([holds(policy.permissions, asked), holds(policy.principals, asked)])


def holds(test: RbacTest, asked: Asked) -> bool | None:
    """Whether a test holds."""
    if test.kind is RbacKind.ALL:
        return _all([holds(one, asked) for one in test.of])
    if test.kind is RbacKind.ANY:
        return _negated(_all([_negated(holds(one, asked)) for one in test.of]))
    if test.kind is RbacKind.NOT:
        return _negated(_all([holds(one, asked) for one in test.of]))
    had = {RbacKind.METHOD: asked.method, RbacKind.PATH: asked.path, RbacKind.PORT: asked.port}.get(test.kind)
    if had and test.how in COMPARES:
        return COMPARES[test.how](had, test.value)
    return asked.known.get(test.kind)


def _all(found: Iterable[bool | None]) -> bool | None:
    values = set(found)
    return False if False in values else None if None in values else True


def _negated(value: bool | None) -> bool | None:  # noqa: FBT001 - of three values, not a switch
    return None if value is None else not value
