"""Facts that rest on objects of kinds that nobody was allowed, or able, to list: they are not known.

Decides: on which kinds a fact rests, one table, and in which namespaces. What a log line, a page of a proxy or a person
says rests on nothing of this. Must not know how a fact is derived. A test takes each kind away from every mesh of the
knowledge base: nothing may be found then that is not found with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from troubleshooter.facts.catalogue import CATALOGUE
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import ADMISSION, CORE, DISCOVERY, NETWORKING, SECURITY, Kind
from troubleshooter.mesh.not_modelled.unmodelled import GATEWAY_API
from troubleshooter.mesh.workload.workloads import KINDS
from troubleshooter.model import Case, CaseKind, Fact

POD, SERVICE, CONFIG_MAP, SECRET = (CORE, "Pod"), (CORE, "Service"), (CORE, "ConfigMap"), (CORE, "Secret")
ENTRY, RULE, GATEWAY = (NETWORKING, "ServiceEntry"), (NETWORKING, "DestinationRule"), (NETWORKING, "Gateway")
VIRTUAL_SERVICE, SIDECAR = (NETWORKING, "VirtualService"), (NETWORKING, "Sidecar")
OF_MTLS, OF_WHO_MAY = (SECURITY, "PeerAuthentication"), (SECURITY, "AuthorizationPolicy")

REGISTRY = (SERVICE, ENTRY)
RUNNING = (POD, *KINDS)
BEHIND = (*RUNNING, (DISCOVERY, "EndpointSlice"), (CORE, "Endpoints"), (NETWORKING, "WorkloadEntry"), SECRET)
INJECTING = ((CORE, "Namespace"), (ADMISSION, "MutatingWebhookConfiguration"), CONFIG_MAP, *RUNNING)

EXPORTED = frozenset({*REGISTRY, RULE, VIRTUAL_SERVICE, GATEWAY, (GATEWAY_API, "Gateway"), SECRET})
"""Kinds that count wherever they are; others count in the namespaces of the case, and in the root namespace."""

RESTS_ON: Mapping[str, tuple[Kind, ...]] = {
    "mesh": (CONFIG_MAP,),
    "destination.service": REGISTRY,
    "destination.alias": REGISTRY,
    "destination.host": REGISTRY,
    "destination.host_guess": REGISTRY,
    "destination.port": REGISTRY,
    "destination.subset": (RULE, CONFIG_MAP, SIDECAR, SERVICE),
    "destination.subset_elsewhere": (RULE, CONFIG_MAP),
    "destination.subset_guess": (RULE, *BEHIND),
    "destination.subset_pods": BEHIND,
    "destination.subset_endpoints": BEHIND,
    "destination.subset_empty_because": BEHIND,
    "destination.subset_anywhere": BEHIND,
    "destination.canary": BEHIND,
    "destination.wildcard_rule": (RULE,),
    "destination_rule": (RULE, CONFIG_MAP),
    "virtual_service.gateway_ref": (GATEWAY, (GATEWAY_API, "Gateway")),
    "virtual_service.gateway_guess": (GATEWAY,),
    "virtual_service.gateway_hosts": (GATEWAY,),
    "virtual_service.mesh_host": REGISTRY,
    "virtual_service.rival": (VIRTUAL_SERVICE,),
    "virtual_service.delegate": (VIRTUAL_SERVICE,),
    "service.endpoints": BEHIND,
    "service.no_endpoints_because": BEHIND,
    "service.selector_guess": BEHIND,
    "service.target_port": RUNNING,
    "service.target_port_guess": RUNNING,
    "service.in_mesh": INJECTING,
    "service_entry.port_rival": (*REGISTRY, CONFIG_MAP),
    "service_entry.guess": REGISTRY,
    "target.binds": (*RUNNING, SIDECAR),
    "target.readiness_probe": RUNNING,
    "target.mtls_mode": (OF_MTLS, CONFIG_MAP),
    "target.waypoint": ((GATEWAY_API, "Gateway"),),
    "target.port_mtls_mode": (OF_MTLS, CONFIG_MAP),
    "target.proxy": INJECTING,
    "target.capture": INJECTING,
    "peer_authentication": (OF_MTLS,),
    "authorization_policy": (OF_WHO_MAY,),
    "request_authentication": ((SECURITY, "RequestAuthentication"),),
    "sidecar": (SIDECAR,),
    "connection": (RULE, OF_MTLS, CONFIG_MAP, *INJECTING),
    "gateway.secret": (
        SECRET,
        ("networking.k8s.io", "Ingress"),
        (GATEWAY_API, "ReferenceGrant"),
        ("cert-manager.io", "Certificate"),
    ),
    "gateway.own_secret": (SECRET,),
    "caller.proxy": INJECTING,
    "workload": INJECTING,
    "workload.create_failure": (*INJECTING, SERVICE),
    "workload.probe": (*INJECTING, OF_MTLS, OF_WHO_MAY),
    "namespace": INJECTING,
    "pod": RUNNING,
    "control_plane": RUNNING,
}
"""For each fact, or all of a role that are not named, the kinds on which it rests."""


def in_sight(mesh: Mesh, case: Case) -> Case:
    """The case without the facts that objects could make others which were not seen. What a walk decided it decided as
    far as was seen."""
    if not mesh.inventory.unseen:
        return case
    spaces = {mesh.settings.root_namespace, *_spaces(case)}
    walked = case.kind is CaseKind.WALK

    def known(fact: Fact) -> bool:
        decided = walked and CATALOGUE.facts[fact.name].derived_by == "walk"
        return decided or _told(fact) or not _blind(mesh, _kinds(fact.name), spaces)

    return replace(case, facts={name: fact for name, fact in case.facts.items() if known(fact)})


def _kinds(name: str) -> tuple[Kind, ...]:
    return RESTS_ON.get(name) or RESTS_ON.get(name.partition(".")[0], ())


def _told(fact: Fact) -> bool:
    """Whether somebody or something else than an object says so."""
    return any(source.said or source.resource is None for source in fact.sources)


def _spaces(case: Case) -> Iterable[str]:
    for role in case.roles.values():
        yield role.name if role.kind == "Namespace" else role.namespace


def _blind(mesh: Mesh, kinds: Iterable[Kind], spaces: Iterable[str]) -> bool:
    return any(mesh.index.unseen(kind, None if kind in EXPORTED else spaces) for kind in kinds)
