"""The Istio view of an inventory: every index, built once.

Decides: nothing itself; it holds the parts together. Must not know requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from troubleshooter.mesh.basis.index import NETWORKING, SECURITY, Index
from troubleshooter.mesh.control_plane.discovery import read_by_istiod
from troubleshooter.mesh.control_plane.settings import assumptions, read_settings
from troubleshooter.mesh.gateway.gateways import Gateways
from troubleshooter.mesh.multicluster.clusters import not_read, remote_secrets
from troubleshooter.mesh.multicluster.networks import Networks
from troubleshooter.mesh.multicluster.roots import Roots
from troubleshooter.mesh.multicluster.trust_domains import TrustDomains
from troubleshooter.mesh.multicluster.views import primaries, seen_from
from troubleshooter.mesh.not_modelled.unmodelled import Unmodelled
from troubleshooter.mesh.policy.authorizers import Authorizers
from troubleshooter.mesh.policy.mtls import PeerAuthentications
from troubleshooter.mesh.policy.policies import AuthorizationPolicies
from troubleshooter.mesh.policy.probe_denials import ProbeDenials
from troubleshooter.mesh.policy.probes import Probes, heed
from troubleshooter.mesh.policy.tokens import RequestAuthentications
from troubleshooter.mesh.routing.destinations import DestinationRules
from troubleshooter.mesh.routing.virtual_services import VirtualServices
from troubleshooter.mesh.service.endpoints import Endpoints, beyond, endpoints_of, joined, of_cluster, within, without
from troubleshooter.mesh.service.registry import Registry
from troubleshooter.mesh.service.services import Endpoint, Port, Service
from troubleshooter.mesh.sidecar.inbound_listeners import InboundListeners
from troubleshooter.mesh.sidecar.listeners import Listeners
from troubleshooter.mesh.sidecar.sidecars import Sidecars
from troubleshooter.mesh.workload.workloads import Workload, Workloads
from troubleshooter.mesh.workload.ztunnels import Ztunnels
from troubleshooter.model import Inventory, Key, NotChecked, Resource

OF_THE_REGISTRY = frozenset({"ServiceEntry", "WorkloadEntry", "WorkloadGroup", "ProxyConfig"})
"""Istio's kinds that workloads, services and endpoints are made of."""


