"""Facts about a PeerAuthentication that was written to let plaintext in at a port, and has no effect there.

Decides which policy was meant, and why it does not count. Looked for only where plaintext is sent to a port that takes
none. Must not know what the policies in force decide beyond that, or what would help.
Sources: https://istio.io/latest/docs/reference/config/security/peer_authentication/; `ComposePeerAuthentication` in
istio/istio pilot/pkg/security/authn/policy_applier.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.near_selectors import idle, meant
from troubleshooter.facts.of_missed_policies import unused
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.policy.mtls import Accepts, Mode, Sends, mode_of, mode_of_port
from troubleshooter.mesh.policy.policy_lookup import selector_of
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Object
from troubleshooter.walk import Hop

LENIENT = frozenset({Mode.PERMISSIVE, Mode.DISABLE})


class Way(NamedTuple):
    """Where a connection leads: the pod, its port, the port that the Service calls it by, and who asked whom."""

    pod: Pod
    port: int
    dialled: int
    workload: Workload
    caller: str
    """The namespace of the caller."""


class Ineffective(NamedTuple):
    """A policy without effect, why, and the field that is at fault."""

    policy: Object
    why: str
    field: str


def about_exception(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """The policy that would let plaintext in if it had the effect that is meant, if there is one; or the wide one by
    which callers send plaintext."""
    endpoint, accepts, sent = hop.endpoint, hop.accepts, hop.offer
    if endpoint is None or endpoint.pod is None or endpoint.workload is None or accepts is None or sent is None:
        return
    if accepts.mode is not Mode.STRICT or sent.sends is not Sends.PLAINTEXT or not endpoint.pod.proxy:
        return
    dialled = hop.cluster.port if hop.cluster else endpoint.port
    way = Way(endpoint.pod, endpoint.port, dialled, endpoint.workload, hop.party.namespace)
    found = next(_ineffective(mesh, way, accepts), None)
    if found is None:
        return
    policy = found.policy
    case.role("exception", policy.at(found.field))
    case.fact("exception.no_effect_because", found.why, policy.at(found.field), accepts.place)
    case.detail("exception.field", found.field)
    case.detail("exception.spec", dict(policy.spec))
    mode = mode_of_port(policy, way.dialled if found.why == "service-port" else way.port) or mode_of(policy)
    case.detail("exception.mode", mode.upper() if mode else None)
    case.detail("exception.port", way.dialled)
    taken = {p.name for p in mesh.peer_authentications.held.inside(way.pod.namespace)}
    case.detail("exception.new_name", unused(policy.name, taken))


def _ineffective(mesh: Mesh, way: Way, accepts: Accepts) -> Iterator[Ineffective]:
    held = mesh.peer_authentications.held
    own = next((p for p in accepts.policies if selector_of(p)), None)
    if own is not None and not accepts.by_port:
        yield from _for_service_port(own, way)
    root, space = held.inside(held.root_namespace), held.inside(way.pod.namespace)
    outside = way.pod.namespace != held.root_namespace
    yield from _without_selector((*space, *(root if outside else ())), way)
    yield from _younger(space, way, accepts)
    if outside:
        yield from _selecting("root-namespace", root, way)
        if way.caller not in (held.root_namespace, way.pod.namespace):
            stray = (p for p in held.inside(way.caller) if idle(mesh, p))
            yield from _selecting("other-namespace", stray, way)
    near = (p for p in space if idle(mesh, p) and meant(mesh, p) is way.workload and _lets_in(p, way))
    yield from (Ineffective(p, "selector", "spec.selector.matchLabels") for p in near)


def _for_service_port(own: Object, way: Way) -> Iterator[Ineffective]:
    """An exception for the port of the Service, which is none of the workload's."""
    declared = {number for _, number in way.pod.declared_ports}
    if way.dialled != way.port and way.dialled not in declared and mode_of_port(own, way.dialled) in LENIENT:
        yield Ineffective(own, "service-port", f'spec.portLevelMtls["{way.dialled}"]')


def _without_selector(policies: Iterable[Object], way: Way) -> Iterator[Ineffective]:
    """Exceptions for ports count only in a policy that selects workloads."""
    for policy in policies:
        if not selector_of(policy) and mode_of_port(policy, way.port) in LENIENT:
            yield Ineffective(policy, "no-selector", "spec.portLevelMtls")


def _younger(space: Iterable[Object], way: Way, accepts: Accepts) -> Iterator[Ineffective]:
    """Of several policies for the same pods only the oldest counts; so it is with those for a whole namespace."""
    place = accepts.place or accepts.workload_place
    decides = next((p for p in accepts.policies if place is not None and p.key == place.key), None)
    for policy in space:
        if any(policy is p for p in accepts.policies) or not selects(selector_of(policy), way.pod.labels):
            continue
        if selector_of(policy) and _lets_in(policy, way):
            yield Ineffective(policy, "older", "spec.selector")
        rivals = decides is not None and decides.namespace == policy.namespace and not selector_of(decides)
        if rivals and not selector_of(policy) and mode_of(policy) in LENIENT:
            yield Ineffective(policy, "older-wide", "spec.mtls.mode")


def _selecting(why: str, policies: Iterable[Object], way: Way) -> Iterator[Ineffective]:
    """Policies that select the pod by its labels, in a namespace where that has no effect on it."""
    for policy in policies:
        wanted = selector_of(policy)
        if wanted and selects(wanted, way.pod.labels) and _lets_in(policy, way):
            yield Ineffective(policy, why, "metadata.namespace")


def _lets_in(policy: Object, way: Way) -> bool:
    """Whether plaintext would get in at the port, by this policy."""
    return (mode_of_port(policy, way.port) or mode_of(policy)) in LENIENT
