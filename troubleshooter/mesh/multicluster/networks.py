"""Networks of a mesh: in which one an endpoint is, and by which gateways the others are entered.

Decides: the network of pods and proxies, the addresses of the gateways of a network, which hosts stay within their
Kubernetes cluster. Must not know routes or requests.

Sources: istio/istio pilot/pkg/serviceregistry/kube/controller/network.go (labels outrank the system namespace's, which
outranks meshNetworks; a gateway's Service by its label or registryServiceName); pilot/pkg/model/network.go and
cluster_local.go there; https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshNetworks;
https://istio.io/latest/docs/ops/configuration/traffic-management/multicluster/.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.basis.yaml_text import read_map
from troubleshooter.mesh.control_plane.settings import ISTIO_NAMESPACE, Settings
from troubleshooter.mesh.service.locality import NETWORK
from troubleshooter.mesh.service.registry import Registry
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Object, Raw, as_list, as_map, as_words

GATEWAY_PORT, DEFAULT_PORT = "networking.istio.io/gatewayPort", 15443
NODES = "traffic.istio.io/nodeSelector"
OWN_NETWORK, VIEW = "ISTIO_META_NETWORK", "ISTIO_META_REQUESTED_NETWORK_VIEW"
INJECTOR = "istio-sidecar-injector"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkGateway:
    """A way into a network: an address and port. `service` is the Service that has them, None where meshNetworks names
    an address that none has; `inner` is its port of which `port` may be the node port. An address that was not seen is
    ""."""

    network: str
    address: str
    port: int
    cluster: str = ""
    service: Service | None = None
    inner: int = 0


class Networks:
    """The networks as istiod of one cluster has them."""

    def __init__(self, index: Index, settings: Settings, registry: Registry) -> None:
        self._index, self._settings, self._registry = index, settings, registry
        self._labelled: dict[str, str] = {}

    def of(self, *, labels: Mapping[str, str], cluster: str, address: str) -> str:
        """The network of an endpoint, "" if nothing says it."""
        return labels.get(NETWORK) or self.of_namespace(cluster) or self._of_mesh_networks(cluster, address)

    def of_namespace(self, cluster: str) -> str:
        """The network that the system namespace of a cluster is labelled with."""
        if cluster not in self._labelled:
            names = dict.fromkeys((ISTIO_NAMESPACE, self._settings.root_namespace))
            spaces = (self._index.in_cluster(cluster, CORE, "Namespace", "", name) for name in names)
            told = (space.labels[NETWORK] for space in spaces if space and space.labels.get(NETWORK))
            self._labelled[cluster] = next(told, "")
        return self._labelled[cluster]

    def of_proxy(self, pod: Pod, cluster: str) -> str:
        """The network that a proxy says it is in: of a running pod what its container was given, else what injection
        would give it. Where the values of the installation were not seen, they are taken to fit the system namespace.

        Source: `Proxy.InNetwork` in istio/istio pilot/pkg/model/context.go; ISTIO_META_NETWORK in
        manifests/charts/istio-control/istio-discovery/files/injection-template.yaml.
        """
        told = pod.environment.get(OWN_NETWORK) or pod.labels.get(NETWORK) or self._installed.get(cluster, "")
        return told or self.of(labels=pod.labels, cluster=cluster, address=pod.address)

    def visible(self, pod: Pod, network: str) -> bool:
        """Whether a proxy is given endpoints of a network at all: one between networks asks for its own alone.

        Source: `ProxyView` in istio/istio pilot/pkg/model/proxy_view.go. Gateways whose environment was not seen are
        taken to ask so, as Istio's installation has them do.
        """
        given = pod.environment
        asked = given.get(VIEW, "") if given or not pod.gateway else pod.labels.get(NETWORK, "")
        return not asked or not network or network in (each.strip() for each in asked.split(","))

    @cached_property
    def gateways(self) -> tuple[NetworkGateway, ...]:
        """Every gateway of every network, in istiod's order."""
        listed = (g for name, raw in self._mesh_networks.items() for g in self._by_address(str(name), as_map(raw)))
        served = (g for service in self._registry.all if not service.entry for g in self._of_service(service))
        found = {(g.network, g.cluster, g.address, g.port): g for g in (*listed, *served)}
        return tuple(sorted(found.values(), key=lambda g: (g.address, g.port)))

    def into(self, network: str, cluster: str) -> tuple[NetworkGateway, ...]:
        """The gateways of a network: those of that cluster, else all of them."""
        held = tuple(g for g in self.gateways if g.network == network)
        return tuple(g for g in held if g.cluster == cluster) or held

    @cached_property
    def scale(self) -> int:
        """What weights are multiplied by, so that each divides evenly among the gateways of any network."""
        by_network = [sum(o.network == g.network for o in self.gateways) for g in self.gateways]
        pairs = [(g.network, g.cluster) for g in self.gateways]
        return math.lcm(1, *by_network, *(pairs.count(pair) for pair in pairs))

    def meant_for(self, service: Object) -> str:
        """The network that a Service is labelled to be the gateway of, "" if it is none."""
        return service.labels.get(NETWORK, "")

    def keeps_local(self, host: str) -> bool:
        """Whether a host is reached only in the Kubernetes cluster of the client: the most specific setting says."""
        named = self.kept_local_by(host)
        return named is not None and self._cluster_local[named]

    def kept_local_by(self, host: str) -> str | None:
        """The most specific host of such settings that covers it, kept local or not."""
        return hosts.most_specific(host, self._cluster_local)

    @cached_property
    def local_told(self) -> frozenset[str]:
        """The hosts about which the mesh config says whether they are kept local."""
        told = map(as_map, as_list(self._settings.values.get("serviceSettings")))
        return frozenset(str(h) for setting in told for h in as_list(setting.get("hosts")))

    @cached_property
    def _cluster_local(self) -> Mapping[str, bool]:
        domain = self._settings.domain
        default = [f"*.kube-system.svc.{domain}", f"kubernetes.default.svc.{domain}"]
        default.append(f"istiod.{ISTIO_NAMESPACE}.svc.{domain}")
        found: dict[str, bool] = {}
        for setting in map(as_map, as_list(self._settings.values.get("serviceSettings"))):
            named = [str(h) for h in as_list(setting.get("hosts"))]
            local = as_map(setting.get("settings")).get("clusterLocal") is True
            if not local:
                default = [d for d in default if not any(_overrides(h, d) for h in named)]
            found |= dict.fromkeys(named, local)
        return found | dict.fromkeys(default, True)

    @cached_property
    def _mesh_networks(self) -> Raw:
        source = self._settings.source
        text = as_map(source.raw.get("data")).get("meshNetworks") if source and source.kind == "ConfigMap" else None
        told = read_map(str(text or ""))
        values = as_map(as_map(source.spec.get("values")).get("global")) if source else {}
        return as_map(told.get("networks")) or as_map(values.get("meshNetworks"))

    def _of_mesh_networks(self, cluster: str, address: str) -> str:
        """The network whose `fromRegistry` names the cluster, else that whose `fromCidr` holds the address."""
        if not self._mesh_networks:
            return ""
        ranges = {
            str(name): list(map(as_map, as_list(as_map(raw).get("endpoints"))))
            for name, raw in self._mesh_networks.items()
        }
        for name, parts in ranges.items():
            if any(part.get("fromRegistry") == self._id(cluster) for part in parts):
                return name
        held = ((name, part) for name, parts in ranges.items() for part in parts)
        return next((name for name, part in held if hosts.in_range(str(part.get("fromCidr") or ""), address)), "")

    def _id(self, cluster: str) -> str:
        """What Istio calls a cluster."""
        return self._index.inventory.cluster_ids.get(cluster, cluster)

    def _by_address(self, network: str, raw: Raw) -> Iterable[NetworkGateway]:
        for each in map(as_map, as_list(raw.get("gateways"))):
            address, port = str(each.get("address") or ""), each.get("port")
            if address and is_number(port):
                service = next((s for s in self._registry.all if address in self.addresses(s.object)), None)
                yield NetworkGateway(network=network, address=address, port=port, service=service, inner=port)

    def _of_service(self, service: Service) -> Iterable[NetworkGateway]:
        """The ways in that a Service stands for, none while it has no address."""
        ports = [(self.meant_for(service.object), _labelled_port(service.object))]
        if not ports[0][0]:
            ports = list(self._by_name(service))
        nodes = _node_ports(service.object)
        for network, port in ports:
            for address in self.addresses(service.object):
                yield NetworkGateway(
                    network=network, address=address, port=nodes.get(port, port), cluster=service.object.cluster,
                    service=service, inner=port,
                )  # fmt: skip

    def _by_name(self, service: Service) -> Iterable[tuple[str, int]]:
        """The networks of its own cluster for which meshNetworks names it."""
        for name, raw in self._mesh_networks.items():
            parts = map(as_map, as_list(as_map(raw).get("endpoints")))
            if any(part.get("fromRegistry") == self._id(service.object.cluster) for part in parts):
                for each in map(as_map, as_list(as_map(raw).get("gateways"))):
                    if each.get("registryServiceName") == service.host and is_number(each.get("port")):
                        yield str(name), int(each["port"])

    def addresses(self, service: Object) -> list[str]:
        """The addresses that a Service has for clients outside its cluster; "" stands for one that was not seen."""
        found = [str(a) for a in as_list(service.spec.get("externalIPs"))]
        if service.spec.get("type") == "LoadBalancer":
            ingress = map(as_map, as_list(as_map(service.status.get("loadBalancer")).get("ingress")))
            found += [str(i.get("ip") or i.get("hostname")) for i in ingress if i.get("ip") or i.get("hostname")]
            return found or ([] if self._status_seen(service) else [""])
        if service.spec.get("type") == "NodePort" and NODES in service.annotations:
            wanted = as_words(read_map(service.annotations[NODES]))
            nodes = (n for n in self._index.all(CORE, "Node") if n.cluster == service.cluster)
            found += [a for n in nodes if wanted.items() <= n.labels.items() and (a := _outer(n))]
        return found

    def _status_seen(self, service: Object) -> bool:
        """Whether a Service without an address in its status has none."""
        beside = (s for s in self._index.all(CORE, "Service") if s.cluster == service.cluster)
        return any("status" in s.raw for s in beside)

    @cached_property
    def _installed(self) -> Mapping[str, str]:
        """`global.network` of each cluster, as the injector's ConfigMap has it."""
        held = (thing for thing in self._index.all(CORE, "ConfigMap") if thing.name == INJECTOR)
        return {thing.cluster: _global_network(thing) for thing in held}


def _global_network(injector: Object) -> str:
    with suppress(ValueError, RecursionError):
        values = as_map(json.loads(str(as_map(injector.raw.get("data")).get("values") or "{}")))
        return str(as_map(values.get("global")).get("network") or "")
    return ""


def _labelled_port(service: Object) -> int:
    told = service.labels.get(GATEWAY_PORT, "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else DEFAULT_PORT


def _node_ports(service: Object) -> dict[int, int]:
    """The node port of each port, where the Service is reached by nodes."""
    if service.spec.get("type") != "NodePort" or NODES not in service.annotations:
        return {}
    ports = map(as_map, as_list(service.spec.get("ports")))
    return {p["port"]: p["nodePort"] for p in ports if is_number(p.get("port")) and is_number(p.get("nodePort"))}


def _outer(node: Object) -> str:
    held = map(as_map, as_list(node.status.get("addresses")))
    return next((str(a.get("address")) for a in held if a.get("type") == "ExternalIP"), "")


def _overrides(host: str, default: str) -> bool:
    return host == default or (default.startswith("*") and host.endswith(default[1:]))