class Mesh:
    """What istiod would make of an inventory. Parts are built when first asked for, and never change. `whole` is the
    mesh of which this is the view of one Kubernetes `cluster`."""

    def __init__(self, inventory: Inventory, whole: Mesh | None = None, cluster: str = "") -> None:
        self.inventory = inventory
        self._cluster = cluster
        self.index = Index(inventory)
        self.settings = read_settings(self.index)
        if self.settings.values.get("discoverySelectors"):
            self.index = Index(read_by_istiod(self.index, self.settings))
        self._selected: dict[tuple[int, int], Endpoints] = {}
        self._endpoints: dict[tuple[int, int], Endpoints] = {}
        self._whole = whole
        self._views: dict[str, Mesh] = {}

    def seen_from(self, cluster: str) -> Mesh:
        """The mesh as the proxies of a Kubernetes cluster have it; the mesh itself where there is only one cluster."""
        if self._whole is not None:
            return self._whole.seen_from(cluster)
        if len(self.clusters) < 2 or cluster not in self.clusters:
            return self
        if cluster not in self._views:
            self._views[cluster] = Mesh(seen_from(self.inventory, cluster), whole=self, cluster=cluster)
        return self._views[cluster]

    @property
    def several(self) -> bool:
        """Whether several Kubernetes clusters are known to share the mesh: objects of them were read, or remote secrets
        name others."""
        whole = self._whole or self
        return len(whole.clusters) > 1 or bool(remote_secrets(whole.index))

    @cached_property
    def clusters(self) -> frozenset[str]:
        """The names of the Kubernetes clusters of which objects were read, "" for one without a name."""
        return frozenset(thing.cluster for thing in self.inventory.objects)

    def after(self, inventory: Inventory, changed: Iterable[Key]) -> Mesh:
        """The mesh of an inventory in which only the objects `changed` are others. What none of them has a say in is
        not made anew."""
        mesh = Mesh(inventory)
        if all(group in (NETWORKING, SECURITY) and kind not in OF_THE_REGISTRY for _, group, kind, _, _ in changed):
            mesh.workloads, mesh.registry, mesh._selected = self.workloads, self.registry, self._selected
        return mesh

    @cached_property
    def workloads(self) -> Workloads:
        return Workloads(self.index, self.settings)

    @cached_property
    def ztunnels(self) -> Ztunnels:
        return Ztunnels(self.index, self.workloads)

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.index, self.settings, self.workloads)

    @cached_property
    def listeners(self) -> Listeners:
        return Listeners(self.registry)

    @cached_property
    def inbound_listeners(self) -> InboundListeners:
        return InboundListeners(self.registry, self.sidecars)

    @cached_property
    def virtual_services(self) -> VirtualServices:
        return VirtualServices(self.index, self.settings)

    @cached_property
    def destination_rules(self) -> DestinationRules:
        return DestinationRules(self.index, self.settings)

    @cached_property
    def gateways(self) -> Gateways:
        return Gateways(self.index, self.workloads, self.registry, self.primaries)

    @cached_property
    def peer_authentications(self) -> PeerAuthentications:
        return PeerAuthentications(self.index, self.settings)

    @cached_property
    def probes(self) -> Probes:
        denials = ProbeDenials(self.authorization_policies, self.inbound_listeners, self.settings, self.unmodelled)
        return Probes(self.index, self.peer_authentications, denials)

    @cached_property
    def request_authentications(self) -> RequestAuthentications:
        return RequestAuthentications(self.index, self.settings)

    @cached_property
    def authorization_policies(self) -> AuthorizationPolicies:
        authorizers = Authorizers(self.index, self.settings, lambda: self.registry, self.endpoints)
        return AuthorizationPolicies(self.index, self.settings, authorizers)

    @cached_property
    def sidecars(self) -> Sidecars:
        return Sidecars(self.index, self.settings)

    @cached_property
    def unmodelled(self) -> Unmodelled:
        return Unmodelled(self.index, self.settings, self.sidecars)

    @cached_property
    def networks(self) -> Networks:
        return Networks(self.index, self.settings, self.registry)

    @cached_property
    def primaries(self) -> Mapping[str, str]:
        """For each Kubernetes cluster that one whose istiod serves its proxies."""
        return self._whole.primaries if self._whole is not None else primaries(self.inventory.objects)

    @cached_property
    def roots(self) -> Roots:
        return self._whole.roots if self._whole is not None else Roots(self.index)

    @cached_property
    def trust_domains(self) -> TrustDomains:
        if self._whole is not None:
            return self._whole.trust_domains
        return TrustDomains(self.index, self.primaries)

    def left_out(self, service: Service) -> list[Service]:
        """The Services of the same host in Kubernetes clusters that were read here, and that istiod of this view's
        cluster does not read, though they are known to be of one mesh with it."""
        if self._whole is None or service.entry:
            return []
        unread = {c for c in self._whole.clusters - self.clusters if self._one_mesh(c)}
        return [s for s in self._whole.registry.namesakes(service) if s.object.cluster in unread]

    def _one_mesh(self, other: str) -> bool:
        """Whether another cluster is of this mesh: by a remote secret on either side, the mesh id, or since both say
        which of its networks they are."""
        if self._whole is None or self.roots.joined(self._cluster, other):
            return self._whole is not None
        return all(self._whole.networks.of_namespace(name) for name in (self._cluster, other))

    def ready_elsewhere(self, service: Service, port: Port) -> Service | None:
        """One of those with a pod that is ready, None if there is none."""
        whole = self._whole
        held = ((s, p) for s in self.left_out(service) for p in s.ports if p.name == port.name)
        return next(
            (s for s, p in held if whole is not None and whole.seen_from(s.object.cluster).endpoints(s, p).ready), None
        )

    def ready_apart(self, service: Service, port: Port) -> Service | None:
        """A Service of the same host with a pod that is ready in a Kubernetes cluster which istiod reads beside that of
        this view, None if there is none."""
        whole = self._whole
        if whole is None:
            return None
        held = [s for s in whole.registry.namesakes(service) if s.object.cluster in self.clusters]
        return next((s for s in held if any(_ready_at_home(whole, s, p) for p in s.ports if p.name == port.name)), None)

    @cached_property
    def clusters_not_read(self) -> tuple[Resource, ...]:
        """What names clusters of the mesh of which nothing was read."""
        return self._whole.clusters_not_read if self._whole is not None else not_read(self.index)

    def own(self, workload: Workload) -> Workload:
        """The same workload in this view of the mesh: each view has its own."""
        thing = workload.object
        found = self.workloads.get(thing.kind, thing.namespace, thing.name)
        return found if found is not None and found.object is thing else workload

    def endpoints(self, service: Service, port: Port) -> Endpoints:
        """The endpoints of a service port, looked up once."""
        key = (id(service), port.number)
        if key not in self._endpoints:
            if key not in self._selected:
                self._selected[key] = self._in_all_clusters(service, port)
            self._endpoints[key] = heed(service, self._selected[key], self._never_ready)
        return self._endpoints[key]

    def _never_ready(self, endpoint: Endpoint) -> bool:
        """Whether a pod never becomes ready by what the configuration of its own Kubernetes cluster makes of its
        probes."""
        pod, workload = endpoint.pod, endpoint.workload
        if pod is None or not pod.standin:
            return False
        there = self.seen_from(pod.owner.cluster) if self.several else self
        return there.probes.never_ready(pod, there.own(workload) if workload else None)

    def _in_all_clusters(self, service: Service, port: Port) -> Endpoints:
        """Those of the Services of the same host in every cluster that is read, by the name of the port, each with its
        network; those of hosts that stay local in the client's own cluster alone."""
        together = [s for s in self.registry.together(service) if s is not service]
        held = [(s, p) for s in together if (p := s.port(port.number)) is not None and p.name == port.name]
        found = joined([endpoints_of(self.index, self.workloads, *one) for one in ((service, port), *held)])
        far = [(other, p) for other in self.registry.namesakes(service) for p in other.ports if p.name == port.name]
        found = beyond(found, [of_cluster(self.index, self.workloads, *one) for one in far])
        if self._cluster and not service.entry and self.networks.keeps_local(service.host):
            found = within(found, self._cluster)
        found = without(found, self.inventory.without)
        placed = tuple(map(self._with_network, found.all))
        return found if placed == found.all else replace(found, all=placed)

    def _with_network(self, endpoint: Endpoint) -> Endpoint:
        if endpoint.network or not (endpoint.pod or endpoint.cluster):
            return endpoint
        cluster = endpoint.cluster or self._cluster
        network = self.networks.of(labels=endpoint.all_labels, cluster=cluster, address=endpoint.address)
        return replace(endpoint, network=network) if network else endpoint

    def assumptions(self) -> tuple[NotChecked, ...]:
        """What is taken for granted about the mesh as a whole."""
        return assumptions(self.settings, self.index)


def _ready_at_home(whole: Mesh, service: Service, port: Port) -> bool:
    """Whether a pod of a Service's own Kubernetes cluster is ready."""
    near = service.object.cluster
    return any(e.cluster == near for e in whole.seen_from(near).endpoints(service, port).ready)
